"""The lines of the chronology, grouped by day. Entries to components, pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from dash import html
from dash.development.base_component import Component

from alerts.chronology.words import kind_name, text_of
from alerts.records import OF_HAZARD, Entry
from dashboard.chronology_query import GROUPS
from dashboard.i18n import known, text
from dashboard.staff.addresses import Page
from dashboard.staff.pieces import badge, link
from ingest.clock import JST
from ingest.stations import Registry, named

LATE_AFTER = timedelta(minutes=2)
"""What was observed longer before it was written says so."""
_GROUP_OF = {kind: group for group, kinds in GROUPS.items() for kind in kinds}


@dataclass(frozen=True, slots=True)
class Where:
    """What a line needs beside itself."""

    registry: Registry | None
    page: Page

    def say(self, key: str, **values: object) -> str:
        """Words in the language of the page."""
        return text(self.page.language, key, **values)

    def station(self, station_id: str) -> str:
        """The station's name, its id where it is no longer in the registry."""
        found = self.registry.stations.get(station_id) if self.registry else None
        return named(found.name, self.page.language) if found else station_id

    def station_link(self, station_id: str) -> Component | str:
        """The name, leading to the station where there is one."""
        if self.registry is None or station_id not in self.registry.stations:
            return station_id
        return link(self.station(station_id), self.page.station(station_id).path(), "line-place-name")


def days(entries: Sequence[Entry], where: Where) -> list[Component]:
    """The lines in the order in which they are given, under the day on which they were written."""
    return [_day(day, list(of_day), where) for day, of_day in groupby(entries, key=lambda each: _day_of(each.at))]


def _day(day: str, entries: Sequence[Entry], where: Where) -> Component:
    weekday = where.say(f"chronology.weekday_{entries[0].at.astimezone(JST).weekday()}")
    head = html.H2(where.say("chronology.day", day=day, weekday=weekday), className="day-name")
    return html.Section([head, html.Ol([row(each, where) for each in entries], className="day-lines")], className="day")


def row(entry: Entry, where: Where) -> Component:
    """One line: when it was written, its kind, place, words and who wrote it."""
    at = entry.at.astimezone(JST)
    cells = [
        html.Time(f"{at:%H:%M:%S}", dateTime=at.isoformat(timespec="seconds"), className="line-time"),
        html.Span(kind_name(entry.kind, where.page.language), className="line-kind"),
        html.Span(where.station_link(entry.station_id) if entry.station_id else "", className="line-place"),
        html.Div(list(_words(entry, where)), className="line-text"),
        html.Span(known(where.page.language, "chronology.actor", entry.actor), className="line-who"),
    ]
    return html.Li(cells, className=f"line line-{_GROUP_OF.get(entry.kind, 'system')}", id=f"line-{entry.seq}")


def _words(entry: Entry, where: Where) -> Iterator[Component]:
    level = entry.detail.get("to_level")
    if entry.kind == "transition" and entry.detail.get("rule") in OF_HAZARD and isinstance(level, int):
        yield badge(where.page.language, level, "small")
    yield html.Span(said(entry, where.page.language), className="line-said")
    if when := earlier(entry, where):
        yield html.Span(when, className="line-earlier")
    if entry.incident_id is not None:
        shown = where.say("chronology.incident", n=entry.incident_id)
        yield link(shown, where.page.at("incident", str(entry.incident_id)).path(), "line-incident")


def said(entry: Entry, language: str) -> str:
    """The words; of a line that was written later only what happened, for its time stands apart."""
    if entry.detail.get("line") == "entered_late":
        return str(entry.detail.get("note", entry.text))
    return text_of(entry, language)


def earlier(entry: Entry, where: Where) -> str:
    """When it happened, where that was before it was written; nothing where it was then."""
    for key, word in (("happened_at", "chronology.happened"), ("observed_at", "chronology.observed")):
        at = _time(entry.detail.get(key))
        if at is not None and entry.at - at > LATE_AFTER:
            same = _day_of(at) == _day_of(entry.at)
            local = at.astimezone(JST)
            return where.say(word, at=f"{local:%H:%M}" if same else f"{local:%m/%d %H:%M}")
    return ""


def _time(written: object) -> datetime | None:
    try:
        return datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None


def _day_of(at: datetime) -> str:
    return f"{at.astimezone(JST):%Y-%m-%d}"
