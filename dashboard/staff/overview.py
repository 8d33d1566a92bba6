"""The overview: counts, map, worst-first list, devices in trouble, recent notifications. Facts to components, pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.i18n import known, text
from dashboard.staff import words
from dashboard.staff.addresses import Page
from dashboard.staff.facts import CameraFacts, GaugeTrouble, StationFacts
from dashboard.staff.pieces import badge, flags, link, notified, panel, sentence, trend
from ingest.cameras.condition import NO_HEARTBEAT
from ingest.readings import CameraState
from ingest.stations import Gauge, Registry, named

GRAPH_CONFIG: Any = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False}


def skeleton(page: Page) -> Component:
    """The empty overview: every section has its place before its content comes, so that nothing jumps."""
    language = page.language
    return html.Div(
        [
            html.Div(id="counts", className="counts"),
            panel("list", text(language, "list.title"), html.Div(id="stations"), text(language, "list.note")),
            panel(
                "map",
                text(language, "map.title"),
                dcc.Graph(id="map", config=GRAPH_CONFIG, className="map"),
                text(language, "map.note"),
            ),
            panel("alerts", text(language, "alerts.title"), html.Div(id="alerts")),
            panel("devices", text(language, "devices.title"), html.Div(id="devices")),
        ],
        className="overview",
    )


def count_strip(counts: Mapping[int | None, int], silent: int, language: str) -> Component:
    """Number of stations by hazard, worst first, each with shape, number and word."""
    hazards: list[int | None] = [5, 4, 3, 2, 1, 0, None]
    cells = [_count(hazard, counts.get(hazard, 0), language) for hazard in hazards]
    mark = html.Span(className="mark")
    cells.append(_cell(mark, text(language, "counts.silent"), silent, "count-silent", language))
    return html.Ul(cells, title=text(language, "counts.title"))


def _count(hazard: int | None, count: int, language: str) -> Component:
    label = text(language, "counts.unknown" if hazard is None else f"hazard.{hazard}")
    return _cell(badge(language, hazard), label, count, "", language)


def _cell(mark: Component, label: str, count: int, class_name: str, language: str) -> Component:
    state = class_name if count else f"{class_name} zero".strip()
    return html.Li(
        [
            mark,
            html.Span([html.B(str(count)), html.Small(text(language, "counts.unit"))], className="count"),
            html.Span(label, className="count-label"),
        ],
        className=state,
    )


def station_list(lines: Sequence[StationFacts], registry: Registry, page: Page, now: datetime) -> Component:
    """The worst-first list; a whole row opens its station."""
    head = [
        html.Span(text(page.language, f"list.{key}"), className=f"cell-{key}")
        for key in ("station", "stage", "rise", "time", "state")
    ]
    return html.Div(
        [
            html.Div([html.Span(), *head], className="row row-head"),
            html.Ol([html.Li(station_row(line, registry, page, now)) for line in lines], className="rows"),
        ]
    )


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


def device_list(
    troubles: Sequence[GaugeTrouble],
    cameras: Sequence[CameraFacts],
    registry: Registry,
    page: Page,
    now: datetime,
) -> Component:
    """Gauges and cameras that are not well, with the reason and since when."""
    rows = [_gauge_row(each, registry, page, now) for each in troubles]
    rows += [_camera_row(each, registry, page, now) for each in cameras if each.state is not CameraState.ONLINE]
    return html.Ul(rows, className="devices") if rows else sentence(text(page.language, "devices.none"))


def _gauge_row(trouble: GaugeTrouble, registry: Registry, page: Page, now: datetime) -> Component:
    language = page.language
    when = "never" if trouble.at is None else "since" if trouble.what == "silent" else "at"
    at = "" if trouble.at is None else words.near_time(trouble.at, now)
    gauge = registry.gauges[trouble.gauge_id]
    return _device(
        text(language, f"devices.{trouble.what}"),
        _device_name(gauge, registry, page),
        text(language, f"devices.{when}", at=at),
    )


def _camera_row(camera: CameraFacts, registry: Registry, page: Page, now: datetime) -> Component:
    language = page.language
    reason = known(language, "camera_reason", camera.reason)
    station = registry.stations[camera.station_id]
    name = link(named(station.name, language), page.station(station.id).path())
    return _device(text(language, f"camera.{camera.state}"), name, words.joined(reason, _heard(camera, language, now)))


def _heard(camera: CameraFacts, language: str, now: datetime) -> str:
    # Beside "offline", a time of last contact reads as that of its end only where the silence itself is the reason.
    if camera.heard_at is None:
        return ""
    told = camera.state is CameraState.OFFLINE and camera.reason != NO_HEARTBEAT
    at = words.near_time(camera.heard_at, now)
    return text(language, "devices.said_offline", at=at) if told else text(language, "devices.heard", at=at)


def _device_name(gauge: Gauge, registry: Registry, page: Page) -> Component:
    station = registry.station_of(gauge)
    own = words.gauge_apart(gauge, registry, page.language)
    return link(words.joined(named(station.name, page.language), own), page.station(station.id).path())


def _device(what: str, name: Component, detail: str) -> Component:
    return html.Li([name, html.Span(what, className="device-what"), html.Span(detail, className="device-detail")])
