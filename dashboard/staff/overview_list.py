"""The worst-first list of the overview: what is not calm in full, the calm stations folded. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.filters import Choice
from dashboard.i18n import text
from dashboard.staff import words
from dashboard.staff.addresses import Page
from dashboard.staff.facts import StationFacts
from dashboard.staff.pieces import badge, flags, link, notified, sentence, trend
from ingest.stations import Registry, named

FEW = 30
"""So many calm stations are shown without being asked for."""


def is_calm(line: StationFacts) -> bool:
    """Whether there is nothing to say of a station: below every threshold, heard from, and no alert is in force."""
    return line.hazard == 0 and not line.flags and line.notified is None


def station_list(
    lines: Sequence[StationFacts], registry: Registry, page: Page, now: datetime, choice: Choice | None = None
) -> Component:
    """The worst-first list; a whole row opens its station."""
    chosen = choice or Choice()
    if not lines:
        return sentence(text(page.language, "overview.none" if chosen.filters else "app.no_registry"))
    head = [
        html.Span(text(page.language, f"list.{key}"), className=f"cell-{key}")
        for key in ("station", "stage", "rise", "time", "state")
    ]
    calm = [line for line in lines if is_calm(line)]
    rows = [html.Li(station_row(line, registry, page, now)) for line in lines if not is_calm(line)]
    return html.Div(
        [
            html.Div([html.Span(), *head], className="row row-head"),
            *_quiet(rows, calm, page, chosen),
            html.Ol(rows, className="rows"),
            *_calm(calm, registry, page, now, chosen),
        ]
    )


def _quiet(rows: Sequence[Component], calm: Sequence[StationFacts], page: Page, choice: Choice) -> list[Component]:
    """Where nothing is the matter, that, in place of an empty list."""
    if rows or len(calm) <= FEW or choice.filters:
        return []
    return [html.P(text(page.language, "overview.quiet"), className="all-quiet")]


def _calm(
    calm: Sequence[StationFacts], registry: Registry, page: Page, now: datetime, choice: Choice
) -> list[Component]:
    if len(calm) <= FEW:
        return [html.Ol([html.Li(station_row(line, registry, page, now)) for line in calm], className="rows")]
    key = "overview.fold" if choice.calm else "overview.unfold"
    fold = link(text(page.language, key, n=len(calm)), page.path() + choice.unfolded(not choice.calm).search(), "fold")
    if not choice.calm:
        return [fold]
    return [fold, html.Ul([html.Li(_calm_row(line, registry, page, now)) for line in calm], className="calm-rows")]


def _calm_row(line: StationFacts, registry: Registry, page: Page, now: datetime) -> Component:
    """A calm station on a short line: a thousand of them are to be read by a browser at once."""
    station = registry.stations[line.station_id]
    at = "" if line.observed_at is None else words.near_time(line.observed_at, now)
    said = words.joined(named(station.name, page.language), f"{words.stage(line.stage_m)} m", at)
    return html.A(said, href=page.station(station.id).path(), className="calm-row")


def station_row(line: StationFacts, registry: Registry, page: Page, now: datetime) -> Component:
    """One station: hazard, name and kind, stage, rise, time of its value, flags."""
    language, station = page.language, registry.stations[line.station_id]
    cells = [
        badge(language, line.hazard),
        html.Span(
            [
                html.Span(named(station.name, language), className="name"),
                html.Span(_about(line, registry, language), className="kind"),
            ],
            className="cell-station",
        ),
        html.Span(_stage(line, language), className="cell-stage"),
        html.Span(trend(language, line.trend, line.rise_m_per_h, line.rise_window), className="cell-rise"),
        html.Span(_time(line, language, now), className="cell-time"),
        html.Span(_state(line, registry, language, now), className="cell-state"),
    ]
    marked = line.flags or line.notified
    return link(cells, page.station(station.id).path(), "row row-flagged" if marked else "row")


def _about(line: StationFacts, registry: Registry, language: str) -> str:
    station = registry.stations[line.station_id]
    kind = text(language, f"kind.{station.kind}")
    gauge = registry.gauges.get(line.gauge_id or "")
    filled = "" if line.filled_pct is None else text(language, "pond.filled_short", n=line.filled_pct)
    return words.joined(kind, words.gauge_apart(gauge, registry, language) if gauge else "", filled)


def _stage(line: StationFacts, language: str) -> list[Component]:
    if line.stage_m is None:
        return [html.Span(text(language, "list.no_value"), className="unit")]
    return [html.Span(words.stage(line.stage_m), className="figure"), html.Span(" m", className="unit")]


def _time(line: StationFacts, language: str, now: datetime) -> list[Component]:
    if line.observed_at is None or line.minutes is None:
        return [html.Span("–", className="unit")]
    return [
        html.Span(words.near_time(line.observed_at, now), className="figure"),
        html.Small(words.age(language, line.minutes)),
    ]


def _state(line: StationFacts, registry: Registry, language: str, now: datetime) -> list[Component]:
    found = flags(language, line.flags) + notified(language, line.notified, now)
    if line.water_hazard:
        kind = registry.stations[line.station_id].kind
        label = words.hazard_label(registry, kind, line.water_hazard, language)
        found.insert(0, html.Span(label, className="hazard-label"))
    return found
