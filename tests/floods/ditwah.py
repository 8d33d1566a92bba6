"""Cyclone Ditwah, November 2025: 39 river gauges of Sri Lanka, about hourly, and the bulletins of the day."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.stations import Gauge, Registry, Station
from simulators.replay import Row
from tests.floods.recording import Recording, city, gauge, river

FOLDER = Path("lk_ditwah_202511")
HAZARDS = {1: "alert_level", 2: "minor_flood_level", 4: "major_flood_level"}
"""Alert: staff get ready, as at 水防団待機. Minor flood: low land by the river is wet, people take care, as at
氾濫注意. Major flood: homes are flooded and people leave, as at 氾濫危険. No official level stands for 3 and 5."""
REMARKS = {"Normal": 0, "Alert": 1, "Minor Flood": 2, "Major Flood": 4}
WITHOUT_THRESHOLDS = "kalawellawa-millakanda"
"""Its thresholds are listed under another name, so nothing says that they are this gauge's."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What an official bulletin says of one gauge."""

    gauge_id: str
    stage_m: float
    text: str


def recording(data: Path) -> Recording:
    """All 6,760 measurements. When they were received is not recorded, so none of them is late."""
    found = json.loads((data / FOLDER / "all.json").read_text(encoding="utf-8"))
    return Recording(tuple(_row(each) for each in found), _registry(data, {each["station_name"] for each in found}))


def official_levels(data: Path) -> dict[str, dict[int, float]]:
    """The thresholds of the official list by gauge id."""
    return {
        identifier(each["name"]): {hazard: float(each[key]) for hazard, key in HAZARDS.items()}
        for each in _official(data)
    }


def remarks(data: Path) -> Iterator[Remark]:
    """What the 16 bulletins say, where they give both a stage and a remark."""
    for file in sorted((data / FOLDER / "dmc_bulletins").glob("*.json")):
        for each in json.loads(file.read_text(encoding="utf-8"))["d_list"]:
            if each["remarks"] and each["current_water_level"] is not None:
                gauge_id = identifier(each["gauging_station_name"])
                yield Remark(gauge_id, each["current_water_level"], each["remarks"])


def identifier(name: str) -> str:
    """An id from a name with blanks and brackets: ``Kuda Oya`` → ``kuda-oya``."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _row(each: Mapping[str, Any]) -> Row:
    observed_at = datetime.fromtimestamp(each["time_ut"], UTC)
    return Row(observed_at, identifier(each["station_name"]), each["water_level_m"])


def _registry(data: Path, names: set[str]) -> Registry:
    levels = official_levels(data)
    positions = {each["name"]: tuple(each["lat_lng"]) for each in _official(data)}
    items: list[Station | Gauge] = []
    for name in sorted(names):
        station = river(identifier(name), name, positions.get(name, (6.7, 80.1)))
        items += [station, gauge(station, levels.get(station.id, {}), interval_s=3600)]
    return Registry.of(city("sri-lanka", "スリランカ"), items)


def _official(data: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((data / FOLDER / "gauging_stations.json").read_text(encoding="utf-8"))
    return found


TYPING_ERRORS = {
    ("panadugama", "2025-11-29T19:35"),
    ("dunamale", "2025-11-30T18:32"),
    ("kalawellawa-millakanda", "2025-11-30T20:36"),
    ("moraketiya", "2025-11-27T18:41"),
    ("thawalama", "2025-11-26T02:12"),
    ("pitabeddara", "2025-11-30T14:36"),
    ("thanamalwila", "2025-12-01T05"),
}
"""Entries (UTC) a metre and more from what stands on both sides of them; the first three were corrected at once."""


def is_bad(row: Row) -> bool:
    """What can only be a slip of the pen."""
    at = row.observed_at.isoformat()
    return any(row.gauge_id == gauge_id and at.startswith(begins) for gauge_id, begins in TYPING_ERRORS)
