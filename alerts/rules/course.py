"""The last half hour of a gauge: what rises are told by. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from statistics import median

from ingest.readings import Quality, Reading

KEPT = timedelta(minutes=35)
MOST_SAMPLES = 40
"""Of a gauge that reports more often, what lies closer than a fortieth of the window to the one before is left out."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A believed observation."""

    at: datetime
    stage_m: float


@dataclass(frozen=True, slots=True)
class Course:
    """The good samples of the last half hour and a little more, by time of observation."""

    samples: tuple[Sample, ...] = ()

    def within(self, window: timedelta, until: datetime) -> tuple[Sample, ...]:
        """The samples observed in [until - window, until]."""
        return tuple(each for each in self.samples if until - window <= each.at <= until)

    def slope_m_per_h(self, window: timedelta, until: datetime) -> float | None:
        """The median of the slopes between all pairs of samples of a window (Theil and Sen), metres per hour.

        Up to 29 % of the samples may be wrong without moving it far. None below three samples, or where they span less
        than half of the window.
        """
        found = self.within(window, until)
        if len(found) < 3 or found[-1].at - found[0].at < window / 2:
            return None
        slopes = [
            (later.stage_m - earlier.stage_m) / ((later.at - earlier.at) / timedelta(hours=1))
            for earlier, later in combinations(found, 2)
        ]
        return median(slopes)

    def before(self, at: datetime) -> Sample | None:
        """The newest sample before a time."""
        return next((each for each in reversed(self.samples) if each.at < at), None)


def with_reading(course: Course, reading: Reading) -> Course:
    """The course after one more reading; only a good one counts, and of the same time the later row."""
    if reading.quality is not Quality.GOOD:
        return course
    newest = max(reading.observed_at, course.samples[-1].at) if course.samples else reading.observed_at
    others = [each for each in course.samples if newest - each.at <= KEPT and each.at != reading.observed_at]
    others.append(Sample(reading.observed_at, reading.stage_m))
    if len(others) > 1 and others[-2].at > reading.observed_at:
        others.sort(key=lambda each: each.at)
    return Course(_thinned(others))


def _thinned(samples: list[Sample]) -> tuple[Sample, ...]:
    """Where there are too many, without those that came soonest after the one before; the newest stays."""
    while len(samples) > MOST_SAMPLES:
        closest = min(range(1, len(samples) - 1), key=lambda place: samples[place].at - samples[place - 1].at)
        del samples[closest]
    return tuple(samples)
