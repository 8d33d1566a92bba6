"""The last three quarters of an hour of a gauge: what rises are told by. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from statistics import median

from ingest.readings import Quality, Reading

SHORT, LONG = timedelta(minutes=10), timedelta(minutes=30)
"""The windows that rises are told by: what is happening now, and what has lasted."""
KEPT = timedelta(minutes=45)
"""The longer window, and half of it again for the sample that it begins with."""
MOST_SAMPLES = 24
"""Of a gauge that reports more often, what lies closest to the sample before it is left out."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A believed observation."""

    at: datetime
    stage_m: float


@dataclass(frozen=True, slots=True)
class Course:
    """The good samples of the last three quarters of an hour, by time of observation."""

    samples: tuple[Sample, ...] = ()

    def covering(self, window: timedelta, until: datetime) -> tuple[Sample, ...]:
        """The samples of a window that ends at ``until``, with the one that it begins with.

        That one may lie up to half a window before it: a gauge that reports every 10 minutes is seldom read at the
        very second at which the last 10 minutes began, and one that reports every 15 minutes never.
        """
        begin = until - window
        within = tuple(each for each in self.samples if begin < each.at <= until)
        before = self.before(begin + timedelta(microseconds=1))
        if before is None or begin - before.at > window / 2:
            return within
        return (before, *within)

    def slope_m_per_h(self, window: timedelta, until: datetime) -> float | None:
        """The median of the slopes between all pairs of samples of a window (Theil and Sen), metres per hour.

        Of many samples up to 29 % may be wrong without moving it far. Of two it is their difference, so that a gauge
        which reports every 10 minutes has a figure for 10 minutes as well; that both are right is what quality control
        has seen to. None where there are not two, or where they span less than half of the window.
        """
        found = self.covering(window, until)
        if len(found) < 2 or found[-1].at - found[0].at < window / 2:
            return None
        points = [((each.at - until).total_seconds(), each.stage_m) for each in found]
        slopes = [(later_m - m) / (later_s - s) for (s, m), (later_s, later_m) in combinations(points, 2)]
        return 3600 * median(slopes)

    def climb_m(self, window: timedelta, until: datetime) -> float:
        """How far the newest sample of a window lies above the lowest one; 0.0 where there is none."""
        found = self.covering(window, until)
        return found[-1].stage_m - min(each.stage_m for each in found) if found else 0.0

    def before(self, at: datetime) -> Sample | None:
        """The newest sample before a time."""
        return next((each for each in reversed(self.samples) if each.at < at), None)

    def at(self, at: datetime) -> Sample | None:
        """The newest sample at a time or before it."""
        return next((each for each in reversed(self.samples) if each.at <= at), None)


def with_reading(course: Course, reading: Reading) -> Course:
    """The course after one more reading; only a good one counts, and of the same time the later row."""
    if reading.quality is not Quality.GOOD:
        return course
    newest = max(reading.observed_at, course.samples[-1].at) if course.samples else reading.observed_at
    others = [each for each in course.samples if newest - each.at <= KEPT and each.at != reading.observed_at]
    if newest - reading.observed_at <= KEPT:
        others.append(Sample(reading.observed_at, reading.stage_m))
    if len(others) > 1 and others[-2].at > others[-1].at:
        others.sort(key=lambda each: each.at)
    return Course(_thinned(others))


def course_of(readings: Sequence[Reading]) -> Course:
    """The course of readings that lie in order of observation, at once: for whoever does not follow them one by one. Of
    a gauge that reports more often than ``MOST_SAMPLES`` times every second, third … one counts, and the newest."""
    good = [each for each in readings if each.quality is Quality.GOOD]
    by_time = {each.observed_at: each.stage_m for each in good if good[-1].observed_at - each.observed_at <= KEPT}
    samples = [Sample(at, stage_m) for at, stage_m in by_time.items()]
    step = -(-len(samples) // MOST_SAMPLES) or 1
    return Course(tuple(samples[::-1][::step][::-1]))


def _thinned(samples: list[Sample]) -> tuple[Sample, ...]:
    """Where there are too many, without those that came soonest after the one before; the newest stays."""
    while len(samples) > MOST_SAMPLES:
        closest = min(range(1, len(samples) - 1), key=lambda place: samples[place].at - samples[place - 1].at)
        del samples[closest]
    return tuple(samples)
