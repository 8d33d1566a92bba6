"""From a registry's files to the registry, or to every mistake in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.registry_files.checks import built, city_of, labels_of
from ingest.registry_files.document import read_document
from ingest.registry_files.entries import Entry, Place, Section
from ingest.registry_files.mistakes import Mistake, RegistryMistakes
from ingest.registry_files.sentences import unknown_key
from ingest.registry_files.tables import (
    ENTRIES,
    TABLES,
    Row,
    read_rows,
    sensor,
    threshold_set,
)
from ingest.stations import Registry

DEVICES = {
    Section.GAUGE: "gauges",
    Section.CAMERA: "cameras",
    Section.PUMP: "pumps",
    Section.GATE: "gates",
}
"""What stands below a station, and under which key."""
KEYS = ("city", "stations", "labels", "tables")


@dataclass(slots=True)
class _Draft:
    """What the files say so far, and what is wrong with them."""

    entries: list[Entry] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


def load(path: Path) -> Registry:
    """The registry that a TOML file and the CSV tables it names describe.

    Raises ``RegistryMistakes`` with every mistake, ``OSError`` where the TOML file itself cannot be read.
    Threshold sets and sensors come back in order of ``valid_from``.
    """
    document, top = read_document(path, RegistryMistakes)
    draft = _Draft()
    _unknown_tops(document, top, draft)
    _stations(document.get("stations", []), top.inside("stations"), draft)
    _tables(document.get("tables", {}), top.inside("tables"), path.parent, draft)
    city = city_of(document, top, draft.mistakes)
    labels = labels_of(document.get("labels", {}), top.inside("labels"), draft.mistakes)
    items = built(draft.entries, draft.unread, top, draft.mistakes)
    if draft.mistakes or city is None:
        raise RegistryMistakes(draft.mistakes)
    return Registry.of(city, items, labels)


def _unknown_tops(document: Mapping[str, Any], top: Place, draft: _Draft) -> None:
    draft.mistakes += [top.mistake(unknown_key(key, KEYS), (key,)) for key in document if key not in KEYS]


def _stations(found: Any, place: Place, draft: _Draft) -> None:
    for index, data in _each_table(found, place, "[[stations]]", draft):
        here = place.inside(index)
        own = {key: value for key, value in data.items() if key not in DEVICES.values()}
        station = Entry(Section.STATION, own, here)
        draft.entries.append(station)
        for section, key in DEVICES.items():
            _devices(data.get(key, []), section, here.inside(key), station, draft)


def _devices(found: Any, section: Section, place: Place, station: Entry, draft: _Draft) -> None:
    for index, data in _each_table(found, place, f"[[stations.{section}s]]", draft):
        here = place.inside(index)
        if "station_id" in data:
            draft.mistakes.append(here.mistake(f"leave out `station_id`: a {section} belongs to the station above it"))
        draft.entries.append(Entry(section, {**data, "station_id": station.id}, here))


def _each_table(found: Any, place: Place, header: str, draft: _Draft) -> Iterable[tuple[int, dict[str, Any]]]:
    if isinstance(found, list) and all(isinstance(each, dict) for each in found):
        return enumerate(found)
    draft.mistakes.append(place.mistake(f"write {header} above each of them"))
    return ()


def _tables(found: Any, place: Place, folder: Path, draft: _Draft) -> None:
    if not isinstance(found, dict):
        draft.mistakes.append(place.mistake('write a table: [tables] and below it stations = "stations.csv"'))
        return
    draft.mistakes += [place.mistake(unknown_key(key, TABLES), (key,)) for key in found if key not in TABLES]
    for table, entry_of in ENTRIES.items():
        draft.entries += [entry_of(row) for row in _rows(found, table, place, folder, draft)]
    gauges = {entry.id: entry for entry in draft.entries if entry.section is Section.GAUGE}
    for table, version_of in (("thresholds", threshold_set), ("sensors", sensor)):
        for row in _rows(found, table, place, folder, draft):
            _add_version(row, table, version_of(row), gauges, draft)


def _rows(found: Mapping[str, Any], table: str, place: Place, folder: Path, draft: _Draft) -> list[Row]:
    name = found.get(table)
    if name is None:
        return []
    if not isinstance(name, str) or not name.lower().endswith(".csv") or Path(name).name != name:
        draft.mistakes.append(place.mistake(f'`{table}` names a CSV file beside this one: "{table}.csv"', (table,)))
        draft.unread.add(table)
        return []
    if not (folder / name).is_file():
        draft.mistakes.append(place.mistake(f"there is no file {name} beside this one", (table,)))
        draft.unread.add(table)
        return []
    rows, mistakes = read_rows(folder / name, table)
    draft.mistakes += mistakes
    if mistakes:
        draft.unread.add(table)
    return rows


def _add_version(
    row: Row, table: str, version: dict[str, Any], gauges: Mapping[str | None, Entry], draft: _Draft
) -> None:
    gauge = gauges.get(row.cells.get("gauge"))
    if gauge is not None:
        gauge.add(table, version, row.place)
    elif "gauges" not in draft.unread:
        name = row.cells.get("gauge", "")
        draft.mistakes.append(
            row.place.mistake(f"there is no gauge `{name}`: write the id of a gauge of this registry")
        )
