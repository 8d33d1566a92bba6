"""How fast the water rises."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from ingest.readings import Reading

TREND_WINDOW = timedelta(minutes=30)


def rise_m_per_h(readings: Iterable[Reading], now: datetime) -> float | None:
    """Least-squares slope of the readings in the half hour before ``now``, metres per hour; None below two readings.

    The caller hands in good readings only, in order of observation.
    """
    window = [each for each in readings if now - TREND_WINDOW <= each.observed_at <= now]
    hours = [(each.observed_at - now).total_seconds() / 3600 for each in window]
    if len(window) < 2 or hours[0] == hours[-1]:
        return None
    mean_h = sum(hours) / len(hours)
    mean_m = sum(each.stage_m for each in window) / len(window)
    spread = sum((hour - mean_h) ** 2 for hour in hours)
    return sum((hour - mean_h) * (each.stage_m - mean_m) for hour, each in zip(hours, window, strict=True)) / spread
