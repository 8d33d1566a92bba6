"""Lake Guaíba at Porto Alegre, August to December 2023: a slow flood with gaps of days."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta, timezone
from pathlib import Path

from ingest.stations import Gauge, Registry, Station
from simulators.replay import Row
from tests.floods.recording import Recording, city, gauge, river

FILE = Path("br_guaiba_2023") / "seus_dados_20230801_20231209.csv"
BRT = timezone(timedelta(hours=-3))


def recording(data: Path) -> Recording:
    """The valued rows, oldest first; centimetres become metres."""
    with (data / FILE).open(encoding="utf-8", newline="") as text:
        rows = [_row(when, stage) for when, stage in csv.reader(text) if stage.strip()]
    station = river("cais-maua", "Cais Mauá", (-30.03, -51.23))
    items: list[Station | Gauge] = [station, gauge(station, {5: 3.0}, interval_s=900)]
    return Recording(tuple(reversed(rows)), Registry.of(city("porto-alegre", "ポルトアレグレ"), items))


def _row(when: str, stage: str) -> Row:
    observed_at = datetime.strptime(when, "%d/%m/%Y %H:%M").replace(tzinfo=BRT)
    return Row(observed_at, "cais-maua", float(stage) / 100)
