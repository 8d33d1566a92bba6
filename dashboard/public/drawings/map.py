"""The map of the city as a drawing: where everything lies in it, and the lines of its ground. Pure.

It is in units of a small phone's pixels, 344 wide, in the Web Mercator projection like the map of the staff. Whole
units are fine enough: one is about 50 m where the city is 20 km wide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dashboard.maps import projected
from dashboard.public.drawings.lines import Line, apart, clipped_ring, path, seen_parts, simplified, small_enough
from ingest.stations import City

WIDTH = 344
FLATTEST, TALLEST = 0.62, 1.15
"""Height by width: a picture that fits a phone held upright beside what is said of it."""
MARGIN = 16
"""Kept free around the outermost stations, for their marks."""
LEAST_EXTENT = 0.00002
"""The smallest extent that is drawn, about 650 m in Japan: one station alone is not a point."""
TOLERANCE = 0.6
MOST = 4000
"""Characters of each kind of line: a coast of a hundred thousand points is drawn more coarsely until it fits."""

Ring = tuple[tuple[float, float], ...]
# The same shapes as beside the words, smaller and around (0, 0), for marks that are not links.
SHAPES = {
    "0": "h0",
    "1": "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0",
    "2": "m0-6l6 10h-12z",
    "3": "m0-6l6 6-6 6-6-6z",
    "4": "m-5-5h10v10h-10z",
    "5": "m-2-5h4l3 3v4l-3 3h-4l-3-3v-4z",
    "unknown": "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0",
}


@dataclass(frozen=True, slots=True)
class Chart:
    """What is seen: the corner in the north west in the projection, units per projection's unit, and the height."""

    west: float
    north: float
    scale: float
    height: int

    def at(self, lon: float, lat: float) -> tuple[int, int]:
        """Where a place lies, in whole units from the left and from the top."""
        x, y = self.exact(lon, lat)
        return round(x), round(y)

    def exact(self, lon: float, lat: float) -> tuple[float, float]:
        """As ``at``, not rounded."""
        x, y = projected(lon, lat)
        return (x - self.west) * self.scale, (y - self.north) * self.scale


@dataclass(frozen=True, slots=True)
class Ground:
    """The lines below the marks, each the data of one path; empty where the registry has none."""

    land: str
    rivers: str
    boundary: str


def chart_of(places: Iterable[tuple[float, float]]) -> Chart:
    """What has to be seen so that all places (lon, lat) are, with room for their marks."""
    points = [projected(lon, lat) for lon, lat in places] or [(0.5, 0.5)]
    west, east = _extent([x for x, _ in points])
    north, south = _extent([y for _, y in points])
    inner = WIDTH - 2 * MARGIN
    shape = min(max((south - north) / (east - west), FLATTEST), TALLEST)
    height = round(inner * shape) + 2 * MARGIN
    scale = min(inner / (east - west), (height - 2 * MARGIN) / (south - north))
    middle_x, middle_y = (west + east) / 2, (north + south) / 2
    return Chart(middle_x - WIDTH / 2 / scale, middle_y - height / 2 / scale, scale, height)


def _extent(values: Sequence[float]) -> tuple[float, float]:
    least, most = min(values), max(values)
    missing = max(LEAST_EXTENT - (most - least), 0.0) / 2
    return least - missing, most + missing


def whole_city(city: City, places: Sequence[tuple[float, float]]) -> Chart:
    """Of a city with all its stations, as large as they can be; without any, of its boundary or its land."""
    return chart_of(places or _points(city.boundary or city.outlines))


def _points(rings: Sequence[Ring]) -> list[tuple[float, float]]:
    return [point for ring in rings for point in ring]


def ground(city: City, chart: Chart) -> Ground:
    """The coast, the rivers and the boundary as they are seen in a chart."""
    return _ground(city.outlines, city.rivers, city.boundary, chart)


@lru_cache(maxsize=64)
def _ground(outlines: tuple[Ring, ...], rivers: tuple[Ring, ...], boundary: tuple[Ring, ...], chart: Chart) -> Ground:
    # Kept: it changes with the registry only, and a coast may have a hundred thousand points.
    size = (WIDTH, chart.height)

    def areas(tolerance: float) -> str:
        rings = (simplified(line, tolerance) for line in _drawn(outlines, chart))
        return path((clipped_ring(ring, *size) for ring in rings), closed=True)

    def lines(tolerance: float, of: tuple[Ring, ...]) -> str:
        whole = (simplified(line, tolerance) for line in _drawn(of, chart))
        return path(part for line in whole for part in seen_parts(line, *size))

    return Ground(
        land=small_enough(areas, TOLERANCE, MOST),
        rivers=small_enough(lambda tolerance: lines(tolerance, rivers), TOLERANCE, MOST),
        boundary=small_enough(lambda tolerance: lines(tolerance, boundary), TOLERANCE, MOST),
    )


def _drawn(rings: tuple[Ring, ...], chart: Chart) -> Iterable[Line]:
    return (apart([chart.exact(lon, lat) for lon, lat in ring], TOLERANCE / 2) for ring in rings)


def marks(points: Iterable[tuple[int, int]], shape: str) -> str:
    """Many marks of one shape (``0`` to ``5`` or ``unknown``) as the data of one path; two at one point are one.

    A low one is a stroke of no length: a dot where line ends are round.
    """
    drawn = SHAPES[shape]
    return "".join(f"M{x} {y}{drawn}" for x, y in dict.fromkeys(points))
