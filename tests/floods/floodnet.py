"""FloodNet: 2,256 street floods of New York as depth profiles, every one to five minutes."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.stations import Gauge, Registry, Station, StationKind
from simulators.replay import Row
from tests.floods.recording import Recording, city, gauge

FILE = Path("us_nyc_floodnet") / "flood-events.csv"
INCH_M = 0.0254


def recording(data: Path, every: int = 1) -> Recording:
    """Every ``every``-th street flood, each at a gauge of its own; inches become metres.

    One profile whose times do not grow is left out."""
    with (data / FILE).open(encoding="utf-8", newline="") as text:
        floods = list(csv.DictReader(text))[::every]
    rows: list[Row] = []
    items: list[Station | Gauge] = []
    for number, each in enumerate(floods):
        station = _underpass(f"{number:04d}-{_identifier(each['sensor_id'])}")
        items += [station, gauge(station, {2: 0.05, 4: 0.15, 5: 0.30}, interval_s=300)]
        rows += _profile(station.id, each)
    return Recording(tuple(rows), Registry.of(city("new-york", "ニューヨーク"), items))


def _profile(gauge_id: str, each: dict[str, str]) -> list[Row]:
    began_at = datetime.fromisoformat(each["flood_start_time"]).replace(tzinfo=UTC)
    depths = json.loads(each["flood_profile_depth_inches"])
    times_s = json.loads(each["flood_profile_time_secs"])
    if times_s != sorted(times_s):
        return []
    return [
        Row(began_at + timedelta(seconds=time_s), gauge_id, round(depth * INCH_M, 3))
        for depth, time_s in zip(depths, times_s, strict=True)
    ]


def _underpass(identifier: str) -> Station:
    return Station(id=identifier, kind=StationKind.UNDERPASS, name={"ja": identifier}, lat=40.7, lon=-73.9)


def _identifier(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
