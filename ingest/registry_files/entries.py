"""One thing that a registry's file describes, before it is checked: its values and where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ingest.registry_files.mistakes import Mistake
from ingest.registry_files.positions import Path, line_of


class Section(StrEnum):
    """The kinds of entry of a registry."""

    CITY = "city"
    STATION = "station"
    GAUGE = "gauge"
    CAMERA = "camera"
    PUMP = "pump"
    GATE = "gate"
    LABELS = "labels"


VERSIONED = ("thresholds", "sensors")
"""The lists of a gauge whose members are in force from ``valid_from`` on."""
_NO_COLUMNS = (*VERSIONED, "quality")
OBSERVED = (Section.GAUGE, Section.PUMP, Section.GATE)
"""What has readings: these share their ids."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands: a file, the entry's path in it, and the lines of the file's paths.

    A row of a CSV table has one line and no paths; its values are named by their columns.
    """

    file: str
    line: int = 1
    path: Path = ()
    lines: Mapping[Path, int] = field(default_factory=dict)

    @property
    def is_row(self) -> bool:
        """Whether this is a row of a CSV table."""
        return not self.lines

    def inside(self, *keys: str | int) -> Place:
        """The place of something inside."""
        if self.is_row:
            return self
        path = (*self.path, *keys)
        return Place(self.file, line_of(self.lines, path), path, self.lines)

    def mistake(self, message: str, at: Path = ()) -> Mistake:
        """A mistake at a path inside this entry."""
        return Mistake(self.file, self.inside(*at).line, message)

    def called(self, path: Path) -> str:
        """How the author knows a value: ``name.ja`` in TOML, ``name_ja`` in a table."""
        names = [str(each) for each in path if isinstance(each, str) and each != "[key]"]
        if not self.is_row:
            return ".".join(names)
        return "_".join("hazard" if each == "levels" else each for each in names if each not in _NO_COLUMNS)


@dataclass(frozen=True, slots=True)
class Entry:
    """A station, gauge, camera or the city as its author wrote it.

    ``rows`` says which of a gauge's threshold sets and sensors came from a table of their own, by their paths.
    """

    section: Section
    data: dict[str, Any]
    place: Place
    rows: dict[Path, Place] = field(default_factory=dict)

    @property
    def id(self) -> str | None:
        """Its identifier, as far as it has one."""
        found = self.data.get("id")
        return found if isinstance(found, str) else None

    @property
    def title(self) -> str:
        """What a mistake calls it, for example ``gauge fujii-01-g``."""
        return f"{self.section} {self.id}" if self.id else str(self.section)

    def add(self, key: str, version: dict[str, Any], row: Place) -> None:
        """Take a threshold set or a sensor from a row of a table; left alone where the gauge's own are no list."""
        versions = self.data.setdefault(key, [])
        if isinstance(versions, list):
            self.rows[key, len(versions)] = row
            versions.append(version)

    def place_of(self, path: Path) -> Place:
        """The place that a path inside this entry leads to."""
        return self.rows.get(path[:2], self.place)

    def mistake(self, message: str, at: Path = ()) -> Mistake:
        """A mistake in this entry, named after it."""
        return self.place_of(at).mistake(f"{self.title}: {message}", at)
