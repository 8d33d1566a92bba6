"""The last 24 hours of a gauge hour by hour, for those who cannot see them drawn: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ingest.clock import JST

HOUR = timedelta(hours=1)
ROWS = 24


@dataclass(frozen=True, slots=True)
class Hour:
    """A full hour in Japan from ``begin`` on, and its highest stage (observed_at, stage_m); None where nothing came."""

    begin: datetime
    highest: tuple[datetime, float] | None = None


def hours(points: Sequence[tuple[datetime, float]], until: datetime) -> tuple[Hour, ...]:
    """The hour of ``until`` and the 23 before it, the newest first, of points in their order; of equal stages the later
    one counts."""
    last = until.astimezone(JST).replace(minute=0, second=0, microsecond=0)
    begins = [last - step * HOUR for step in range(ROWS)]
    # Times of one zone are compared many times as fast as those of two.
    since = [begin.astimezone(UTC) for begin in begins]
    highest: list[tuple[datetime, float] | None] = [None] * ROWS
    step = 0
    for each in reversed(points):
        while step < ROWS and each[0] < since[step]:
            step += 1
        if step == ROWS:
            break
        known = highest[step]
        if each[0] <= until and (known is None or each[1] > known[1]):
            highest[step] = each
    return tuple(Hour(begin, found) for begin, found in zip(begins, highest, strict=True))
