"""Japan's crisis-management gauges (危機管理型水位計): two national floods and two whole snapshots of the country."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.stations import Gauge, Registry, Station
from simulators.replay import Row
from tests.floods.recording import Recording, city, gauge, river

FOLDER = Path("jp_kriver_crisis_gauges")
EVENTS = ("2026-08-13_15_kanto_tohoku", "2025-09-20_22_hokuriku_tohoku_hokkaido")
SNAPSHOTS = ("2026-08-14-01", "2025-09-21-05")
HAZARD_OF_STATE = {1: 1, 11: 4, 101: 5, 111: 5}
"""The official state of an observation (at or above start, danger and flood level) on our ladder."""
BELOW_START_M, ABOVE_CROWN_M = 10.0, 5.0
"""A gauge's normal range around its own levels: what lies outside, it did not measure in this river."""
STUCK_AFTER = timedelta(days=10)
"""In the snapshots an observation is served at most 5.1 days late, or it has stood still for 13 days and more."""


@dataclass(frozen=True, slots=True)
class Served:
    """One observation as the national system served it. ``state`` is its own verdict."""

    row: Row
    state: int
    levels: Mapping[int, float]

    @property
    def hazard(self) -> int:
        """The official state as a hazard."""
        return HAZARD_OF_STATE[self.state]

    @property
    def is_tie(self) -> bool:
        """Whether the stage stands exactly at a threshold."""
        return self.row.stage_m in self.levels.values()

    @property
    def is_stuck(self) -> bool:
        """Whether the observation is so old that the gauge must have stopped."""
        return self.row.due_at - self.row.observed_at > STUCK_AFTER

    @property
    def is_off_range(self) -> bool:
        """Whether the stage is outside of the gauge's normal range."""
        low_m, high_m = normal_range(self.levels)
        return not low_m <= self.row.stage_m <= high_m

    @property
    def is_believed(self) -> bool:
        """Whether neither its age nor its stage makes it suspect."""
        return not self.is_stuck and not self.is_off_range


def events(data: Path, name: str) -> list[tuple[Served, Station, Gauge]]:
    """All rows of a national flood."""
    text = (data / FOLDER / "events" / f"{name}.jsonl").read_text(encoding="utf-8")
    return [_served(each["item"], each["generatedAt"]) for each in map(json.loads, text.splitlines())]


def snapshot(data: Path, name: str) -> list[tuple[Served, Station, Gauge]]:
    """All rows of one poll of the whole country: what stood still for years is in it too."""
    found = json.loads((data / FOLDER / "raw_snapshots" / f"{name}.json").read_text(encoding="utf-8"))
    return [_served(item, found["generatedAt"]) for item in found["items"]]


def everything(data: Path) -> list[tuple[Served, Station, Gauge]]:
    """All rows of both floods and both snapshots."""
    found = [each for name in EVENTS for each in events(data, name)]
    return found + [each for name in SNAPSHOTS for each in snapshot(data, name)]


def flood_of_august_2026(data: Path) -> list[tuple[Served, Station, Gauge]]:
    """The flood of Kanto and Tohoku, and in the middle of it the snapshot of the whole country."""
    return events(data, EVENTS[0]) + snapshot(data, SNAPSHOTS[0])


def flooded(data: Path) -> Recording:
    """All rows of both floods and both snapshots, and their gauges."""
    return recording(everything(data))


def recording(found: Iterable[tuple[Served, Station, Gauge]]) -> Recording:
    """The rows and their gauges."""
    rows, items = [], {}
    for served, station, its_gauge in found:
        rows.append(served.row)
        items[station.id] = (station, its_gauge)
    flat = [item for pair in items.values() for item in pair]
    return Recording(tuple(rows), Registry.of(city("japan", "全国"), flat))


def normal_range(levels: Mapping[int, float]) -> tuple[float, float]:
    """From which stage to which a gauge is believed, in metres."""
    return min(levels.values()) - BELOW_START_M, levels[5] + ABOVE_CROWN_M


def _served(item: Mapping[str, Any], polled_at: str) -> tuple[Served, Station, Gauge]:
    station = river(f"kr-{item['code']}", item["name"], (item["latitude"], item["longitude"]))
    received_at = datetime.fromisoformat(polled_at)
    row = Row(datetime.fromisoformat(item["obsTime"]), station.id, float(item["level"]), received_at)
    levels = _levels(item)
    return Served(row, item["over"], levels), station, _gauge(station, levels)


def _levels(item: Mapping[str, Any]) -> dict[int, float]:
    named = {1: item["startLevel"], 4: item["warnLevel"], 5: item["fladLevel"]}
    return {hazard: float(stage_m) for hazard, stage_m in named.items() if stage_m is not None}


def _gauge(station: Station, levels: Mapping[int, float]) -> Gauge:
    """Every second gauge, by its code, counts from the crown as the devices themselves do."""
    low_m, high_m = normal_range(levels)
    crown: dict[str, object] = {"reports": "below_crown", "crown_m": levels[5]} if int(station.id[-1]) % 2 else {}
    return gauge(station, levels, min_m=low_m, max_m=high_m, dry_interval_s=86400, **crown)


def is_bad(row: Row) -> bool:
    """Nothing but what stood still for days; the source says of no other reading that it is wrong."""
    return row.due_at - row.observed_at > STUCK_AFTER
