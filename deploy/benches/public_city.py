"""The city of the public site's measurement: a day of readings of every gauge."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from deploy.benches.dashboard_city import gauge_id, large_city, reading
from deploy.wiring.stores import Stores
from ingest.stations import Registry
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch

EVERY = timedelta(minutes=10)
TURNS = 144
DANGER_M = 1.05
CALM_M = 0.4


def outlined(registry: Registry) -> Registry:
    """With a coast and a few rivers, as a real city's map has them."""
    coast = tuple(
        (133.50 + each * 0.0008, 34.545 + 0.004 * math.sin(each / 7) + 0.002 * math.sin(each / 1.7))
        for each in range(200)
    )
    rivers = tuple(
        tuple((133.52 + river * 0.02 + 0.003 * math.sin(each / 5), 34.55 + each * 0.001) for each in range(80))
        for river in range(6)
    )
    city = registry.city.model_copy(update={"outlines": (coast,), "rivers": rivers, "municipal_code": "342050"})
    return registry.model_copy(update={"city": city})


def fill(stores: Stores, stations: int, danger: int, now: datetime) -> None:
    """A registry, and readings of a day of each gauge, ten minutes apart; the first ``danger`` end in danger."""
    stores.registry.apply(outlined(large_city(stations, stations, 0)), now - timedelta(days=2), "bench")
    appender = SqlAppender(stores.database)
    for turn in range(TURNS):
        at = now - EVERY * (TURNS - 1 - turn) - timedelta(seconds=30)
        rows = [reading(gauge_id(each), stage_m(each, danger, turn), at) for each in range(stations)]
        appender.append(Batch(readings=rows))


def stage_m(number: int, danger: int, turn: int) -> float:
    """A day of a gauge: a slow wave; one in danger ends in one of the hazards 1 to 5."""
    wave_m = 0.1 * math.sin((turn + number) / 12)
    base_m = DANGER_M + 0.1 + number % 5 * 0.5 if number < danger else CALM_M
    return round(base_m + wave_m * (0 if number < danger and turn == TURNS - 1 else 1), 3)
