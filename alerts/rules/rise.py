"""How fast the water rises, over 10 and over 30 minutes. Pure.

Either of the two is enough: a wave that comes at once shows in the short window, one that goes on coming in the long.
It must be higher by some centimetres as well, so that the last digit of a sensor is no flood, and on its way to a
threshold, so that a tide far below the bank is none either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alerts.rules.course import Course
from alerts.rules.findings import EVERY_LEVEL, Change, Finding, levels_above
from alerts.rules.machine import Standing
from alerts.rules.place import Place
from alerts.rules.settings.water import RiseSettings
from alerts.rules.trend import Trend, counts, shown, trend
from ingest.hazard import Levels
from ingest.readings import Quality, Reading

NAME = "rise"
HOUR_S = 3600.0


def find(reading: Reading, course: Course, place: Place) -> Finding | None:
    """Whether the water rises too fast; None for a reading that is not believed.

    It is over where the water rises at less than ``release_share`` of both limits, has hardly risen, or where nothing
    can be said because no other reading lies near.
    """
    if reading.quality is not Quality.GOOD:
        return None
    own, at = place.rules.rise, reading.observed_at
    seen = trend(course, at, least_m=own.least_rise_m)
    fast = _reaches(seen, own, 1.0) and _matters(reading.stage_m, seen, place.levels_at(at), own)
    over = not fast and not _reaches(seen, own, own.release_share)
    return Finding(
        reached=own.level if fast else 0,
        left=EVERY_LEVEL if over else levels_above(own.level),
        at=at,
        corrects=reading.revision > 0,
        received_at=reading.received_at,
    )


def detail(change: Change, standing: Standing, course: Course, place: Place) -> Mapping[str, Any]:
    """What trend.shown says, and the limit that it is told from (``limit_m_per_h`` of ``limit_window_s``)."""
    own = place.rules.rise
    slope_m_per_h, window, limit = counts(trend(course, change.at), own.rise10_m_per_h, own.rise30_m_per_h)
    of_limit = {"limit_m_per_h": limit, "limit_window_s": window.total_seconds()}
    return {**shown(change, standing, course, place), **(of_limit if slope_m_per_h is not None else {})}


def _reaches(seen: Trend, own: RiseSettings, share: float) -> bool:
    """Whether a slope is at or above its limit times ``share``, and the water that much higher in its window."""
    short, long = share * own.rise10_m_per_h, share * own.rise30_m_per_h
    return seen.reaches_short(short, own.least_rise_m) or seen.reaches_long(long, own.least_rise_m)


def _matters(stage_m: float, seen: Trend, levels: Levels, own: RiseSettings) -> bool:
    """Whether the lowest threshold is reached, or would be soon enough. Without thresholds every rise matters."""
    lowest_m = min(levels.values(), default=stage_m)
    within_m = seen.fastest_m_per_h * own.reach_s / HOUR_S
    return round(stage_m + within_m - lowest_m, 6) >= 0
