"""A camera that gives its stills the same time at every interval: its clock stands still, often with its picture.

By that time the same file would be one still, delivered again and again, and nobody would look at what comes. So from
the first repetition on its time is not believed, and each is a still of its receipt, which recognition finds frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ingest.rhythm import LATE_AFTER_INTERVALS

APART_SHARE = 0.5
"""Part of the interval that lies at least between two stills; what comes again sooner is the same one, sent twice."""


@dataclass(frozen=True, slots=True)
class _Sent:
    taken_at: datetime
    received_at: datetime
    stands: bool


class StandingClocks:
    """Asked for every still in the order of receipt. It remembers the last still of each camera, and nothing beyond a
    restart: then the first repetition passes for the same still."""

    def __init__(self) -> None:
        self._last: dict[str, _Sent] = {}

    def stands(self, camera_id: str, interval_s: float, taken_at: datetime, received_at: datetime) -> bool:
        """Whether the camera gave this time before, so long ago that this is a still of its own, and not so long that
        it was away and sends once more what it sent last. The same receipt asked for again has the same answer."""
        last = self._last.get(camera_id)
        if last is None or last.taken_at != taken_at:
            self._last[camera_id] = _Sent(taken_at, received_at, False)
            return False
        passed_s = (received_at - last.received_at).total_seconds()
        if APART_SHARE <= passed_s / interval_s <= LATE_AFTER_INTERVALS:
            self._last[camera_id] = _Sent(taken_at, received_at, True)
            return True
        return last.stands and passed_s == 0
