"""The city of the dashboard's measurement: registry, an hour of readings of every gauge, and a year of one of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from deploy.benches.camera_load import cameras_of
from deploy.settings import Settings
from deploy.wiring.past import open_past
from deploy.wiring.stores import Stores
from ingest.readings import Reading
from ingest.stations import Camera, City, Gauge, Registry, Station, StationKind, ThresholdSet
from ingest.store.appender import SqlAppender
from ingest.store.past.instants import own_key
from ingest.store.past.lanes import set_present_since
from ingest.store.protocol import Batch
from ingest.store.tables import microseconds, writing

LEVELS_M = {1: 1.0, 2: 1.5, 3: 2.0, 4: 2.5, 5: 3.0}
CALM_M = 0.4
HOUR_MINUTES = 60
YEAR_MINUTES = 525_600
PRESENT_KEEPS = timedelta(days=8)
"""What the present holds of a long series beside the past, which is what it keeps by default and a day."""
PER_COMMIT = 20_000
PEAK_EVERY_MINUTES = 10_007
PEAK_M = 2.9
DISTRICTS = 20
CAMERA_S = 3_600
"""So seldom a still is expected: each camera sends one before the measurement, and none is missed during it."""


def station_id(number: int) -> str:
    """The name of a station."""
    return f"s{number:05}"


def gauge_id(number: int) -> str:
    """The name of a gauge; the first ones stand at the station of their number, the others are second gauges there."""
    return f"g{number:05}"


def large_city(stations: int, gauges: int, cameras: int) -> Registry:
    """So many stations of every kind in a grid, each with a gauge; the first with a second one and a camera."""
    thresholds = (ThresholdSet(valid_from=datetime(2020, 1, 1, tzinfo=UTC), levels=LEVELS_M),)
    kinds = list(StationKind)
    items: list[Station | Gauge | Camera] = [
        Station(
            id=station_id(number),
            kind=kinds[number % len(kinds)],
            name={"ja": f"第{number}観測地点", "en": f"Station number {number}"},
            lat=34.56 + number // 40 * 0.004,
            lon=133.51 + number % 40 * 0.0035,
            area={"ja": f"区域{number % DISTRICTS}", "en": f"Area {number % DISTRICTS}"},
        )
        for number in range(stations)
    ]
    items += [
        Gauge(id=gauge_id(number), station_id=station_id(number % stations), thresholds=thresholds)
        for number in range(gauges)
    ]
    items += [each.model_copy(update={"interval_s": CAMERA_S}) for each in cameras_of(min(cameras, stations))]
    return Registry.of(City(id="bench", name={"ja": "計測市", "en": "Bench City"}), items)


def stage_m(number: int, stations: int, danger: int, turn: int) -> float:
    """The stage of a gauge: in danger it stands between the first two thresholds and wavers by centimetres."""
    station = number % stations
    if station >= danger:
        return CALM_M
    return round(1.05 + station % 9 * 0.2 + turn % 10 * 0.01, 3)


def last_hour(stations: int, gauges: int, danger: int, now: datetime) -> Iterator[list[Reading]]:
    """A reading a minute of every gauge, minute by minute."""
    for turn in range(HOUR_MINUTES):
        at = now - timedelta(minutes=HOUR_MINUTES - turn)
        yield [reading(gauge_id(each), stage_m(each, stations, danger, turn), at) for each in range(gauges)]


def reading(gauge: str, value_m: float, at: datetime) -> Reading:
    """A good reading, received when it was observed."""
    return Reading(gauge, value_m, at, at, own_key(microseconds(at)), device_at=at)


def year_stage_m(minute: int) -> float:
    """A year of tides with peaks of a minute, each of another height."""
    if minute % PEAK_EVERY_MINUTES == PEAK_EVERY_MINUTES // 2:
        return round(PEAK_M + minute // PEAK_EVERY_MINUTES * 0.001, 3)
    return round(0.6 + 0.3 * math.sin(minute / 118.0) + minute % 7 * 0.001, 3)


def year_peaks_m(minutes: int) -> set[float]:
    """The peaks of so many minutes, which a drawing of them must have, all of them."""
    return {year_stage_m(each) for each in range(PEAK_EVERY_MINUTES // 2, minutes, PEAK_EVERY_MINUTES)}


def fill_year(settings: Settings, stores: Stores, gauge: str, minutes: int, now: datetime) -> None:
    """So many readings of one gauge, a minute apart up to ``now``: all in the past, those of the last days in the
    present as well, as a house has them that ran all the time."""
    begin = now - timedelta(minutes=minutes)
    past = open_past(settings, stores)
    try:
        for first in range(0, minutes, PER_COMMIT):
            some = range(first, min(first + PER_COMMIT, minutes))
            rows = [reading(gauge, year_stage_m(each), begin + timedelta(minutes=each)) for each in some]
            past.past.keep(rows)
            if recent := [each for each in rows if each.observed_at > now - PRESENT_KEEPS]:
                SqlAppender(stores.database).append(Batch(readings=recent))
    finally:
        past.stop()
    with writing(stores.database) as connection:
        set_present_since(connection, now - PRESENT_KEEPS)
