"""The readings behind a hydrograph as a table, for screen readers and for copying. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dash import html
from dash.development.base_component import Component

from dashboard.i18n import text
from dashboard.staff import health_words, words
from dashboard.staff.pieces import sentence, with_data
from dashboard.views import GaugeView
from ingest.readings import Reading
from ingest.store.protocol import Course

UNTHINNED = timedelta(minutes=1)
"""Within so short a step hardly anything is left out."""
COLUMNS = ("time", "stage", "quality")


def tables(found: Sequence[tuple[GaugeView, Course]], language: str, now: datetime) -> list[Component]:
    """A table a gauge, the newest reading first. It stands still until it is asked for again."""
    return [_table(view, course, language, now) for view, course in found]


def _table(view: GaugeView, course: Course, language: str, now: datetime) -> Component:
    name = words.gauge_name(view.gauge, language)
    if not course.readings:
        return html.Div([html.B(name), sentence(text(language, "graph.none"))])
    step = health_words.span(course.step.total_seconds(), language)
    thinned = text(language, "readings.thinned", step=step) if course.step > UNTHINNED else ""
    caption = words.joined(name, text(language, "readings.at", at=words.near_time(now, now)), thinned)
    head = html.Tr([html.Th(text(language, f"readings.{each}"), scope="col") for each in COLUMNS])
    rows = [_row(each, language) for each in reversed(course.readings)]
    copy = with_data(
        html.Button(text(language, "readings.copy"), type="button", className="copy"),
        copied=text(language, "readings.copied"),
    )
    table = html.Table([html.Caption(caption), html.Thead(head), html.Tbody(rows)])
    return html.Div([copy, html.Div(table, className="table readings-table", tabIndex=0)], className="readings")


def _row(each: Reading, language: str) -> Component:
    cells = (words.full_time(each.observed_at), words.stage(each.stage_m), text(language, f"quality.{each.quality}"))
    return html.Tr([html.Td(cell) for cell in cells])
