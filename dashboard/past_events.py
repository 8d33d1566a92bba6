"""The floods that a gauge has seen: found in its readings, to be laid over the present one. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from ingest.hazard import Levels
from ingest.readings import Quality, Reading

MOST = 5
"""Events of the list: more than anybody compares with."""
AROUND = timedelta(days=3)
"""So far before and after its peak an event may reach."""
BEGUN, OVER = 0.1, 0.3
"""Shares of the rise: above the first an event has begun, below the second it is over."""
WORTH = 0.25
"""Of the way from the usual stage to the lowest threshold: what rises less is no event."""
LEAST_M = 0.03


@dataclass(frozen=True, slots=True)
class Event:
    """A rise of the past: when it began, its peak, and when it was over."""

    begins_at: datetime
    peak_at: datetime
    peak_m: float
    ends_at: datetime


def events(readings: Sequence[Reading], least_m: float, most: int = MOST) -> tuple[Event, ...]:
    """The highest events, the highest first, each the highest of its days, none within another.

    ``readings`` are by ``observed_at``, may be thinned as a course is, and count where they are good. What rose less
    than ``least_m`` is no event.
    """
    good = _good(readings)
    times = [each.observed_at for each in good]
    found: list[Event] = []
    for each in sorted(good, key=lambda reading: -reading.stage_m):
        if len(found) == most:
            break
        if any(event.begins_at <= each.observed_at <= event.ends_at for event in found):
            continue
        event = _event(each, good, times, least_m)
        if event is not None and not any(_overlap(event, other) for other in found):
            found.append(event)
    return tuple(found)


def worth_m(readings: Sequence[Reading], levels: Levels) -> float:
    """How high a rise must be to count as an event of this gauge, in metres."""
    good = [each.stage_m for each in _good(readings)]
    if not good or not levels:
        return 10 * LEAST_M
    return max(WORTH * (min(levels.values()) - median(good)), LEAST_M)


def rise_began(readings: Sequence[Reading], least_m: float) -> datetime | None:
    """When the rise began that goes on or was the last; None where nothing rose by ``least_m``."""
    good = _good(readings)
    if not good:
        return None
    recent = [each for each in good if good[-1].observed_at - each.observed_at <= AROUND / 3]
    peak = max(recent, key=lambda each: each.stage_m)
    before = [each for each in good if peak.observed_at - AROUND <= each.observed_at <= peak.observed_at]
    begun = _begun(before, peak.stage_m, least_m)
    return begun.observed_at if begun else None


def _good(readings: Sequence[Reading]) -> list[Reading]:
    return [each for each in readings if each.quality is Quality.GOOD]


def _event(peak: Reading, good: Sequence[Reading], times: Sequence[datetime], least_m: float) -> Event | None:
    at = peak.observed_at
    first, here = bisect_left(times, at - AROUND), bisect_left(times, at)
    before, after = good[first : here + 1], good[here : bisect_right(times, at + AROUND)]
    begun = _begun(before, peak.stage_m, least_m)
    if begun is None or here == len(good) - 1 or max(each.stage_m for each in (*before, *after)) > peak.stage_m:
        return None  # nothing rose, it may be rising still, or this is the flank of a higher one
    over_m = begun.stage_m + OVER * (peak.stage_m - begun.stage_m)
    ends_at = next((each.observed_at for each in after if each.stage_m <= over_m), after[-1].observed_at)
    return Event(begun.observed_at, at, peak.stage_m, ends_at)


def _begun(before: Sequence[Reading], peak_m: float, least_m: float) -> Reading | None:
    """Where the rise to a peak began: the last reading near to the lowest one; None where it rose less."""
    floor_m = min(each.stage_m for each in before)
    if peak_m - floor_m < least_m:
        return None
    return next(each for each in reversed(before) if each.stage_m <= floor_m + BEGUN * (peak_m - floor_m))


def _overlap(one: Event, other: Event) -> bool:
    return one.begins_at <= other.ends_at and other.begins_at <= one.ends_at
