"""Where the water would be if it went on rising as it does: an extrapolation, for staff only. Pure.

It is no forecast: it knows nothing of the rain, and the law keeps forecasts for the public to others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.rules.course import LONG, SHORT
from dashboard.paces import Slopes
from dashboard.views import GaugeView, hours_to_next

FAR_H = 3.0
"""An extrapolation further than this says nothing and is not shown."""
RESOLUTION_M = 0.01
"""By so much a climb over a window may be wrong: the last digit of a sensor."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """From the newest stage to the next threshold at three paces, in metres per hour.

    ``likely_m_per_h`` is the pace that every screen says. ``slow_m_per_h`` and ``fast_m_per_h`` are the slower and the
    faster of the paces of 10 and of 30 minutes, each with what the last digit of the sensor leaves open; slow may be 0.
    """

    at: datetime
    stage_m: float
    slow_m_per_h: float
    likely_m_per_h: float
    fast_m_per_h: float
    hazard: int
    level_m: float

    @property
    def soonest_h(self) -> float:
        """Hours to the threshold at the fast pace."""
        return (self.level_m - self.stage_m) / self.fast_m_per_h

    @property
    def likely_h(self) -> float:
        """Hours to the threshold at the pace that is said."""
        return (self.level_m - self.stage_m) / self.likely_m_per_h

    @property
    def latest_h(self) -> float | None:
        """Hours to the threshold at the slow pace; None where it would not be reached within ``FAR_H``."""
        if self.slow_m_per_h <= 0:
            return None
        hours = (self.level_m - self.stage_m) / self.slow_m_per_h
        return hours if hours <= FAR_H else None

    @property
    def until(self) -> datetime:
        """Where the fan ends."""
        return self.at + timedelta(hours=FAR_H if self.latest_h is None else self.latest_h)

    def fan(self) -> list[tuple[datetime, float]]:
        """The corners of the fan: along the fast edge to the threshold, then back along the slow one."""
        ends_h = (self.until - self.at) / timedelta(hours=1)
        return [
            (self.at, self.stage_m),
            (self.at + timedelta(hours=self.soonest_h), self.level_m),
            *([(self.until, self.level_m)] if self.soonest_h < ends_h else []),
            (self.until, min(self.stage_m + self.slow_m_per_h * ends_h, self.level_m)),
            (self.at, self.stage_m),
        ]


def ahead(view: GaugeView, doubted: bool = False) -> Ahead | None:
    """The extrapolation of a gauge. None where the water does not rise, where it would take longer than ``FAR_H``, and
    where what is shown is not to be relied on: silent, unconfirmed, worked on, or ``doubted`` by a camera."""
    hours = hours_to_next(view)
    if doubted or hours is None or hours > FAR_H or view.next_level is None:
        return None
    if view.observed_at is None or view.stage_m is None or view.rise_m_per_h is None:
        return None
    slow, fast = bounds(view.rise_m_per_h, view.slopes_m_per_h)
    hazard, level_m = view.next_level
    return Ahead(view.observed_at, view.stage_m, slow, view.rise_m_per_h, fast, hazard, level_m)


def bounds(pace_m_per_h: float, slopes_m_per_h: Slopes) -> tuple[float, float]:
    """The slowest and the fastest that the slopes of 10 and 30 minutes allow; water is not taken to turn."""
    errors = (RESOLUTION_M / (window / timedelta(hours=1)) for window in (SHORT, LONG))
    known = [(slope, error) for slope, error in zip(slopes_m_per_h, errors, strict=True) if slope is not None]
    slow = min((slope - error for slope, error in known), default=pace_m_per_h)
    fast = max((slope + error for slope, error in known), default=pace_m_per_h)
    return max(min(slow, pace_m_per_h), 0.0), max(fast, pace_m_per_h)
