"""A camera that gives its stills the same time again and again: its clock stands still, often with its picture.

By that time the same file would be one still, delivered again and again, and nobody would look at what comes. So once
that is seen its time is not believed, and each is a still of its receipt, which recognition finds frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ingest.rhythm import LATE_AFTER_INTERVALS

APART_SHARE = 0.5
"""Part of the interval that lies at least between two stills; the same one that comes again sooner was sent twice."""
APART_S = 60.0
"""A live clock that gives no seconds moves on within this time."""


@dataclass(frozen=True, slots=True)
class _Sent:
    taken_at: datetime
    received_at: datetime
    content: int
    stands: bool


class StandingClocks:
    """Asked for every still in the order of receipt. It remembers the last still of each camera, and nothing beyond a
    restart: then the first repetition passes for the same still."""

    def __init__(self) -> None:
        self._last: dict[str, _Sent] = {}

    def stands(
        self, camera_id: str, interval_s: float, taken_at: datetime, received_at: datetime, content: bytes
    ) -> bool:
        """Whether the camera gave this time before, and this is a still of its own: another picture, or one that came
        after an interval, neither so soon that it was sent twice nor so late that the camera was away and sends once
        more what it sent last. The same receipt asked for again has the same answer."""
        last, what = self._last.get(camera_id), hash(content)
        if last is None or last.taken_at != taken_at:
            self._last[camera_id] = _Sent(taken_at, received_at, what, False)
            return False
        passed_s = (received_at - last.received_at).total_seconds()
        if passed_s == 0:
            return last.stands
        if not _is_its_own(last, interval_s, passed_s, other=what != last.content):
            return False
        self._last[camera_id] = _Sent(taken_at, received_at, what, True)
        return True


def _is_its_own(last: _Sent, interval_s: float, passed_s: float, *, other: bool) -> bool:
    if APART_SHARE <= passed_s / interval_s <= LATE_AFTER_INTERVALS:
        return True
    return other and (last.stands or abs(passed_s) > APART_S)
