"""A range of readings thinned for whoever asks, with its first and its last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.readings import Reading
from ingest.store.protocol import Course, History

FINE = timedelta(hours=2)
"""A range that is read whole to the second: 120 readings of a gauge that reports each minute."""
SECOND = timedelta(seconds=1)
PARTS = 48
"""Into how many steps the end of a longer range is cut, again and again until it is fine."""


@dataclass(frozen=True, slots=True)
class Thinned:
    """Real readings by ``observed_at``: the first and the last of the range, and of every step and quality the lowest
    and the highest. ``step`` and ``whole``: see ``Course``."""

    readings: Sequence[Reading]
    step: timedelta
    whole: bool = True


def thinned(history: History, gauge_id: str, since: datetime, until: datetime, points: int) -> Thinned:
    """A range in about ``points`` readings for each quality that it has, two a step and the two ends. Blocking."""
    steps = FINE // SECOND if until - since <= FINE else max(points // 2, 1)
    found = history.course(gauge_id, since, until, steps)
    if not found.readings:
        return Thinned((), found.step, found.whole)
    first = _first(history, gauge_id, since, found)
    last = _last(history, gauge_id, until, found)
    # A gauge that claims another time with the same value twice is told apart by its key.
    kept = {(each.observed_at, each.key): each for each in (first, *found.readings, last)}
    ordered = sorted(kept.values(), key=lambda each: (each.observed_at, each.seq))
    return Thinned(ordered, found.step, found.whole)


def _first(history: History, gauge_id: str, since: datetime, course: Course) -> Reading:
    """What lies before the first reading of a course lies in the same step as it."""
    first = course.readings[0]
    begin = max(since, first.observed_at - course.step)
    if first.observed_at - begin <= FINE:
        return min((*history.history(gauge_id, begin, first.observed_at), first), key=_order)
    finer = history.course(gauge_id, begin, first.observed_at, PARTS)
    return _first(history, gauge_id, begin, finer) if finer.readings and finer.step < course.step else first


def _last(history: History, gauge_id: str, until: datetime, course: Course) -> Reading:
    last = course.readings[-1]
    end = min(until, last.observed_at + course.step)
    if end - last.observed_at <= FINE:
        return max((*history.history(gauge_id, last.observed_at, end), last), key=_order)
    finer = history.course(gauge_id, last.observed_at, end, PARTS)
    return _last(history, gauge_id, end, finer) if finer.readings and finer.step < course.step else last


def _order(reading: Reading) -> tuple[datetime, int]:
    return reading.observed_at, reading.seq
