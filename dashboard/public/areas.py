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
    names = registry.areas
    found: dict[str, list[Spot]] = {key: [] for key in (*names, NO_AREA)}
    for spot in spots:
        found[area_of(spot.station)].append(spot)
    return tuple(Area(file_name(key), key, names.get(key), tuple(own)) for key, own in found.items() if own)


def file_name(key: str) -> str:
    """What the files of an area are called, by its Japanese name; OTHER of the stations that have none."""
    return OTHER if key == NO_AREA else slug(key)
