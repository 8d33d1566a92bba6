"""The city's map as plain data, which ``assets/map.js`` draws: lines of the ground, one mark a station. Pure.

Positions are those of the Web Mercator projection over the whole earth, x and y from 0 to 1, y downwards: the tiles of
a tile server lie exactly under them.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
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
_AN_ID = "an-id"
_DIGITS = 8
"""About 0.3 m on the ground."""


@lru_cache(maxsize=1 << 13)
def projected(lon: float, lat: float) -> tuple[float, float]:
    """Degrees to Web Mercator, 0 to 1 from west to east and from north to south.

    Kept, since the same stations are asked for at every change; not the points of a long coast, which are asked for
    once.
    """
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


def places(registry: Registry, language: str, path_of: Callable[[str], str]) -> dict[str, Any]:
    """What a mark says whatever the water does: id, position and name of every station, in the registry's order, the
    words of its hazard, and the two parts of its address that are around its id."""
    stations = [
        [station.id, *projected(station.lon, station.lat), named(station.name, language)]
        for station in registry.stations.values()
    ]
    said = [_said(hazard, language) for hazard in (None, *range(6))]
    return {"places": stations, "of": _sum(registry), "said": said, "way": path_of(_AN_ID).split(_AN_ID)}


def _sum(registry: Registry) -> int:
    """Which stations there are in which order: marks and places of different ones are not to be put together."""
    return zlib.crc32(" ".join(registry.stations).encode())


def packed(found: dict[str, Any] | None) -> dict[str, Any] | None:
    """Marks as one number each, since they are sent at every change: the number of the place by 16, the hazard (0 for
    none, else one more) by 2, and 1 where it is doubtful."""
    if found is None:
        return None
    states = [
        each["place"] * 16 + (0 if each["hazard"] is None else each["hazard"] + 1) * 2 + bool(each["doubtful"])
        for each in found["marks"]
    ]
    return {"states": states, "of": found["of"], "box": found["box"]}


def marks(
    views: Sequence[StationView], registry: Registry, language: str, path_of: Callable[[str], str], whole: bool
) -> dict[str, Any]:
    """One mark a station, the worst first, and what the map shows at first: all of them. ``whole`` says that nothing
    is filtered: then as much of the boundary as there is."""
    numbers = {station_id: number for number, station_id in enumerate(registry.stations)}
    return {
        "marks": [{**_mark(view, language, path_of), "place": numbers[view.station.id]} for view in views],
        "of": _sum(registry),
        "box": _box(views, registry.city, whole),
    }


def _lines(lines: Iterable[Sequence[tuple[float, float]]]) -> list[list[tuple[float, float]]]:
    return [[projected(lon, lat) for lon, lat in line] for line in lines]


def _mark(view: StationView, language: str, path_of: Callable[[str], str]) -> dict[str, Any]:
    x, y = projected(view.station.lon, view.station.lat)
    hazard, name = view.hazard, named(view.station.name, language)
    return {
        "id": view.station.id,
        "x": x,
        "y": y,
        "hazard": hazard,
        "doubtful": view.silent or view.being_checked or view.maintained,
        "name": name,
        "title": f"{name} · {_said(hazard, language)}",
        "href": path_of(view.station.id),
    }


def _said(hazard: int | None, language: str) -> str:
    return text(language, "hazard.none") if hazard is None else text(language, "hazard.word", n=hazard)


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
