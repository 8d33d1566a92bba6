"""The slopes of a course, and what a message says of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.rules.course import LONG, SHORT, Course
from alerts.rules.findings import Change
from alerts.rules.machine import Standing
from alerts.rules.place import Place
from ingest.hazard import Levels, hazard_at

DIGITS = 3
TURNED_M_PER_H = 0.10
"""A fall that is slower may be the last digit of a sensor: a centimetre in ten minutes is 0.06."""


@dataclass(frozen=True, slots=True)
class Trend:
    """The slopes over 10 and 30 minutes in metres per hour, None where not known, and the climbs in metres."""

    short_m_per_h: float | None = None
    long_m_per_h: float | None = None
    short_climb_m: float = 0.0
    long_climb_m: float = 0.0

    @property
    def fastest_m_per_h(self) -> float:
        """The faster of the two; 0.0 where the water does not rise or nothing is known."""
        return max(self.short_m_per_h or 0.0, self.long_m_per_h or 0.0, 0.0)

    def reaches_short(self, slope_m_per_h: float, climb_m: float) -> bool:
        """Whether the last 10 minutes are as fast and as high as that."""
        return _reaches(self.short_m_per_h, slope_m_per_h) and round(self.short_climb_m - climb_m, 6) >= 0

    def reaches_long(self, slope_m_per_h: float, climb_m: float) -> bool:
        """Whether the last 30 minutes are as fast and as high as that."""
        return _reaches(self.long_m_per_h, slope_m_per_h) and round(self.long_climb_m - climb_m, 6) >= 0


def _reaches(slope_m_per_h: float | None, limit_m_per_h: float) -> bool:
    return slope_m_per_h is not None and round(slope_m_per_h - limit_m_per_h, 6) >= 0


def trend(course: Course, until: datetime, least_m: float = 0.0) -> Trend:
    """The trend up to a time. Where the water climbed less than ``least_m`` no slope is worked out: on calm water,
    which is nearly always, the rules cost next to nothing."""
    long_climb_m = course.climb_m(LONG, until)
    if round(long_climb_m - least_m, 6) < 0:
        return Trend(long_climb_m=long_climb_m)
    return Trend(
        course.slope_m_per_h(SHORT, until),
        course.slope_m_per_h(LONG, until),
        course.climb_m(SHORT, until),
        long_climb_m,
    )


def next_level(stage_m: float, levels: Levels, least: int = 1) -> tuple[int, float] | None:
    """The lowest hazard from ``least`` on that the stage does not reach, and where it begins; None above the last."""
    return min(
        ((level, begins_m) for level, begins_m in levels.items() if level >= least and begins_m > stage_m), default=None
    )


def counts(found: Trend, short_m_per_h: float, long_m_per_h: float) -> tuple[float | None, timedelta, float]:
    """Of the two slopes the one that lies further above, or less below, its limit; its window, and that limit."""
    short, long = found.short_m_per_h, found.long_m_per_h
    if long is None or (short is not None and short / short_m_per_h >= long / long_m_per_h):
        return short, SHORT, short_m_per_h
    return long, LONG, long_m_per_h


def pace(course: Course, until: datetime) -> tuple[float | None, timedelta]:
    """How fast the water goes, in metres per hour, and over which window: the one figure that every message and screen
    says of a moment. None where neither window says anything.

    Of the last 10 and the last 30 minutes the faster rise, or the slower fall: water that has begun to rise is never
    said to go slower than it does. Where it has turned and falls, that is what is said. Of two that look the same the
    longer one is claimed.
    """
    found = trend(course, until)
    short, long = found.short_m_per_h, found.long_m_per_h
    if long is None:
        return short, SHORT
    turned = short is not None and short <= -TURNED_M_PER_H and long > 0
    if short is not None and (turned or round(short, 2) > round(long, 2)):
        return short, SHORT
    return long, LONG


def shown(change: Change, standing: Standing, course: Course, place: Place) -> Mapping[str, Any]:
    """What messages say of the water of a gauge that rises; what is not known is left out.

    The pace (``rise_m_per_h`` of ``window_s``), both slopes (``rise_10min_m_per_h``, ``rise_30min_m_per_h``), the
    hazard now (``station_level``), the threshold above (``next_level``, ``next_m``), the stage before
    (``previous_m``, ``previous_at``) and ``since``.
    """
    at = change.at
    newest, previous = course.at(at), course.before(at)
    found, levels = trend(course, at), place.levels_at(at)
    ahead = next_level(newest.stage_m, levels) if newest else None
    slope_m_per_h, window = pace(course, at)
    return known(
        {
            "rise_m_per_h": rounded(slope_m_per_h),
            "window_s": None if slope_m_per_h is None else window.total_seconds(),
            "rise_10min_m_per_h": rounded(found.short_m_per_h),
            "rise_30min_m_per_h": rounded(found.long_m_per_h),
            "station_level": newest and hazard_at(newest.stage_m, levels),
            "next_level": ahead and ahead[0],
            "next_m": ahead and ahead[1],
            "previous_m": previous and previous.stage_m,
            "previous_at": previous and previous.at.isoformat(),
            "since": standing.since and standing.since.isoformat(),
        }
    )


def rounded(value: float | None) -> float | None:
    """To the millimetre, as stages are."""
    return None if value is None else round(value, DIGITS)


def known(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not known."""
    return {name: value for name, value in detail.items() if value is not None}
