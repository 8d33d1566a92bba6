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


MOVED = frozenset({PictureFault.SHIFTED, PictureFault.COVERED})
"""What is seen in a picture whose camera was turned: masks that were drawn for its view may cover the wrong place."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen in a still, whose number in the log ``still_seq`` is.

    ``faults`` are those that stand: seen in this picture and in others before, so that one odd picture makes none;
    ``seen`` those of this picture alone. ``figures`` are what they were judged by, by name. ``miniature`` is what lets
    two pictures be compared (``ingest.sight.miniature``). ``usable`` is False where the picture could not be opened:
    then ``refused`` says why, and nobody is shown it.
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
