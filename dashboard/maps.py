"""The city's map as plain data, which ``assets/map.js`` draws: lines of the ground, one mark a station. Pure.

Positions are those of the Web Mercator projection over the whole earth, x and y from 0 to 1, y downwards: the tiles of
a tile server lie exactly under them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dashboard.i18n import text
from dashboard.tiles import TileSettings
from dashboard.views import StationView
from ingest.stations import City, Registry, named

MARGIN = 0.12
"""Kept free beyond the outermost stations, as a share of their extent: for marks and names."""
LEAST = 0.00004
"""The smallest extent that is shown, about 1.3 km in Japan: one station alone is not a point."""
_SOUTHERNMOST = 85.0
_DIGITS = 8
"""About 0.3 m on the ground."""


def projected(lon: float, lat: float) -> tuple[float, float]:
    """Degrees to Web Mercator, 0 to 1 from west to east and from north to south."""
    bounded = math.radians(max(-_SOUTHERNMOST, min(_SOUTHERNMOST, lat)))
    y = (1 - math.asinh(math.tan(bounded)) / math.pi) / 2
    return round(lon / 360 + 0.5, _DIGITS), round(y, _DIGITS)


def ground(city: City, tiles: TileSettings, language: str) -> dict[str, Any]:
    """The lines under the marks and the tiles under the lines, with the words of the map's buttons."""
    return {
        "land": _lines(city.outlines),
        "rivers": _lines(city.rivers),
        "boundary": _lines(city.boundary),
        "tiles": {"url": tiles.url, "maxZoom": tiles.max_zoom, "attribution": tiles.attribution} if tiles.url else None,
        "words": {key: text(language, f"map.{key}") for key in ("closer", "farther", "whole", "title")},
    }


def marks(
    views: Sequence[StationView], registry: Registry, language: str, path_of: Callable[[str], str], whole: bool
) -> dict[str, Any]:
    """One mark a station, the worst first, and what the map shows at first: all of them. ``whole`` says that nothing
    is filtered: then as much of the boundary as there is."""
    return {
        "marks": [_mark(view, language, path_of) for view in views],
        "box": _box(views, registry.city, whole),
    }


def _lines(lines: Iterable[Sequence[tuple[float, float]]]) -> list[list[tuple[float, float]]]:
    return [[projected(lon, lat) for lon, lat in line] for line in lines]


def _mark(view: StationView, language: str, path_of: Callable[[str], str]) -> dict[str, Any]:
    x, y = projected(view.station.lon, view.station.lat)
    hazard, name = view.hazard, named(view.station.name, language)
    said = text(language, "hazard.none") if hazard is None else text(language, "hazard.word", n=hazard)
    return {
        "id": view.station.id,
        "x": x,
        "y": y,
        "hazard": hazard,
        "doubtful": view.silent or view.being_checked or view.maintained,
        "name": name,
        "title": f"{name} · {said}",
        "href": path_of(view.station.id),
    }


def _box(views: Sequence[StationView], city: City, whole: bool) -> Mapping[str, float]:
    points = [projected(view.station.lon, view.station.lat) for view in views]
    if whole or not points:
        points += [point for line in _lines((*city.boundary, *(() if points else city.outlines))) for point in line]
    west, east = _extent([x for x, _ in points])
    north, south = _extent([y for _, y in points])
    return {"west": west, "east": east, "north": north, "south": south}


def _extent(values: Sequence[float]) -> tuple[float, float]:
    found = values or [0.5]
    middle, span = (min(found) + max(found)) / 2, max(found) - min(found)
    half = max(span * (1 + 2 * MARGIN), LEAST) / 2
    return round(middle - half, _DIGITS), round(middle + half, _DIGITS)
