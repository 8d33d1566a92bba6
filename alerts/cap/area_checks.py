"""The checks of where a message holds."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from alerts.cap.message import Area, Point

MUNICIPALITY = "全国地方公共団体コード"
"""The name of the geocode: the code of local governments of the Ministry of Internal Affairs, six digits."""
WEIGHTS = (6, 5, 4, 3, 2)
FARTHEST_KM = 20037.5
"""Half of the equator."""


def area_faults(area: Area, *, coded: bool = True) -> Iterator[str]:
    """What is wrong with one area; ``coded`` says that it needs a geocode."""
    if not area.description.strip():
        yield "an area has no description"
    for polygon in area.polygons:
        yield from _polygon_faults(polygon)
    for circle in area.circles:
        yield from _point_faults(circle.centre)
        if not (isfinite(circle.radius_km) and 0 < circle.radius_km <= FARTHEST_KM):
            yield f"the radius {circle.radius_km} km of a circle is no distance on the earth"
    yield from _code_faults(area, coded=coded)


def is_municipality(code: str) -> bool:
    """Whether a code has six digits of which the last is the check digit of the others."""
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, code, strict=False))
    # The rule of the code: 11 less the remainder, of which the last digit counts.
    return (11 - total % 11) % 10 == int(code[-1])


def _polygon_faults(polygon: tuple[Point, ...]) -> Iterator[str]:
    if len(polygon) < 4 or len(set(polygon)) < 3:
        yield f"a polygon has {len(polygon)} points: four are the fewest, three of them different"
    if polygon and polygon[0] != polygon[-1]:
        yield "a polygon is open: its last point must be its first"
    for point in polygon:
        yield from _point_faults(point)


def _point_faults(point: Point) -> Iterator[str]:
    lat, lon = point
    if not (isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        yield f"{lat},{lon} is no point on the earth: write latitude,longitude in this order"


def _code_faults(area: Area, *, coded: bool) -> Iterator[str]:
    codes = [value for name, value in area.geocodes if name == MUNICIPALITY]
    if coded and not codes:
        yield f"an area has no geocode {MUNICIPALITY}: write municipal_code of the city into the registry"
    for code in codes:
        if not is_municipality(code):
            yield f"{code!r} is no {MUNICIPALITY}: it has six digits, the last of them a check digit"
