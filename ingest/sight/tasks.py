"""What is asked about one still and what is answered: plain values that cross to the process that opens pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from ingest.sight.look import PictureFault, Unjudged
from ingest.sight.masks import Masks

Area: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom as shares of a picture."""


@dataclass(frozen=True, slots=True)
class Task:
    """The bytes of a still, and what must be known of its camera.

    ``masks`` is None where no masked copies are wanted, empty where residents may see all of it. ``place`` is where the
    camera stands, latitude and longitude in degrees; None where that is not known: then nothing is recognised.
    ``memory`` is what the last look at this camera left (``Seen.memory``), empty before the first; ``rewound`` says
    that it comes from a clock that was set back since. ``learn``: the picture is to be the camera's normal day, and is
    not judged.
    """

    data: bytes
    taken_at: datetime
    masks: Masks | None = None
    clock_area: Area | None = None
    lit: bool = False
    place: tuple[float, float] | None = None
    memory: bytes = b""
    rewound: bool = False
    learn: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What recognition says of a picture; ``judged`` is False where it could not, and ``unjudged`` says why it says
    nothing, be it judged or not.

    ``faults`` are those that stand, ``seen`` those of this picture alone; ``memory`` goes into the next task.
    ``begun_anew``: what was remembered could not be read, and is lost.
    """

    judged: bool = False
    faults: frozenset[PictureFault] = frozenset()
    seen: frozenset[PictureFault] = frozenset()
    figures: Mapping[str, float] = field(default_factory=dict)
    memory: bytes = b""
    miniature: bytes = b""
    begun_anew: bool = False
    unjudged: Unjudged | None = None


NOTHING_SEEN = Seen(unjudged=Unjudged.NOT_JUDGED)


@dataclass(frozen=True, slots=True)
class Examined:
    """What became of a still. ``refusal`` (one of ``Refusal``) and ``detail`` say why it cannot be used, else they are
    empty; the copies are JPEG, and empty where none was wanted."""

    refusal: str = ""
    detail: str = ""
    thumb: bytes = b""
    masked: bytes = b""
    masked_thumb: bytes = b""
    seen: Seen = NOTHING_SEEN
