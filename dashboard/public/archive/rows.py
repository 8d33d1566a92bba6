"""Which readings everyone may have, and their rows: pure.

Only what was observed with good quality and while nobody worked on the gauge. A reading that was good when it was
written and is not any more, or was corrected since, is simply not, or otherwise, among the rows of the next writing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from alerts.records import Maintenance
from dashboard.public.tables import BOM, END, line, provisional
from dashboard.public.words import iso_jst
from ingest.clock import JST
from ingest.readings import Quality, Reading
from ingest.stations import City, Quantity, Registry

COLUMNS = ("全国地方公共団体コード", "地点ID", "地点名", "水位計ID", "観測日時", "水位_m", "値の区分")
"""Of the daily, the monthly and the whole files alike; the data page says what each holds."""
HEAD = BOM + ",".join(COLUMNS).encode() + END
LAST = timedelta(microseconds=1)
"""Spans include both of their ends."""


@dataclass(frozen=True, slots=True)
class Source:
    """A station and the ids of every gauge that ever reported for it, those that are retired by now included."""

    station_id: str
    name: str
    gauges: tuple[str, ...]


def sources(registry: Registry, before: Mapping[str, Source]) -> dict[str, Source]:
    """The stations of a registry by id, and those that are known from before and no longer in it.

    A gauge belongs to the station it was last seen at.
    """
    home = {gauge_id: source.station_id for source in before.values() for gauge_id in source.gauges}
    home |= {gauge.id: gauge.station_id for gauge in registry.gauges.values()}
    gauges: dict[str, list[str]] = {}
    for gauge_id, station_id in sorted(home.items()):
        gauges.setdefault(station_id, []).append(gauge_id)
    names = {each.station_id: each.name for each in before.values()}
    names |= {each.id: " ".join(each.name["ja"].split()) for each in registry.stations.values()}
    return {each: Source(each, names[each], tuple(gauges[each])) for each in sorted(gauges)}


def day_of(at: datetime) -> date:
    """The day in Japan."""
    return at.astimezone(JST).date()


def span_of(day: date) -> tuple[datetime, datetime]:
    """A day in Japan as a span that includes both of its ends."""
    begin = datetime.combine(day, time(), JST)
    return begin, begin + timedelta(days=1) - LAST


def may_be_public(reading: Reading, station_id: str, works: Iterable[Maintenance]) -> bool:
    """Whether a reading of a gauge of a station is for everyone."""
    return (
        reading.quality is Quality.GOOD
        and reading.quantity is Quantity.STAGE
        and not any(
            each.station_id == station_id and each.holds(reading.gauge_id, reading.observed_at) for each in works
        )
    )


def section(city: City, source: Source, observed: Sequence[Reading], works: Sequence[Maintenance]) -> bytes:
    """The rows of a station: of ``observed`` what everyone may have, by time and gauge; empty where that is nothing."""
    theirs = [each for each in works if each.station_id == source.station_id]
    told = [each for each in observed if may_be_public(each, source.station_id, theirs)]
    told.sort(key=lambda each: (each.observed_at, each.gauge_id))
    begin, end = line((city.municipal_code, source.station_id, source.name)), provisional(city)
    lines = (
        f"{begin},{each.gauge_id},{iso_jst(each.observed_at)},{millimetres(each.stage_m):.3f},{end}\r\n"
        for each in told
    )
    return "".join(lines).encode()


def millimetres(stage_m: float) -> float:
    """A stage in metres, cut to whole millimetres: never rounded up to a threshold that it has not reached."""
    cut_m = math.floor(round(stage_m * 1_000_000) / 1_000) / 1_000
    return 0.0 if stage_m > cut_m == -0.001 else cut_m
