"""A recorded flood in the project's own terms, and the two files that ``mizumori replay`` takes."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest.registry_files import to_toml
from ingest.stations import City, Gauge, Registry, Station, StationKind, ThresholdSet
from simulators.replay import Row

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
"""From when the thresholds of a recording are in force: long before it."""


@dataclass(frozen=True)
class Recording:
    """Rows in the order of the recording, and the registry of their gauges."""

    rows: tuple[Row, ...]
    registry: Registry

    def write(self, folder: Path) -> tuple[Path, Path]:
        """The rows as CSV and the registry as TOML, in a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        table, city = folder / "flood.csv", folder / "city.toml"
        write_rows(table, self.rows)
        city.write_text(to_toml(self.registry), encoding="utf-8")
        return table, city

    def arriving(self) -> list[Row]:
        """The rows in the order in which they are due; of those due together, in the order of the recording."""
        return sorted(self.rows, key=lambda row: row.due_at)

    def by_gauge(self) -> dict[str, list[Row]]:
        """The rows of each gauge as they arrive."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.arriving():
            found[row.gauge_id].append(row)
        return dict(found)

    def levels(self, gauge_id: str) -> Mapping[int, float]:
        """The recorded thresholds of a gauge: hazard → stage in metres."""
        sets = self.registry.gauges[gauge_id].thresholds
        return sets[0].levels if sets else {}


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """The CSV of a replay."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("observed_at", "gauge", "stage_m", "received_at"))
        for row in rows:
            received = row.received_at.isoformat() if row.received_at else ""
            writer.writerow((row.observed_at.isoformat(), row.gauge_id, repr(row.stage_m), received))


def city(identifier: str, name: str) -> City:
    """A city that stands for where the recording comes from."""
    return City(id=identifier, name={"ja": name})


def river(identifier: str, name: str, position: tuple[float, float]) -> Station:
    """A station on a river at (latitude, longitude)."""
    return Station(id=identifier, kind=StationKind.RIVER, name={"ja": name}, lat=position[0], lon=position[1])


def gauge(station: Station, levels: Mapping[int, float], **more: object) -> Gauge:
    """The one gauge of a station, with the station's id."""
    sets = (ThresholdSet(valid_from=SINCE, levels=dict(levels)),) if levels else ()
    return Gauge.model_validate({"id": station.id, "station_id": station.id, "thresholds": sets, **more})
