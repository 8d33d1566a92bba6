"""How long until a disk is full, where that can be said honestly. Pure.

What is free moves in steps: pictures are removed once an hour, a backup comes at night. So the rate is the median of
the slopes between times at least half a day apart (Theil and Sen), and it is told only where the middle half of these
slopes agrees: all falling, and none three times as steep as another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations
from statistics import quantiles

LOOKED_BACK = timedelta(days=7)
LEAST_SPAN = timedelta(days=1)
APART = timedelta(hours=12)
LEAST_SAMPLES, MOST_SAMPLES = 12, 42
AGREES = 3.0
FAR_DAYS = 365.0
DAY_S = 86400.0


class Course(StrEnum):
    """How the room of a disk changes. ``uneven``: no rate can be told; ``unknown``: too short a time is known."""

    FALLS = "falls"
    STEADY = "steady"
    UNEVEN = "uneven"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DiskOutlook:
    """``days`` until it is full at the rate of late; None unless it falls, and soon enough to be worth telling."""

    course: Course
    days: float | None = None


def outlook(samples: Sequence[tuple[datetime, int]], free_bytes: int, now: datetime) -> DiskOutlook:
    """From (time, free bytes), the oldest first, and what is free now."""
    late = [each for each in samples if now - LOOKED_BACK <= each[0] <= now]
    if len(late) < LEAST_SAMPLES or late[-1][0] - late[0][0] < LEAST_SPAN:
        return DiskOutlook(Course.UNKNOWN)
    slopes = [
        (after[1] - before[1]) / ((after[0] - before[0]).total_seconds() / DAY_S)
        for before, after in combinations(_thinned(late), 2)
        if after[0] - before[0] >= APART
    ]
    if len(slopes) < LEAST_SAMPLES:
        return DiskOutlook(Course.UNKNOWN)
    steep, median, flat = quantiles(slopes, n=4)
    if median >= 0 or free_bytes / -median > FAR_DAYS:
        return DiskOutlook(Course.STEADY)
    if flat >= 0 or steep / flat > AGREES:
        return DiskOutlook(Course.UNEVEN)
    return DiskOutlook(Course.FALLS, free_bytes / -median)


def _thinned(samples: Sequence[tuple[datetime, int]]) -> list[tuple[datetime, int]]:
    step = max(1, -(-len(samples) // MOST_SAMPLES))
    return list(samples[::step])
