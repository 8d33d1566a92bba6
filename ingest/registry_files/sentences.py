"""From the validator's findings to sentences that say what to write instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ingest.devices import Box, Live, Pull
from ingest.registry_files.entries import VERSIONED, Entry, Place
from ingest.registry_files.mistakes import Mistake
from ingest.registry_files.positions import Path
from ingest.sensors import Reads, Sensor
from ingest.stations import (
    Camera,
    City,
    Gate,
    Gauge,
    Pump,
    QualityLimits,
    Quantity,
    Station,
    StationKind,
    ThresholdSet,
)

EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "id": 'id = "fujii-01"',
        "kind": 'kind = "river"',
        "name": 'name = { ja = "藤井川 三成", en = "Fujii River, Minari" }',
        "area": 'area = { ja = "美ノ郷", en = "Minogo" }',
        "department": 'department = { ja = "河川課", en = "River Division" }',
        "water": 'water = { ja = "藤井川", en = "Fujii River" }',
        "lat": "lat = 34.41",
        "lon": "lon = 133.20",
        "valid_from": "valid_from = 2026-04-01T00:00:00+09:00",
        "levels": "levels = { 1 = 1.5, 2 = 2.0, 3 = 2.4, 4 = 2.8, 5 = 3.5 }",
        "thresholds": "thresholds = [{ valid_from = 2026-04-01T00:00:00+09:00, levels = { 2 = 2.0 } }]",
        "sensors": 'sensors = [{ valid_from = 2026-04-01T00:00:00+09:00, reads = "distance", height_m = 6.25 }]',
        "height_m": "height_m = 6.25",
        "quality": "quality = { spike_m = 0.5 }",
        "upstream": 'upstream = ["fujii-kinosho"]',
        "stage_volume": "stage_volume = [[0.0, 0.0], [1.0, 800.0], [2.0, 2000.0]]",
        "section": "section = [[0.0, 4.1], [3.0, 0.0], [9.0, 0.0], [12.0, 4.1]]",
        "outlines": "outlines = [[[133.10, 34.40], [133.15, 34.42]]]",
        "boundary": "boundary = [[[133.0, 34.2], [133.3, 34.2], [133.3, 34.6], [133.0, 34.2]]]",
        "public": "public = true",
        "lit": "lit = true",
        "masks": "masks = [[[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]]]",
        "clock_area": "clock_area = { left = 0.0, top = 0.0, right = 1.0, bottom = 0.07 }",
        "pull": 'pull = { url = "http://192.0.2.7/snapshot.jpg" }',
        "url": 'url = "http://192.0.2.7/snapshot.jpg"',
        "live": 'live = { kind = "mjpeg", url = "http://192.0.2.7/video.mjpg" }',
        "rivers": "rivers = [[[133.10, 34.40], [133.15, 34.42]]]",
    }
)
CELLS: Mapping[str, str] = MappingProxyType(
    {
        "valid_from": "2026-04-01T00:00:00+09:00",
        "stage_volume": "0:0 1.0:800 2.0:2000",
        "section": "0:4.1 3:0 9:0 12:4.1",
        "masks": "0.1,0.2 0.3,0.2 0.3,0.4",
        "clock_area": "0.0 0.0 1.0 0.07",
    }
)
_INSIDE: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        "thresholds": ThresholdSet,
        "sensors": Sensor,
        "quality": QualityLimits,
        "clock_area": Box,
        "pull": Pull,
        "live": Live,
    }
)
_MODELS: tuple[type[BaseModel], ...] = (City, Station, Gauge, Camera, Pump, Gate, *_INSIDE.values())
_BOUNDS = MappingProxyType(
    {"greater_than": "above", "greater_than_equal": "at least", "less_than": "below", "less_than_equal": "at most"}
)
_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {model.__name__: tuple(name for name in model.model_fields if name != "station_id") for model in _MODELS}
)


@dataclass(frozen=True, slots=True)
class _Finding:
    """One finding of the validator in an entry; ``model`` is what the entry should become."""

    entry: Entry
    detail: ErrorDetails
    model: type[BaseModel]

    @property
    def spot(self) -> Path:
        """The path of the value inside the entry."""
        return tuple(part for part in self.detail["loc"] if part != "[key]")

    @property
    def place(self) -> Place:
        """Where the value stands."""
        return self.entry.place_of(self.spot)

    @property
    def key(self) -> str:
        """The last key of the path."""
        return next((part for part in reversed(self.spot) if isinstance(part, str)), "")

    @property
    def name(self) -> str:
        """The value as its author calls it."""
        return f"`{self.place.called(self.spot)}`"

    @property
    def value(self) -> str:
        """The value as it was written."""
        return _shown(self.detail["input"])

    @property
    def is_key(self) -> bool:
        """Whether the key itself is wrong: only hazards are checked keys."""
        return "[key]" in self.detail["loc"]

    @property
    def instead(self) -> str:
        """What to write instead, where there is an example."""
        return _instead(self.place, self.key)


def mistakes_of(entry: Entry, error: ValidationError, model: type[BaseModel]) -> list[Mistake]:
    """Every finding of the validator in an entry, in the author's words."""
    findings = [_Finding(entry, detail, model) for detail in error.errors(include_url=False)]
    return [entry.mistake(_sentence(each), each.spot) for each in findings if each.key != "station_id"]


def unknown_key(key: str, known: Iterable[str]) -> str:
    """The sentence about a key that nobody reads."""
    known = list(known)
    near = difflib.get_close_matches(key, known, n=1)
    advice = f"did you mean `{near[0]}`?" if near else f"known here are {', '.join(known)}"
    return f"`{key}` is not known; {advice}"


_SWITCHES = (("demonstration",), ("public",), ("lit",))


def odd_values(entry: Entry) -> list[Mistake]:
    """Values that the validator would take for something else: true for 1, a year for seconds since 1970."""
    return [*_switches(entry), *_bare_years(entry)]


def _switches(entry: Entry) -> Iterator[Mistake]:
    for path, value in _leaves(entry.data):
        if isinstance(value, bool) and path not in _SWITCHES:
            name = entry.place_of(path).called(path)
            yield entry.mistake(f"`{name}` cannot be {_shown(value)}{_instead(entry.place, str(path[-1]))}", path)


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if not isinstance(value, dict | list):
        yield path, value
        return
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _leaves(inner, (*path, key))


def _bare_years(entry: Entry) -> Iterator[Mistake]:
    for key in VERSIONED:
        versions = entry.data.get(key)
        for index, each in enumerate(versions if isinstance(versions, list) else ()):
            spot = (key, index, "valid_from")
            value = each.get("valid_from") if isinstance(each, dict) else None
            if isinstance(value, int | float) or (isinstance(value, str) and re.fullmatch(r"[\d.]+", value)):
                yield entry.mistake(_time_sentence(entry.place_of(spot), value), spot)


def _sentence(finding: _Finding) -> str:
    for begins, sentence in _SENTENCES:
        if finding.detail["type"].startswith(begins):
            return sentence(finding)
    return f"{finding.name} cannot be {finding.value}{finding.instead}"


def _missing(finding: _Finding) -> str:
    if finding.place.is_row:
        return f"{finding.name} is missing: fill in that column"
    return f"{finding.name} is missing: add {EXAMPLES.get(finding.key, finding.key + ' = …')}"


def _extra(finding: _Finding) -> str:
    inner = _INSIDE.get(str(finding.spot[0])) if len(finding.spot) > 1 else None
    return unknown_key(finding.key, _KEYS[(inner or finding.model).__name__])


def _choice(finding: _Finding) -> str:
    choices = _CHOICES.get(".".join(str(each) for each in finding.spot)) or _CHOICES[finding.key]
    return f"{finding.name} cannot be {finding.value}: write one of {', '.join(choices)}"


def _pattern(finding: _Finding) -> str:
    return f"{finding.name} cannot be {finding.value}: {_PATTERNS.get(finding.key, _PATTERNS['id'])}"


def _number(finding: _Finding) -> str:
    if finding.is_key:
        return _hazard(finding)
    return f"{finding.name} must be a number, not {finding.value}{finding.instead or ': write for example 2.5'}"


def _hazard(finding: _Finding) -> str:
    return f"hazard {finding.value} is not on the ladder: thresholds are for the hazards 1 to 5"


def _bound(finding: _Finding) -> str:
    if finding.is_key:
        return _hazard(finding)
    (limit,) = finding.detail["ctx"].values()
    return f"{finding.name} must be {_BOUNDS[finding.detail['type']]} {limit}, not {finding.value}"


def _time(finding: _Finding) -> str:
    return _time_sentence(finding.place, finding.detail["input"])


def _own(finding: _Finding) -> str:
    reason = str(finding.detail["ctx"]["error"])
    return f"{finding.name}: {reason}" if finding.place.called(finding.spot) else reason


def _time_sentence(place: Place, value: Any) -> str:
    example = CELLS["valid_from"] if place.is_row else EXAMPLES["valid_from"]
    return f"`valid_from` {_shown(value)} must be a date and time with its offset from UTC: write {example}"


def _instead(place: Place, key: str) -> str:
    example = CELLS.get(key) if place.is_row else EXAMPLES.get(key)
    return f": write {example}" if example else ""


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value[:60]}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | int | float):
        return str(value)
    return "a table" if isinstance(value, dict) else "a list"


_CHOICES: Mapping[str, Iterable[str]] = MappingProxyType(
    {
        "kind": tuple(StationKind),
        "quantity": (Quantity.STAGE,),
        "role": ("inner", "outer"),
        "pull.auth": ("none", "basic", "digest"),
        "live.kind": ("hls", "mjpeg", "page"),
        "reports": ("stage", "below_crown"),
        "reads": tuple(Reads),
    }
)
_PATTERNS: Mapping[str, str] = MappingProxyType(
    {
        "id": "write small letters a-z, digits, - and _, at most 64, the first a letter or digit",
        "device": "write its identifier in small letters a-z, digits, ., - and _, for example 24e124713b123456",
        "credential": "write the name of credentials in the settings in small letters a-z, digits, - and _",
        "municipal_code": 'write the six digits of the 全国地方公共団体コード, for example "342050"',
    }
)
_SENTENCES: tuple[tuple[str, Callable[[_Finding], str]], ...] = (
    ("missing", _missing),
    ("extra_forbidden", _extra),
    ("enum", _choice),
    ("literal_error", _choice),
    ("string_pattern", _pattern),
    ("float_", _number),
    ("int_", _number),
    ("finite_number", _number),
    ("greater_than", _bound),
    ("less_than", _bound),
    ("datetime_", _time),
    ("timezone_", _time),
    ("value_error", _own),
)
"""How the validator's types of finding begin, and who words them; the rest is "cannot be …"."""
