"""The last 24 hours of a gauge hour by hour, for those who cannot see them drawn: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.clock import JST

HOUR = timedelta(hours=1)
ROWS = 24


@dataclass(frozen=True, slots=True)
class Hour:
    """A full hour in Japan from ``begin`` on, and its highest stage (observed_at, stage_m); None where nothing came."""

    begin: datetime
    highest: tuple[datetime, float] | None = None


def hours(points: Sequence[tuple[datetime, float]], until: datetime) -> tuple[Hour, ...]:
    """The hour of ``until`` and the 23 before it, the newest first; of equal stages the later one counts."""
    last = until.astimezone(JST).replace(minute=0, second=0, microsecond=0)
    begins = [last - step * HOUR for step in range(ROWS)]
    highest: dict[int, tuple[datetime, float]] = {}
    for each in points:
        step = -((each[0] - last) // HOUR)
        if each[0] <= until and (step not in highest or each[1] >= highest[step][1]):
            highest[step] = each
    return tuple(Hour(begin, highest.get(step)) for step, begin in enumerate(begins))
