"""Stations at which nothing is observed any more, as the public is told of them. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.public.spots import Spot
from ingest.stations import Station
from ingest.store.protocol import Discontinued, Latest

MOST = 200
"""So many have a page, those that were observed last: after a wrong import there may be thousands."""
NEAR_KM, MOST_NEAR = 2.0, 3
KM_PER_DEGREE = 111.2


@dataclass(frozen=True, slots=True)
class Former:
    """A station, and when something was observed there last."""

    station: Station
    last_at: datetime


def former(discontinued: Iterable[Discontinued], latest: Mapping[str, Latest]) -> tuple[Former, ...]:
    """Those of which the public may have been told: something was observed there. The last of them first."""
    found = []
    for each in discontinued:
        times = [latest[gauge_id].reading.observed_at for gauge_id in each.gauge_ids if gauge_id in latest]
        if times:
            found.append(Former(each.station, max(times)))
    return tuple(sorted(found, key=lambda each: each.last_at, reverse=True)[:MOST])


def near(station: Station, spots: Iterable[Spot]) -> Sequence[Station]:
    """The nearest stations with a page: one that was given another id is among them."""
    found = [(_distance_km(station, spot.station), spot.station.id, spot.station) for spot in spots]
    return [each for distance_km, _, each in sorted(found)[:MOST_NEAR] if distance_km <= NEAR_KM]


def _distance_km(one: Station, other: Station) -> float:
    """As on a flat map: good to a few metres within a city."""
    east = (one.lon - other.lon) * math.cos(math.radians(one.lat))
    return math.hypot(east, one.lat - other.lat) * KM_PER_DEGREE
