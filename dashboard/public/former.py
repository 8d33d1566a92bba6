"""Stations at which nothing is observed any more, as the public is told of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.public.scope import distance_km
from ingest.stations import Station
from ingest.store.protocol import Discontinued, Latest

MOST = 200
"""So many have a page, those that were observed last: after a wrong import there may be thousands."""
NEAR_KM, MOST_NEAR = 2.0, 3


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


def near(station: Station, others: Iterable[Station]) -> Sequence[Station]:
    """The nearest of others: one that was given another id is among them."""
    here = (station.lat, station.lon)
    found = sorted((distance_km(here, (each.lat, each.lon)), each.id, each) for each in others)
    return [each for far_km, _, each in found[:MOST_NEAR] if far_km <= NEAR_KM]
