"""Whom a chain of messages concerns, of the areas and stations of the city. Pure.

The registry knows stations and the areas that they are in, no outlines of areas. A place without a station may
therefore lie in any of them, and its messages are for every area: better one too many than one that is missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from alerts.cap.flood import Place
from alerts.public.records import Content, PublicMessage
from ingest.stations import Registry, Station

Point = tuple[float, float]
EARTH_KM = 6371.0
NO_AREA = ""
"""The area of the stations that have none."""


@dataclass(frozen=True, slots=True)
class Scope:
    """``areas`` are Japanese names of the areas of its stations and of issued levels, NO_AREA among them where a
    station has none; ``issued_areas`` those that an issued level is for. ``places`` are those that are no station's."""

    station_ids: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    issued_areas: frozenset[str] = frozenset()
    places: tuple[Place, ...] = ()
    whole_city: bool = False

    def has_area(self, area: str) -> bool:
        """Whether it concerns an area, by its Japanese name, or the stations without one (NO_AREA)."""
        return self.whole_city or bool(self.places) or area in self.areas

    def has_station(self, station: Station) -> bool:
        """Whether it concerns a station: it is named, lies in a place that is named, or a level was issued for it."""
        return (
            self.whole_city
            or station.id in self.station_ids
            or area_of(station) in self.issued_areas
            or (bool(self.places) and any(lies_in((station.lat, station.lon), place) for place in self.places))
        )


def scope_of(chain: Iterable[PublicMessage], registry: Registry) -> Scope:
    """Whom any message of a chain concerned: who was told of a danger is told of its end."""
    found = [_of_content(each.content, registry) for each in chain]
    return Scope(
        frozenset().union(*(each.station_ids for each in found)),
        frozenset().union(*(each.areas for each in found)),
        frozenset().union(*(each.issued_areas for each in found)),
        tuple(dict.fromkeys(place for each in found for place in each.places)),
        any(each.whole_city for each in found),
    )


def area_of(station: Station) -> str:
    """The Japanese name of its area; NO_AREA where it has none."""
    return station.area["ja"] if station.area else NO_AREA


def lies_in(point: Point, place: Place) -> bool:
    """Whether a point (latitude, longitude) lies in one of the outlines of a place, or on the edge of a circle."""
    near = any(distance_km(point, (lat, lon)) <= radius_km for lat, lon, radius_km in place.circles)
    return near or any(_inside(point, polygon) for polygon in place.polygons)


def _of_content(content: Content, registry: Registry) -> Scope:
    stations = [registry.stations[each] for each in content.station_ids if each in registry.stations]
    areas = {area_of(each) for each in stations}
    station_ids, issued_areas, whole_city = {each.id for each in stations}, set[str](), False
    where = content.issued.where if content.issued is not None else None
    if where is not None and where.station_id:
        station_ids.add(where.station_id)
        areas |= {area_of(registry.stations[each]) for each in [where.station_id] if each in registry.stations}
    elif where is not None:
        issued_areas, whole_city = {where.area} - {""}, not where.area
    places = () if stations else tuple(each.place for each in content.where)
    return Scope(frozenset(station_ids), frozenset(areas | issued_areas), frozenset(issued_areas), places, whole_city)


def distance_km(one: Point, other: Point) -> float:
    """Between two points (latitude, longitude), by the haversine formula on a sphere."""
    lat, other_lat = math.radians(one[0]), math.radians(other[0])
    half_lat, half_lon = (other_lat - lat) / 2, math.radians(other[1] - one[1]) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat) * math.cos(other_lat) * math.sin(half_lon) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, chord)))


def _inside(point: Point, polygon: Sequence[Point]) -> bool:
    """Whether a ray to the east crosses the closed line an odd number of times."""
    lat, lon = point
    inside = False
    for (lat_a, lon_a), (lat_b, lon_b) in pairwise(polygon):
        if (lat_a > lat) != (lat_b > lat):
            inside ^= lon < lon_a + (lat - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
    return inside
