"""When the next threshold would be reached if the water went on rising as it does. Pure.

An extrapolation and no forecast: it is for staff only, and says so. It speaks of thresholds from hazard ``from_level``
on, and weighs one rung less than the hazard that it speaks of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.rules.course import Course
from alerts.rules.findings import EVERY_LEVEL, Change, Finding, levels_above
from alerts.rules.machine import Standing
from alerts.rules.place import Place
from alerts.rules.settings.water import OutlookSettings
from alerts.rules.trend import Trend, next_level, shown, trend
from ingest.readings import Quality, Reading

NAME = "outlook"
FURTHEST_H = 8760.0
"""A threshold that is further away than this is none, and its time could not be written."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A threshold that would be reached, and how long from the reading on."""

    level: int
    begins_m: float
    within: timedelta

    @property
    def rung(self) -> int:
        """What it weighs: one less than the threshold itself."""
        return self.level - 1


def find(reading: Reading, course: Course, place: Place) -> Finding | None:
    """Whether the next threshold is close in time.

    None where nothing can be claimed: the reading is not believed, or was on its way for so long that what it foresaw
    may be past. It is over where the threshold is reached, further than ``release_share`` times ``lead_s`` away, or
    the water does not rise any more.
    """
    own, at = place.rules.outlook, reading.observed_at
    if reading.quality is not Quality.GOOD or reading.received_at - at > timedelta(seconds=own.stale_s):
        return None
    ahead = _ahead(course, place, at)
    lead = timedelta(seconds=own.lead_s)
    if ahead is None or ahead.within > own.release_share * lead:
        reached, left = 0, EVERY_LEVEL
    else:
        reached, left = (ahead.rung if ahead.within <= lead else 0), levels_above(ahead.rung)
    corrects = reading.revision > 0
    return Finding(reached, left, at, corrects=corrects, received_at=reading.received_at)


def detail(change: Change, standing: Standing, course: Course, place: Place) -> Mapping[str, Any]:
    """What trend.shown says, but ``next_level`` and ``next_m`` are the threshold that it speaks of. That would be
    reached ``reaches_in_s`` after the reading, at ``reaches_at``, if the pace goes on."""
    found = dict(shown(change, standing, course, place))
    ahead = _ahead(course, place, change.at)
    if ahead is None or change.to_level == 0:
        return found
    return found | {
        "next_level": ahead.level,
        "next_m": ahead.begins_m,
        "reaches_in_s": round(ahead.within.total_seconds()),
        "reaches_at": (change.at + ahead.within).isoformat(timespec="seconds"),
    }


def _ahead(course: Course, place: Place, at: datetime) -> Ahead | None:
    own, newest = place.rules.outlook, course.at(at)
    found = next_level(newest.stage_m, place.levels_at(at), own.from_level) if newest else None
    if newest is None or found is None:
        return None
    slope_m_per_h = _risen(trend(course, at, least_m=own.least_rise_m), own)
    if slope_m_per_h is None:
        return None
    within_h = (found[1] - newest.stage_m) / slope_m_per_h
    return Ahead(*found, timedelta(hours=within_h)) if within_h <= FURTHEST_H else None


def _risen(seen: Trend, own: OutlookSettings) -> float | None:
    if round(seen.long_climb_m - own.least_rise_m, 6) < 0:
        return None
    return _slope(seen)


def _slope(seen: Trend) -> float | None:
    """That of the long window, unless the short one shows that it is over; None where the water does not rise.

    Where it rises faster and faster the short one is nearer to what comes.
    """
    if seen.long_m_per_h is None or seen.long_m_per_h <= 0:
        return None
    if seen.short_m_per_h is None:
        return seen.long_m_per_h
    return max(seen.long_m_per_h, seen.short_m_per_h) if seen.short_m_per_h > 0 else None
