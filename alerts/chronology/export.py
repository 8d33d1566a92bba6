"""The chronology handed out: as a table for Excel, as JSON for programs, as a page to print. Pure: pieces of text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from alerts.chronology.words import catalogue, jst, kind_name, text_of
from alerts.records import Entry
from ingest.clock import JST
from ingest.stations import Registry, named

BOM = "\ufeff"
"""Excel takes a file for UTF-8 only where it begins with it."""
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What is handed out and how: the language, the registry for the names, when it was made, and what was asked for
    (``since`` and ``until``, and in words what else narrows it)."""

    language: str
    registry: Registry
    made_at: datetime
    since: datetime | None = None
    until: datetime | None = None
    narrowed: Sequence[str] = ()
    drill: bool = False
    words: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", catalogue(self.language))

    def station(self, station_id: str) -> str:
        """The station's name; its id where it is no longer in the registry."""
        found = self.registry.stations.get(station_id)
        return named(found.name, self.language) if found else station_id

    @property
    def city(self) -> str:
        """The city's name."""
        return named(self.registry.city.name, self.language)


COLUMNS = ("seq", "at", "kind", "station", "incident", "actor", "text")
FOR_PROGRAMS = ("kind_id", "station_id", "detail")
"""Further columns of the table, under these names in every language."""


def as_csv(entries: Iterable[Entry], handed: Handed) -> Iterator[str]:
    """A table: UTF-8 with the mark that Excel needs, times in ISO 8601 with +09:00, no cell a formula."""
    yield BOM + _csv_line([*(handed.words[name] for name in COLUMNS), *FOR_PROGRAMS])
    for each in entries:
        yield _csv_line(
            [
                str(each.seq),
                iso_jst(each.at),
                kind_name(each.kind, handed.language),
                handed.station(each.station_id),
                "" if each.incident_id is None else str(each.incident_id),
                each.actor,
                text_of(each, handed.language),
                each.kind,
                each.station_id,
                json.dumps(dict(each.detail), ensure_ascii=False),
            ]
        )


def _csv_line(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([harmless(each) for each in cells])
    return written.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before what could be one."""
    return f"'{cell}" if cell.lstrip(" \n").startswith(DANGEROUS) or cell.startswith(DANGEROUS) else cell


def as_json(entries: Iterable[Entry], handed: Handed) -> Iterator[str]:
    """A list of objects, one a line of the chronology."""
    between = "[\n"
    for each in entries:
        record = {
            "seq": each.seq,
            "at": iso_jst(each.at),
            "kind": each.kind,
            "actor": each.actor,
            "station_id": each.station_id,
            "incident_id": each.incident_id,
            "ref_id": each.ref_id,
            "text": text_of(each, handed.language),
            "detail": dict(each.detail),
        }
        yield between + json.dumps(record, ensure_ascii=False)
        between = ",\n"
    yield "[]\n" if between == "[\n" else "\n]\n"


def as_html(entries: Iterable[Entry], handed: Handed) -> Iterator[str]:
    """A page to print on A4: its head on every sheet, times of Japan, nothing from elsewhere."""
    shown = (_shown(each, handed) for each in entries)
    return _template().generate(handed=handed, words=handed.words, days=_by_day(shown), span=_span(handed), jst=jst)


FORMATS = {"csv": as_csv, "html": as_html, "json": as_json}


def _shown(entry: Entry, handed: Handed) -> dict[str, Any]:
    at = entry.at.astimezone(JST)
    return {
        "seq": entry.seq,
        "day": f"{at:%Y-%m-%d}",
        "short_day": f"{at:%m-%d}",
        "time": f"{at:%H:%M:%S}",
        "iso": iso_jst(entry.at),
        "kind": kind_name(entry.kind, handed.language),
        "station": handed.station(entry.station_id),
        "incident": entry.incident_id,
        "actor": entry.actor if entry.kind != "transition" else "",
        "text": text_of(entry, handed.language),
        "level": max(_number(entry.detail.get("to_level")), _number(entry.detail.get("level"))),
    }


def _by_day(shown: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each line with its day where that is another than the one of the line before."""
    before = ""
    for each in shown:
        yield (each["day"] if each["day"] != before else ""), each
        before = each["day"]


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _span(handed: Handed) -> str:
    since = jst(handed.since) if handed.since else handed.words["open_since"]
    until = jst(handed.until) if handed.until else handed.words["open_until"]
    return str(handed.words["span"]).format(since=since, until=until)


def iso_jst(at: datetime) -> str:
    """ISO 8601 with ``+09:00`` and whole seconds."""
    return at.astimezone(JST).replace(microsecond=0).isoformat()


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html")
