"""Five gauges of 久慈川, 那珂川 and 涸沼 (Ibaraki) over seven weeks without a flood, as each reading first came."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta, timezone
from pathlib import Path

from ingest.stations import Registry
from simulators.replay import Row
from tests.floods.recording import Recording, city, gauge, river

FILE = Path("jp_kuji_naka_10min_2026") / "reconstructed_10min_5stations.csv"
JST = timezone(timedelta(hours=9))
GAUGES = ("tomioka-bashi", "nukada", "hinuma-bashi", "nakagawa-ohashi", "suifu-bashi")
SPIKES = {("nukada", "2026-07-19T05:30"), ("nukada", "2026-08-05T15:30")}
"""A metre up and a metre down again within twenty minutes, on two dry days: faults that the source does not name."""


def recording(data: Path) -> Recording:
    """The 34,318 readings, received when they were first seen, up to six days late."""
    with (data / FILE).open(encoding="utf-8", newline="") as text:
        rows = [_row(each) for each in csv.DictReader(text) if each["value_m"]]
    stations = [river(each, each, (36.5, 140.5)) for each in GAUGES]
    items = [item for each in stations for item in (each, gauge(each, {}))]
    return Recording(tuple(rows), Registry.of(city("ibaraki", "茨城県"), items))


def is_bad(row: Row) -> bool:
    """The two spikes."""
    return (row.gauge_id, row.observed_at.isoformat()[:16]) in SPIKES


def _row(each: dict[str, str]) -> Row:
    observed_at = datetime.fromisoformat(each["timestamp_jst"]).replace(tzinfo=JST)
    seen_at = datetime.fromisoformat(each["first_seen_commit_time"])
    return Row(observed_at, each["station"], float(each["value_m"]), max(seen_at, observed_at))
