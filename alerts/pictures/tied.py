"""A still that is tied to a change of an alert, and which of several it is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.store.protocol import Pictured


@dataclass(frozen=True, slots=True)
class Tied:
    """The still, with what was known of its picture: ``faults`` are names of ``ingest.sight.look.PictureFault``, and of
    ``Unjudged`` where nothing was."""

    still_seq: int
    camera_id: str
    taken_at: datetime
    file: str
    size_bytes: int = 0
    faults: tuple[str, ...] = ()

    @classmethod
    def of(cls, pictured: Pictured) -> Tied:
        """What is kept of a still that was looked at."""
        still, look = pictured.still, pictured.look
        faults = sorted(map(str, look.faults)) + ([str(look.unjudged)] if look.unjudged else [])
        return cls(still.seq, still.camera_id, still.taken_at, still.file, still.size_bytes, tuple(faults))


def chosen(found: Sequence[Tied], at: datetime) -> Tied | None:
    """Of the nearest stills of several cameras the one to show for a change: a picture that can be trusted before one
    that cannot, then the nearest in time, then the first of the registry."""
    return min(found, key=lambda each: worth(each, at), default=None)


def worth(tied: Tied, at: datetime) -> tuple[bool, timedelta]:
    """How well a still shows a change: the lesser the better."""
    return bool(tied.faults), abs(tied.taken_at - at)
