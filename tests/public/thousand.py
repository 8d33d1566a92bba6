"""A city of a thousand spots in eight areas, for what must stay small and quick."""

from __future__ import annotations

import math
import random
from datetime import timedelta
from functools import cache

from dashboard.public.edition import Edition
from ingest.readings import Quality
from ingest.stations import Gauge, Registry, Station, StationKind, ThresholdSet
from tests.dashboard import fake_city
from tests.dashboard.fakes import FakeLog
from tests.public.fakes import LEVELS, NOW, board_of, edition

AREAS = (
    ("本町", "Honmachi"),
    ("港町", "Minatomachi"),
    ("北条", "Kitajo"),
    ("旭", "Asahi"),
    ("西藤", "Nishifuji"),
    ("浜", "Hama"),
    ("大池", "Oike"),
    ("新田", "Shinden"),
)
KINDS = tuple(StationKind)


@cache
def thousand() -> Registry:
    """The registry: the areas lie in a ring, one gauge a spot."""
    drawn, items = random.Random(7), list[Station | Gauge]()
    thresholds = (ThresholdSet(valid_from=NOW - timedelta(days=9), levels=LEVELS),)
    for number in range(1000):
        area, kind = number % 8, KINDS[number % 5]
        around, out = 2 * math.pi * area / 8, drawn.uniform(0.4, 1.0)
        ja, en = AREAS[area]
        station = Station(
            id=f"spot-{number:04}",
            kind=kind,
            name={"ja": f"{ja} {number + 1}号", "en": f"{en} {kind.replace('_', ' ')} {number + 1}"},
            lat=34.617 + 0.035 * math.sin(around) * out + drawn.gauss(0, 0.008),
            lon=133.585 + 0.050 * math.cos(around) * out + drawn.gauss(0, 0.009),
            area={"ja": ja, "en": en},
        )
        items += [station, Gauge(id=station.id, station_id=station.id, thresholds=thresholds)]
    city = fake_city.city().model_copy(update={"demonstration": False})
    return Registry.of(city, items)


@cache
def told_of_thousand(in_danger: bool) -> Edition:
    """A publication in which none of the spots is in danger, or every one, each of some level from 2 to 5."""
    drawn, log, registry = random.Random(8), FakeLog(), thousand()
    for gauge_id in registry.gauges:
        stage_m = drawn.uniform(2.0, 5.6) if in_danger else drawn.uniform(0.1, 0.9)
        before_m = stage_m - drawn.choice((0.4, 0.0, -0.3))
        for minutes, value_m in ((25 + drawn.randrange(5), before_m), (drawn.randrange(1, 9), stage_m)):
            at = NOW - timedelta(minutes=minutes)
            log.add(fake_city.reading(gauge_id, round(value_m, 2), at, Quality.GOOD))
    return edition(board_of(registry, log))
