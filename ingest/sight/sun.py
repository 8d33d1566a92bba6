"""How high the sun stands: what tells a night that is merely night from a camera that sees nothing. Pure."""

from __future__ import annotations

import math
from datetime import UTC, datetime


def elevation_deg(lat: float, lon: float, at: datetime) -> float:
    """Height of the sun's centre above the horizon in degrees, negative below it; ``lon`` counts to the east.

    NOAA's Global Monitoring Laboratory, *General Solar Position Calculations* (the short series by the fractional
    year). Without refraction; within about half a degree of an almanac, which is far finer than clouds and hills allow.
    """
    moment = at.astimezone(UTC)
    minutes = moment.hour * 60 + moment.minute + moment.second / 60
    year_rad = 2 * math.pi / 365 * (moment.timetuple().tm_yday - 1 + (minutes / 60 - 12) / 24)
    declination = _declination_rad(year_rad)
    hour_angle = math.radians((minutes + _equation_of_time_min(year_rad) + 4 * lon) / 4 - 180)
    latitude = math.radians(lat)
    height = math.sin(latitude) * math.sin(declination)
    height += math.cos(latitude) * math.cos(declination) * math.cos(hour_angle)
    return math.degrees(math.asin(max(-1.0, min(1.0, height))))


def _declination_rad(year_rad: float) -> float:
    terms = ((1, -0.399912, 0.070257), (2, -0.006758, 0.000907), (3, -0.002697, 0.00148))
    return 0.006918 + sum(a * math.cos(n * year_rad) + b * math.sin(n * year_rad) for n, a, b in terms)


def _equation_of_time_min(year_rad: float) -> float:
    """Minutes by which a sundial is ahead of the mean sun."""
    terms = ((1, 0.001868, -0.032077), (2, -0.014615, -0.040849))
    return 229.18 * (0.000075 + sum(a * math.cos(n * year_rad) + b * math.sin(n * year_rad) for n, a, b in terms))
