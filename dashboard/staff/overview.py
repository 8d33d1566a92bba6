"""The overview: the one screen that duty staff watch. Every section has its place before its content comes. Pure."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.i18n import text
from dashboard.staff.addresses import Page
from dashboard.staff.pieces import link, panel

GRAPH_CONFIG: Any = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False}


def skeleton(page: Page) -> Component:
    """The empty overview: nothing jumps when its content comes."""
    language = page.language
    beside = [
        panel("waiting", text(language, "waiting.title"), html.Div(id="waiting")),
        panel("rising", text(language, "rising.title"), html.Div(id="rising")),
        panel("devices", text(language, "devices.title"), html.Div(id="devices")),
    ]
    return html.Div(
        [
            html.H1(text(language, "app.overview"), className="spoken"),
            html.Div(id="counts", className="counts"),
            html.Div(
                [
                    html.Div(id="choices"),
                    html.Div(id="left-out"),
                    html.Div(id="issued-strip", className="issued-strip"),
                    _to_wall(page),
                ],
                className="chosen-line",
            ),
            panel("list", text(language, "list.title"), html.Div(id="stations"), text(language, "list.note")),
            html.Div([map_panel(language), worst_panel(language)], className="pictures"),
            html.Div(beside, className="beside-list"),
        ],
        className="overview",
    )


def _to_wall(page: Page) -> Component:
    return link(text(page.language, "wall.title"), page.at("wall").path(), "to-wall")


def map_panel(language: str) -> Component:
    """The place of the map (``assets/map.js``)."""
    body = html.Div([html.Div(id="map", className="map"), dcc.Store(id="map-ground"), dcc.Store(id="map-marks")])
    return panel("map", text(language, "map.title"), body, text(language, "map.note"))


def worst_panel(language: str) -> Component:
    """The place of the newest stills of the worst stations."""
    return panel("worst", text(language, "worst.title"), html.Div(id="worst-stills"))
