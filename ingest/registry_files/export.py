"""The registry written as files again: what is exported here and loaded again is the same registry."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import tomli_w

from ingest.clock import JST
from ingest.registry_files.entries import VERSIONED
from ingest.registry_files.tables import HAZARDS, TABLES
from ingest.sensors import Sensor
from ingest.stations import City, Device, Gauge, Registry, Station, ThresholdSet

_Lines = Iterator[str]


def to_toml(registry: Registry) -> str:
    """The whole registry as one TOML text, nested as it is imported; values that are the default are left out."""
    lines = list(_city(registry.city))
    for station in registry.stations.values():
        lines += _table("[[stations]]", station)
        for gauge in registry.gauges_of(station.id):
            lines += _gauge(gauge)
        for camera in registry.cameras_of(station.id):
            lines += _table("[[stations.cameras]]", camera)
        for pump in registry.pumps_of(station.id):
            lines += _table("[[stations.pumps]]", pump)
        for gate in registry.gates_of(station.id):
            lines += _table("[[stations.gates]]", gate)
    lines += _labels(registry)
    return "\n".join(lines).lstrip("\n") + "\n"


def to_csv(registry: Registry, folder: Path) -> None:
    """The registry as tables for spreadsheets and ``registry.toml``, which holds the rest and names them.

    The tables are UTF-8 with a byte order mark, which spreadsheets need to recognise it. Blanks at the ends
    of a text do not survive a table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, "stations", (_cells(station, ()) for station in registry.stations.values()))
    _write(folder, "gauges", (_cells(gauge, VERSIONED) for gauge in registry.gauges.values()))
    _write(folder, "cameras", (_cells(camera, ()) for camera in registry.cameras.values()))
    _write(folder, "pumps", (_cells(pump, ()) for pump in registry.pumps.values()))
    _write(folder, "gates", (_cells(gate, ()) for gate in registry.gates.values()))
    rows = ((gauge, each) for gauge in registry.gauges.values() for each in gauge.thresholds)
    _write(folder, "thresholds", (_threshold_cells(gauge, each) for gauge, each in rows))
    sensors = ((gauge, each) for gauge in registry.gauges.values() for each in gauge.sensors)
    _write(folder, "sensors", (_sensor_cells(gauge, each) for gauge, each in sensors))
    named = ["", "[tables]", *(f'{table} = "{table}.csv"' for table in TABLES)]
    text = "\n".join([*_city(registry.city), *named, *_labels(registry)]).lstrip("\n") + "\n"
    (folder / "registry.toml").write_text(text, encoding="utf-8")


def _city(city: City) -> _Lines:
    return _table("[city]", city)


def _gauge(gauge: Gauge) -> _Lines:
    yield from _table("[[stations.gauges]]", gauge)
    for each in gauge.thresholds:
        yield ""
        yield "[[stations.gauges.thresholds]]"
        yield f"valid_from = {_jst(each.valid_from)}"
        yield f"levels = {_inline(each.levels)}"
    for sensor in gauge.sensors:
        yield ""
        yield "[[stations.gauges.sensors]]"
        yield f"valid_from = {_jst(sensor.valid_from)}"
        yield from (f"{key} = {_text(value)}" for key, value in _but_its_time(sensor).items())


def _labels(registry: Registry) -> _Lines:
    for language, kinds in registry.labels.items():
        for kind, texts in kinds.items():
            yield ""
            yield f"[labels.{_key(language)}.{_key(kind)}]"
            yield from (f"{hazard} = {_text(text)}" for hazard, text in texts.items())


def _table(header: str, item: City | Station | Device) -> _Lines:
    yield ""
    yield header
    for key, value in item.model_dump(mode="json", exclude_defaults=True, exclude={"station_id", *VERSIONED}).items():
        yield f"{key} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return _inline(value)
    if isinstance(value, list):
        return _array(value)
    return _text(value)


def _array(rows: list[Any]) -> str:
    """Pairs of numbers and lists of names side by side, longer lists a row to a line."""
    if not any(isinstance(each, list) for each in rows):
        return f"[{', '.join(map(_text, rows))}]"
    return "[\n" + "".join(f"{_indented(_value(each))},\n" for each in rows) + "]"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))


def _inline(table: Mapping[Any, Any]) -> str:
    return "{ " + ", ".join(f"{_key(str(key))} = {_text(value)}" for key, value in table.items()) + " }"


def _key(key: str) -> str:
    return tomli_w.dumps({key: 0}).removesuffix(" = 0\n")


def _text(value: str | float | bool) -> str:
    return tomli_w.dumps({"x": value}).removeprefix("x = ").removesuffix("\n")


def _write(folder: Path, table: str, rows: Iterable[dict[str, Any]]) -> None:
    found = list(rows)
    columns = list(dict.fromkeys((*TABLES[table].known, *(column for row in found for column in row))))
    with (folder / f"{table}.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(found)


def _cells(item: Station | Device, apart: tuple[str, ...]) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for key, value in item.model_dump(mode="json", exclude_defaults=True, exclude=set(apart)).items():
        if key == "quality":
            cells |= value
        elif key == "upstream":
            cells[key] = " ".join(value)
        elif key == "clock_area":
            cells[key] = " ".join(str(share) for share in value.values())
        elif key == "masks":
            cells[key] = ";".join(" ".join(f"{x},{y}" for x, y in mask) for mask in value)
        elif isinstance(value, dict):
            cells |= {f"{key}_{language}": text for language, text in value.items()}
        elif key in ("stage_volume", "section"):
            cells[key] = " ".join(f"{first}:{second}" for first, second in value)
        else:
            cells["station" if key == "station_id" else key] = value
    return cells


def _threshold_cells(gauge: Gauge, each: ThresholdSet) -> dict[str, Any]:
    levels = {f"hazard_{hazard}": each.levels[hazard] for hazard in HAZARDS if hazard in each.levels}
    return {"gauge": gauge.id, "valid_from": _jst(each.valid_from)} | levels


def _sensor_cells(gauge: Gauge, each: Sensor) -> dict[str, Any]:
    return {"gauge": gauge.id, "valid_from": _jst(each.valid_from)} | _but_its_time(each)


def _but_its_time(sensor: Sensor) -> dict[str, Any]:
    return sensor.model_dump(mode="json", exclude_defaults=True, exclude={"valid_from"})


def _jst(at: datetime) -> str:
    return at.astimezone(JST).isoformat()
