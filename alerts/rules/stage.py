"""The stage against the thresholds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

from alerts.records import STAGE as NAME
from alerts.rules.course import Course
from alerts.rules.findings import EVERY_LEVEL, Change, Finding
from alerts.rules.machine import Standing
from alerts.rules.place import Place
from alerts.rules.trend import pace, rounded
from ingest.hazard import hazard_at
from ingest.readings import Quality, Reading

__all__ = ["NAME", "detail", "find"]


def find(reading: Reading, course: Course, place: Place) -> Finding | None:
    """The hazard that the stage reaches, and the levels that it undercuts by the hysteresis; None for a bad reading.

    A level that was taken out of the table counts as undercut, so that a change of thresholds ends an alert by the
    normal rule.
    """
    del course
    if reading.quality is Quality.BAD:
        return None
    levels = place.levels_at(reading.observed_at)
    hysteresis_m = place.hysteresis_m(levels)
    return Finding(
        reached=hazard_at(reading.stage_m, levels),
        # Rounded as a difference: binary fractions must not make a stage at the limit look below it.
        left=frozenset(
            each for each in EVERY_LEVEL if round(reading.stage_m - (levels.get(each, inf) - hysteresis_m), 6) < 0
        ),
        at=reading.observed_at,
        believed=reading.quality is Quality.GOOD,
        corrects=reading.revision > 0,
        received_at=reading.received_at,
    )


def detail(change: Change, standing: Standing, course: Course, place: Place) -> Mapping[str, Any]:
    """What a message says besides: the thresholds around the change, how fast, since when, and what was before.

    ``threshold_m`` is that of the level told about, for a fall of the one that was left, ``release_m`` the stage below
    which that counts as left; ``next_level`` and ``next_m`` lie above the level that holds. Left out where not known.
    """
    levels = place.levels_at(change.at)
    told = change.from_level if change.to_level < change.from_level else change.to_level
    above = sorted(level for level in levels if level > change.to_level)
    previous = course.before(change.at)
    slope_m_per_h, window = pace(course, change.at)
    found: dict[str, Any] = {
        "rise_m_per_h": rounded(slope_m_per_h),
        "window_s": None if slope_m_per_h is None else window.total_seconds(),
        "previous_m": previous and previous.stage_m,
        "previous_at": previous and previous.at.isoformat(),
        "threshold_m": levels.get(told),
        "release_m": round(levels[told] - place.hysteresis_m(levels), 3) if told in levels else None,
        "next_level": above[0] if above else None,
        "next_m": levels[above[0]] if above else None,
        "hold_s": place.rules.stage.hold_s,
        "since": standing.since and standing.since.isoformat(),
    }
    return {name: value for name, value in found.items() if value is not None}
