"""The city by its areas: what the public is told of the spots of each. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.public.areas import slug
from alerts.public.scope import NO_AREA, area_of
from dashboard.public.spots import Spot
from ingest.stations import Names, Registry

OTHER = "other"
"""The name of the file about stations without an area."""


@dataclass(frozen=True, slots=True)
class Area:
    """An area with a gauge in it: ``slug`` names its files, ``key`` is its Japanese name. ``name`` is None and ``key``
    empty of the stations that have none. ``spots`` are the worst first."""

    slug: str
    key: str
    name: Names | None
    spots: tuple[Spot, ...]


def by_area(spots: Sequence[Spot], registry: Registry) -> tuple[Area, ...]:
    """The areas in the order of the registry; last the stations without one, where there are any."""
    found: dict[str, list[Spot]] = {area_of(each): [] for each in registry.stations.values() if each.area}
    for spot in spots:
        found.setdefault(area_of(spot.station), []).append(spot)
    return tuple(_area(key, found[key]) for key in sorted(found, key=lambda key: key == NO_AREA) if found[key])


def _area(key: str, spots: Sequence[Spot]) -> Area:
    name = spots[0].station.area
    return Area(slug(name) if name else OTHER, key, name, tuple(spots))
