"""The tables that people keep in spreadsheets: CSV rows to entries.

UTF-8 with or without a byte order mark is read, else the cp932 that Japanese spreadsheets write.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ingest.devices import Box
from ingest.registry_files.entries import Entry, Place, Section
from ingest.registry_files.mistakes import Mistake
from ingest.registry_files.sentences import unknown_key
from ingest.sensors import Sensor
from ingest.stations import QualityLimits

HAZARDS = range(1, 6)
LIMITS = tuple(QualityLimits.model_fields)
_LANGUAGE_COLUMN = re.compile(r"(name|area|department|water)_([a-z]{2,3})")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one table; ``named`` are the things that have a name per language."""

    needed: tuple[str, ...]
    optional: tuple[str, ...]
    named: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """All columns, the names in Japanese and English for the example."""
        texts = tuple(f"{each}_{language}" for each in self.named for language in ("ja", "en"))
        return tuple(dict.fromkeys((*self.needed, *texts, *self.optional)))


TABLES: Mapping[str, Columns] = MappingProxyType(
    {
        "stations": Columns(
            ("id", "kind", "name_ja", "lat", "lon"), ("upstream",), ("name", "area", "department", "water")
        ),
        "gauges": Columns(
            ("id", "station"),
            (
                *("role", "quantity", "reports", "datum_m", "crown_m", "bank_m", "inner_flood_m", "stage_volume"),
                "section",
                *("min_m", "max_m", "interval_s", "dry_interval_s", "hysteresis_m"),
                *LIMITS,
            ),
            ("name",),
        ),
        "cameras": Columns(
            ("id", "station"),
            (
                *("interval_s", "heartbeat_s", "public", "lit", "masks", "clock_area"),
                *("pull_url", "pull_auth", "pull_credential", "live_kind", "live_url"),
            ),
            ("name",),
        ),
        "pumps": Columns(("id", "station"), ("interval_s", "start_m", "capacity_m3_per_s"), ("name",)),
        "gates": Columns(("id", "station"), ("interval_s",), ("name",)),
        "thresholds": Columns(("gauge", "valid_from"), tuple(f"hazard_{hazard}" for hazard in HAZARDS)),
        "sensors": Columns(("gauge", "valid_from"), tuple(key for key in Sensor.model_fields if key != "valid_from")),
    }
)
"""The tables that a file may name under ``[tables]``."""
PARTS = ("pull", "live")
"""Tables within a camera: their columns begin with their name."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row by column, without its empty cells."""

    cells: dict[str, str]
    place: Place


def decoded(content: bytes) -> str | None:
    """The text of a table, or None where it is neither UTF-8 nor cp932."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def read_rows(path: Path, table: str) -> tuple[list[Row], list[Mistake]]:
    """The rows of a CSV file; no rows where its head is wrong, so that one mistake is not told a thousand times."""
    try:
        text = decoded(path.read_bytes())
    except OSError as error:
        return [], [Mistake(path.name, 1, f"the table {table} cannot be read: {error.strerror}")]
    if text is None:
        return [], [Mistake(path.name, 1, "this file is neither UTF-8 nor Shift_JIS (cp932): save it as CSV UTF-8")]
    try:
        lines = list(_lines(text))
    except csv.Error as error:
        return [], [Mistake(path.name, 1, f"this is not a CSV table: {error}")]
    if not lines:
        return [], [Mistake(path.name, 1, f"this table is empty: its first line names {', '.join(_columns(table))}")]
    (first, head), *rest = lines
    wrong = [Mistake(path.name, first, message) for message in _wrong_head(head, TABLES[table])]
    return ([], wrong) if wrong else _rows(path.name, head, rest)


def station_entry(row: Row) -> Entry:
    """A row of the table of stations."""
    data = _nested(row.cells)
    if "upstream" in data:
        data["upstream"] = data["upstream"].split()
    return Entry(Section.STATION, data, row.place)


def gauge_entry(row: Row) -> Entry:
    """A row of the table of gauges; its station is ``station_id``."""
    data = _nested(row.cells)
    data["station_id"] = data.pop("station", None)
    if limits := {key: data.pop(key) for key in LIMITS if key in data}:
        data["quality"] = limits
    for key in ("stage_volume", "section"):
        if key in data:
            data[key] = [pair.split(":") for pair in data[key].split()]
    return Entry(Section.GAUGE, data, row.place)


def camera_entry(row: Row) -> Entry:
    """A row of the table of cameras; its station is ``station_id``."""
    cells = {key: cell for key, cell in row.cells.items() if key.partition("_")[0] not in PARTS}
    data = _nested(cells)
    data["station_id"] = data.pop("station", None)
    for part in PARTS:
        inner = {key.removeprefix(f"{part}_"): cell for key, cell in row.cells.items() if key.startswith(f"{part}_")}
        data |= {part: inner} if inner else {}
    if "masks" in data:
        data["masks"] = [[point.split(",") for point in mask.split()] for mask in data["masks"].split(";")]
    if "clock_area" in data:
        data["clock_area"] = dict(zip(Box.model_fields, data["clock_area"].split(), strict=False))
    return Entry(Section.CAMERA, data, row.place)


def _device_entry(section: Section, row: Row) -> Entry:
    data = _nested(row.cells)
    data["station_id"] = data.pop("station", None)
    return Entry(section, data, row.place)


ENTRIES: Mapping[str, Callable[[Row], Entry]] = MappingProxyType(
    {
        "stations": station_entry,
        "gauges": gauge_entry,
        "cameras": camera_entry,
        "pumps": partial(_device_entry, Section.PUMP),
        "gates": partial(_device_entry, Section.GATE),
    }
)
"""The tables that hold one item a row, and how a row is read."""


def threshold_set(row: Row) -> dict[str, Any]:
    """The threshold set in a row of the table of thresholds."""
    levels = {str(hazard): row.cells[f"hazard_{hazard}"] for hazard in HAZARDS if f"hazard_{hazard}" in row.cells}
    return {"levels": levels} | {key: row.cells[key] for key in ("valid_from",) if key in row.cells}


def sensor(row: Row) -> dict[str, Any]:
    """The sensor in a row of the table of sensors."""
    return {key: cell for key, cell in row.cells.items() if key != "gauge"}


def _columns(table: str) -> tuple[str, ...]:
    return TABLES[table].known


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    begins = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield begins, [cell.strip() for cell in cells]
        begins = reader.line_num + 1


def _wrong_head(head: list[str], columns: Columns) -> Iterator[str]:
    for name in columns.needed:
        if name not in head:
            yield f"the column `{name}` is missing: this table needs {', '.join(columns.needed)}"
    for name in filter(None, head):
        texts = _LANGUAGE_COLUMN.fullmatch(name)
        if name not in columns.known and not (texts and texts[1] in columns.named):
            yield f"the column {unknown_key(name, columns.known)}"
        if head.count(name) > 1:
            yield f"the column `{name}` is there {head.count(name)} times"


def _rows(file: str, head: list[str], lines: list[tuple[int, list[str]]]) -> tuple[list[Row], list[Mistake]]:
    rows, mistakes = [], []
    for line, cells in lines:
        if any(cells[len(head) :]):
            mistakes.append(Mistake(file, line, f"this row has {len(cells)} cells and the table {len(head)} columns"))
        filled = {name: cell for name, cell in zip(head, cells, strict=False) if name and cell}
        rows.append(Row(filled, Place(file, line)))
    return rows, mistakes


def _nested(cells: Mapping[str, str]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for column, cell in cells.items():
        if texts := _LANGUAGE_COLUMN.fullmatch(column):
            data.setdefault(texts[1], {})[texts[2]] = cell
        else:
            data[column] = cell
    return data
