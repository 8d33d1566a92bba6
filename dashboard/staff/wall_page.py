"""The screen on the wall: without controls, read from across the room, the worst always on it. Pure.

The left side never goes away: every station of hazard 3 or more, closer together the more there are. The right side
turns by itself (``assets/wallview.js``) through what else matters and is not empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.filters import NEVER_HIDDEN_FROM
from dashboard.i18n import text
from dashboard.staff import words
from dashboard.staff.addresses import Page
from dashboard.staff.facts import StationFacts
from dashboard.staff.overview import map_panel, worst_panel
from dashboard.staff.overview_panels import station_name
from dashboard.staff.pieces import badge, flags, panel, sentence, trend, with_data
from ingest.stations import Registry

SIZES = ((6, "huge"), (10, "large"), (20, "middle"), (36, "small"))
"""Up to how many stations are drawn how large; more are drawn tiny."""
MOST = 80
"""Of stations that are in danger so many have room; how many more there are is said."""
QUIET = 8
"""Stations that are shown where none is in danger: those nearest to it."""


def skeleton(page: Page) -> Component:
    """The empty wall."""
    language = page.language
    turning = [
        map_panel(language),
        worst_panel(language),
        panel("waiting", text(language, "waiting.title"), html.Div(id="waiting")),
        panel("rising", text(language, "rising.title"), html.Div(id="rising")),
        panel("lesser", text(language, "wall.lesser"), html.Div(id="wall-lesser")),
        panel("devices", text(language, "devices.title"), html.Div(id="devices")),
    ]
    return html.Div(
        [
            html.H1(text(language, "wall.title"), className="spoken"),
            html.Div(id="issued-strip", className="issued-strip"),
            html.Div(id="counts", className="counts"),
            html.Div(id="wall-waiting", className="wall-waiting"),
            html.Div(id="wall-danger", className="wall-danger"),
            with_data(html.Div(turning, className="turning"), turning=""),
        ],
        className="wallview",
    )


def in_danger(lines: Sequence[StationFacts]) -> list[StationFacts]:
    """Those that must never leave the screen: by their hazard, or by an alert that is still in force."""
    return [line for line in lines if _level(line) >= NEVER_HIDDEN_FROM]


def lesser(lines: Sequence[StationFacts]) -> list[StationFacts]:
    """Those below that are not calm."""
    return [line for line in lines if 1 <= _level(line) < NEVER_HIDDEN_FROM]


def _level(line: StationFacts) -> int:
    return max(line.hazard or 0, line.notified.hazard if line.notified else 0)


def danger(lines: Sequence[StationFacts], registry: Registry, page: Page, now: datetime) -> Component:
    """Every station in danger, the worst first; where there is none, that, and those nearest to it."""
    found, language = in_danger(lines), page.language
    if not found:
        nearest = [line for line in lines if line.hazard][:QUIET]
        return html.Div(
            [html.P(text(language, "wall.none"), className="wall-none"), _tiles(nearest, registry, page, now)]
        )
    more = len(found) - MOST
    beyond = [html.P(text(language, "wall.more", n=more), className="wall-more")] if more > 0 else []
    return html.Div([_tiles(found[:MOST], registry, page, now), *beyond])


def _tiles(lines: Sequence[StationFacts], registry: Registry, page: Page, now: datetime) -> Component:
    size = next((name for most, name in SIZES if len(lines) <= most), "tiny")
    return html.Ol([html.Li(_tile(line, registry, page, now)) for line in lines], className=f"tiles tiles-{size}")


def _tile(line: StationFacts, registry: Registry, page: Page, now: datetime) -> Component:
    language = page.language
    at = "" if line.observed_at is None else words.near_time(line.observed_at, now)
    kind = registry.stations[line.station_id].kind
    stage = [html.Span(words.stage(line.stage_m), className="figure"), html.Small(" m")]
    label = words.hazard_label(registry, kind, line.water_hazard, language) if line.water_hazard else ""
    return html.Div(
        [
            badge(language, line.hazard, "large"),
            html.B(station_name(line.station_id, registry, language), className="tile-name"),
            html.Span(stage, className="tile-stage"),
            trend(language, line.trend, line.rise_m_per_h, line.rise_window),
            html.Span([html.Span(label), *flags(language, line.flags)], className="tile-state"),
            html.Small(at, className="tile-at"),
        ],
        className="tile",
    )


def lesser_list(lines: Sequence[StationFacts], registry: Registry, page: Page, now: datetime) -> Component:
    """The stations of hazard 1 and 2."""
    found = lesser(lines)
    if not found:
        return sentence(text(page.language, "wall.no_lesser"))
    return _tiles(found[:MOST], registry, page, now)


def waiting_line(count: int, urgent: bool, language: str) -> Component:
    """How many alerts wait for somebody, always on the wall."""
    said = text(language, "sound.waiting", n=count) if count else text(language, "sound.none")
    return html.B(said, className="waits-urgent" if urgent else "waits-some" if count else "waits-none")
