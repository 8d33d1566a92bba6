"""The alert levels that the authority has issued (発令された警戒レベル) on the staff's pages. Pure.

They are drawn in no colour of a hazard: a gauge has no part in them.
"""

from __future__ import annotations

from datetime import datetime

from dash import html
from dash.development.base_component import Component

from alerts.issued import IssuedLevel
from dashboard.i18n import text
from dashboard.staff import forms, words
from dashboard.staff.addresses import Page
from dashboard.staff.messages_words import Levels
from dashboard.staff.messages_words import areas as areas_of
from dashboard.staff.pieces import link, sentence, with_data
from ingest.clock import JST
from ingest.stations import named


def listed(levels: Levels, language: str, now: datetime) -> Component:
    """The issued alert levels that stand."""
    if not levels.in_force:
        return sentence(text(language, "desk.issued.none"))
    return html.Ul([_one(each, levels, language, now) for each in levels.in_force], className="issued-list")


def _one(entry: IssuedLevel, levels: Levels, language: str, now: datetime) -> Component:
    asked = entry.announced
    at = words.near_time(asked.issued_at, now)
    entered = words.near_time(entry.entered_at, now)
    parts = [
        html.Div([html.B(word(entry, language)), html.Span(levels.place(entry, language))], className="issued-what"),
        html.Div(text(language, "desk.issued.line", by=asked.issued_by, at=at)),
        html.Div(text(language, "desk.issued.entered", name=entry.entered_by, at=entered), className="message-line"),
    ]
    return html.Li(parts, className="issued-row")


def word(entry: IssuedLevel, language: str) -> str:
    """The level by its number, which is never that of a gauge."""
    return text(language, "desk.issued.level", n=entry.level)


def strip(levels: Levels, here: Page, now: datetime) -> Component | list[Component]:
    """What stands, in one line of another page; on that of a station what concerns it. Nothing where none does."""
    language, station = here.language, levels.registry.stations.get(here.station_id or "")
    of_it = [each for each in levels.in_force if station is None or each.concerns(station)]
    if not of_it:
        return []
    parts = []
    for each in of_it:
        by, at = each.announced.issued_by, words.near_time(each.announced.issued_at, now)
        line = text(language, "desk.issued.line", by=by, at=at)
        place = html.Span(levels.place(each, language), className="issued-place")
        parts.append(html.Span([html.B(word(each, language)), place, html.Small(line)], className="issued-one"))
    title = html.Span(text(language, "desk.issued.title"), className="note")
    if here.place == "wall":
        return html.Div([title, *parts], className="issued-link")
    return link([title, *parts], here.at("messages").path(), "issued-link")


def form(levels: Levels, now: datetime, language: str) -> Component:
    """The form of an issued alert level: what was announced, by whom and when."""
    registry = levels.registry
    areas = [(area, named(names, language)) for area, names in sorted(areas_of(registry).items())]
    where = [("", text(language, "desk.issued.city")), *areas]
    which = [(str(each), text(language, f"desk.issued.{each}")) for each in (3, 4, 5, 2, 1, 0)]
    choose = text(language, "desk.issued.choose")
    at = now.astimezone(JST).strftime("%Y-%m-%dT%H:%M")
    inner = [
        forms.choice(text(language, "desk.issued.place"), "area", where),
        forms.choice(text(language, "desk.issued.which"), "level", which, number=True, unchosen=choose),
        forms.field(
            text(language, "desk.issued.by"),
            "issued_by",
            hint=text(language, "desk.issued.by_hint"),
            required=True,
            maxlength=200,
        ),
        forms.field(text(language, "desk.issued.at"), "issued_at", "datetime-local", required=True, value=at),
    ]
    done, ask = text(language, "desk.issued.done"), text(language, "desk.issued.ask", area="{area}", level="{level}")
    made = forms.form("/api/v1/issued-levels", inner, text(language, "desk.issued.save"), done=done, confirm=ask)
    return with_data(made, repeats="area level")
