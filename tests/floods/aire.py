"""The River Aire through Leeds, September to December 2025: polls that repeat, come late, and two real spikes."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

from ingest.stations import Registry
from simulators.replay import Row
from tests.floods.recording import Recording, city, gauge, river

FILE = Path("uk_aire_2025_26") / "aire_snapshots_202509_202512.csv"
SPIKES = {("l1705a", -13.498), ("l1705a", 4.183)}
LEVELS = {"l1602": {1: 2.4}, "l1707a": {1: 23.147}, "l1705a": {1: 20.64}}


def recording(data: Path) -> Recording:
    """Every row of every poll, received when it was polled: 3,530 of them for the second time."""
    with (data / FILE).open(encoding="utf-8", newline="") as text:
        rows = [_row(each) for each in csv.DictReader(text)]
    stations = [river(each, each, (53.79, -1.54)) for each in LEVELS]
    items = [item for each in stations for item in (each, gauge(each, LEVELS[each.id], interval_s=900))]
    return Recording(tuple(rows), Registry.of(city("leeds", "リーズ"), items))


def is_bad(row: Row) -> bool:
    """The two spikes that the source names."""
    return (row.gauge_id, row.stage_m) in SPIKES


def _row(each: dict[str, str]) -> Row:
    polled_at = datetime.strptime(each["snapshot_file"], "river_data_%Y%m%d_%H%M%S.csv").replace(tzinfo=UTC)
    return Row(datetime.fromisoformat(each["timestamp"]), each["station_id"].lower(), float(each["value"]), polled_at)
