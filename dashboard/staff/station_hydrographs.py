"""The hydrographs of a station's page with what chooses them: spans, past events, the table. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component
from plotly.graph_objects import Figure  # type: ignore[import-untyped]

from dashboard.i18n import text
from dashboard.past_events import Event
from dashboard.staff import words
from dashboard.staff.addresses import DAY_H, RANGES_H, Page
from dashboard.staff.overview import GRAPH_CONFIG
from dashboard.staff.pieces import sentence, with_data
from dashboard.staff.station_choice import Choice, minute
from dashboard.views import GaugeView
from ingest.clock import JST


def range_links(page: Page, choice: Choice) -> Component:
    """The choice of the hydrographs' span, and of the table behind them."""
    links = [
        _choice(_length(page.language, hours), page, choice.over(hours), hours == choice.hours, str(number))
        for number, hours in enumerate(RANGES_H, start=1)
    ]
    table = _choice(text(page.language, "readings.link"), page, choice.turned(), choice.table, "t")
    return html.Nav([*links, table], className="ranges", title=text(page.language, "station.range"))


def past_links(page: Page, choice: Choice, found: Sequence[Event]) -> list[Component]:
    """The events that can be laid over the hydrograph; nothing where the gauge has seen none."""
    if not found:
        return []
    language = page.language
    none = _choice(text(language, "past.none"), page, choice.beside(""), not choice.peak, "0")
    links = [
        _choice(event_name(each), page, choice.beside(minute(each.peak_at)), minute(each.peak_at) == choice.peak)
        for each in found
    ]
    return [html.Span(text(language, "past.title"), className="past-title"), html.Nav([none, *links], className="past")]


def event_name(event: Event) -> str:
    """``2025/07/01 3.20 m``: the day in Japan and the peak."""
    return f"{event.peak_at.astimezone(JST):%Y/%m/%d} {words.stage(event.peak_m)} m"


def _choice(said: str, page: Page, choice: Choice, chosen: bool, key: str = "") -> Component:
    made = dcc.Link(said, href=page.path() + choice.search(), className="range chosen" if chosen else "range")
    here = html.Span(made, className="choice is-chosen" if chosen else "choice")
    return with_data(here, key=key) if key else here


def _length(language: str, hours: int) -> str:
    if hours >= 365 * DAY_H:
        return text(language, "station.years", y=hours // (365 * DAY_H))
    if hours > DAY_H:
        return text(language, "station.days", d=hours // DAY_H)
    return text(language, "station.hours", h=hours)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The hydrograph of a gauge; ``whole`` is False where what is older than the present could not be read."""

    view: GaugeView
    figure: Figure
    whole: bool


def graphs(drawn: Sequence[Drawn], language: str) -> list[Component]:
    """One hydrograph a gauge, with the gauge's name where there is one or where there are several."""
    if not drawn:
        return [sentence(text(language, "station.no_gauge"))]
    lacking = [] if all(each.whole for each in drawn) else [sentence(text(language, "station.not_whole"))]
    return [*lacking, *(_graph(each, language, len(drawn)) for each in drawn)]


def _graph(drawn: Drawn, language: str, gauges: int) -> Component:
    graph = dcc.Graph(figure=drawn.figure, config=GRAPH_CONFIG)
    caption = _caption(drawn.view, language, alone=gauges == 1)
    return html.Figure([*caption, html.Div(graph, className=f"hydrograph of-{min(gauges, 2)}")])


def plot_px(gauges: int) -> float:
    """About the height between the axes of a hydrograph, on the smallest screen: see ``.hydrograph`` in the styles."""
    return 255 if gauges == 1 else 205


def _caption(view: GaugeView, language: str, alone: bool) -> list[Component]:
    if alone and not view.gauge.name and not view.gauge.role:
        return []
    return [html.Figcaption(words.gauge_name(view.gauge, language))]
