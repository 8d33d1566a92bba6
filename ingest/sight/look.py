"""The vocabulary of looking at a still: what is wrong with a picture, and what is kept of the look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class PictureFault(StrEnum):
    """Why a picture cannot be trusted. ``shifted``: it does not show the view of the normal-day reference."""

    FROZEN = "frozen"
    DARK = "dark"
    BLURRED = "blurred"
    COVERED = "covered"
    SHIFTED = "shifted"


class Unjudged(StrEnum):
    """Why nothing, or next to nothing, can be told of a picture: that is not to say that nothing is wrong with it.

    ``dark_night``: nothing is to be seen in it and it need not be, at night without light: no fault, and no proof of
    anything. ``too_small``: it has too few pixels. ``not_judged``: the judgement failed, or what it needs is not known.
    """

    DARK_NIGHT = "dark_night"
    TOO_SMALL = "too_small"
    NOT_JUDGED = "not_judged"


MOVED = frozenset({PictureFault.SHIFTED, PictureFault.COVERED})
"""What is seen in a picture whose camera was turned: masks that were drawn for its view may cover the wrong place."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen in a still, whose number in the log ``still_seq`` is.

    ``faults`` are those that stand: seen in this picture and in others before, so that one odd picture makes none;
    ``seen`` those of this picture alone. ``figures`` are what they were judged by, by name. ``miniature`` is what lets
    two pictures be compared (``ingest.sight.miniature``). ``usable`` is False where the picture could not be opened:
    then ``refused`` says why, and nobody is shown it. Where it is ``unjudged``, that nothing new was seen is no sign
    that nothing is wrong; what stood before it stands on.
    """

    still_seq: int
    camera_id: str
    taken_at: datetime
    looked_at: datetime
    usable: bool = True
    refused: str = ""
    faults: frozenset[PictureFault] = frozenset()
    seen: frozenset[PictureFault] = frozenset()
    figures: Mapping[str, float] = field(default_factory=dict)
    miniature: bytes = b""
    unjudged: Unjudged | None = None

    @property
    def judged(self) -> bool:
        """Whether recognition could look at it; also where a dark night let it see nothing."""
        return self.unjudged in (None, Unjudged.DARK_NIGHT)
