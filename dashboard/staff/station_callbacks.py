"""The callbacks of a station's page: each draws one section of what the watch saw."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from dash import Dash, Input, Output, State
from dash.development.base_component import Component

from alerts.people.responsible import responsible
from dashboard import figures, running_bands
from dashboard.accounts.actor import Role
from dashboard.ahead import ahead
from dashboard.hydrograph_layers import Layers
from dashboard.i18n import text
from dashboard.past_events import Event
from dashboard.staff import (
    pumps_callbacks,
    station,
    station_hydrographs,
    station_panels,
    station_past,
    station_table,
    words,
)
from dashboard.staff.addresses import DAY_H, Page, page_at
from dashboard.staff.alert_rows import alert_list
from dashboard.staff.facts import AlertFacts
from dashboard.staff.reader import reads_as
from dashboard.staff.services import StaffServices
from dashboard.staff.station_choice import Choice, choice_in
from dashboard.staff.watch import Watch, alert_facts
from dashboard.views import GaugeView, StationView
from ingest.stations import Registry, StationKind
from ingest.store.protocol import Course

STATION_ALERTS = 20
STEPS = 500
"""Of a hydrograph: with two marks a step it is about as fine as a screen."""
GOES_ON = 0.3
"""Of the span: so far an event of the past goes on beyond now."""
FAN_WITHIN_H = DAY_H
"""On longer spans the extrapolation would be a stroke."""
GRAPH_WORDS = ("stage", "good", "suspect", "bad", "none", "maintenance")


@dataclass(frozen=True)
class Scene:
    """What the hydrographs of a station are drawn from."""

    services: StaffServices
    view: StationView
    registry: Registry
    page: Page
    choice: Choice
    doubted: bool
    event: Event | None = None

    @property
    def span(self) -> tuple[datetime, datetime]:
        """What is shown. Of long spans to the whole minute, so that all screens ask for the same."""
        now = self.services.clock.now()
        until = now if self.choice.hours <= 3 * DAY_H else now.replace(second=0, microsecond=0)
        return until - timedelta(hours=self.choice.hours), until


async def _here(watch: Watch, pathname: str | None) -> tuple[Page, StationView | None, Registry | None]:
    seen, here = (await watch.latest()).board, page_at(pathname)
    if seen is None or here.station_id is None:
        return here, None, None
    return here, seen.station(here.station_id), seen.registry


async def station_head(watch: Watch, _: str | None, pathname: str | None) -> Any:
    """The state of the station."""
    here, view, registry = await _here(watch, pathname)
    if view is None or registry is None:
        return station.unknown(here)
    picture = await watch.latest()
    doubt = picture.doubts.get(view.station.id)
    return station.head(view, registry, picture.current, here, picture.at, doubt)


def ranges(search: str | None, pathname: str | None) -> Component:
    """The choice of span."""
    return station_hydrographs.range_links(page_at(pathname), choice_in(search))


async def past_events(
    watch: Watch, past: station_past.PastEvents, _: str | None, search: str | None, pathname: str | None
) -> list[Component]:
    """The choice of a past event, of the first gauge of the station."""
    here, view, _registry = await _here(watch, pathname)
    if view is None or not view.gauges:
        return []
    found = await asyncio.to_thread(past.of, view.gauges[0], (await watch.latest()).at)
    return station_hydrographs.past_links(here, choice_in(search), found)


async def graphs(
    watch: Watch,
    services: StaffServices,
    past: station_past.PastEvents,
    _: str | None,
    search: str | None,
    pathname: str | None,
) -> list[Component]:
    """The hydrographs, their histories read off the event loop."""
    here, view, registry = await _here(watch, pathname)
    if view is None or registry is None:
        return []
    picture, choice = await watch.latest(), choice_in(search)
    event = await asyncio.to_thread(past.named, view.gauges[0], choice.peak, picture.at) if view.gauges else None
    scene = Scene(services, view, registry, here, choice, view.station.id in picture.doubts, event)
    drawn = [await asyncio.to_thread(_draw, scene, gauge) for gauge in view.gauges]
    return station_hydrographs.graphs(drawn, here.language)


def _draw(scene: Scene, gauge: GaugeView) -> station_hydrographs.Drawn:
    since, until = scene.span
    services, language = scene.services, scene.page.language
    course = services.history.course(gauge.gauge.id, since, until, STEPS)
    works = [
        (each.begins_at, each.ends_at)
        for each in services.maintenance.maintenance(since)
        if each.station_id == gauge.gauge.station_id and each.concerns(gauge.gauge.id)
    ]
    pumps = pumps_callbacks.courses(services, scene.view, gauge.gauge.id, language, since, until, STEPS)
    height_px = station_hydrographs.plot_px(len(scene.view.gauges))
    curve_px = height_px - running_bands.height_px(len(pumps))
    said = _words(scene.registry, scene.view.station.kind, language)
    layers = _layers(scene, gauge, course)
    figure = figures.hydrograph(gauge, course, since, until, said, curve_px, works, layers)
    running_bands.add(figure, pumps, height_px, text(language, "graph.running"))
    return station_hydrographs.Drawn(gauge, figure, course.whole)


def _layers(scene: Scene, gauge: GaugeView, course: Course) -> Layers:
    """The fan of the extrapolation and the event of the past, as far as they are wanted and known."""
    (since, until), language = scene.span, scene.page.language
    fan = ahead(gauge, scene.doubted) if scene.choice.hours <= FAN_WITHIN_H else None
    over = None
    if scene.event is not None:
        name = text(language, "past.laid_over", event=station_hydrographs.event_name(scene.event))
        over = station_past.laid_over(
            scene.services.history, gauge, scene.event, course, (since, until + GOES_ON * (until - since)), name
        )
    return Layers(fan, text(language, "graph.extrapolated"), over)


def _words(registry: Registry, kind: StationKind, language: str) -> figures.GraphWords:
    return figures.GraphWords(
        **{key: text(language, f"graph.{key}") for key in GRAPH_WORDS},
        labels={hazard: words.hazard_label(registry, kind, hazard, language) for hazard in range(1, 6)},
    )


async def readings(watch: Watch, services: StaffServices, search: str | None, pathname: str | None) -> list[Component]:
    """The readings behind the hydrographs, where they are asked for: drawn once, to be read and copied."""
    here, view, registry = await _here(watch, pathname)
    choice = choice_in(search)
    if view is None or registry is None or not choice.table:
        return []
    scene = Scene(services, view, registry, here, choice, doubted=False)
    since, until = scene.span
    found = [
        (gauge, await asyncio.to_thread(services.history.course, gauge.gauge.id, since, until, STEPS))
        for gauge in view.gauges
    ]
    return station_table.tables(found, here.language, until)


async def gauges(watch: Watch, _: str | None, pathname: str | None) -> Any:
    """The table of the station's gauges."""
    here, view, _registry = await _here(watch, pathname)
    return [] if view is None else station.gauge_table(view, here.language, (await watch.latest()).at)


async def sections(watch: Watch, _: str | None, pathname: str | None) -> list[Component]:
    """The cross-sections with the water in them."""
    here, view, _registry = await _here(watch, pathname)
    return [] if view is None else station_panels.sections(view, here.language)


async def station_incidents(watch: Watch, _: str | None, pathname: str | None) -> Any:
    """The open incidents of the station."""
    here, view, _registry = await _here(watch, pathname)
    if view is None:
        return []
    picture = await watch.latest()
    mine = [each for each in picture.incidents.standing.open if each.station_id == view.station.id]
    return station_panels.incidents(mine, here, picture.at)


async def devices(watch: Watch, _: str | None, pathname: str | None) -> Any:
    """How the devices of the station's gauges are."""
    here, view, _registry = await _here(watch, pathname)
    picture = await watch.latest()
    if view is None:
        return []
    known = picture.health.health if picture.health else None
    mine = [gauge.gauge for gauge in view.gauges]
    return station_panels.devices(known.gauges if known else (), mine, here, picture.at)


async def contacts(watch: Watch, services: StaffServices, _: str | None, pathname: str | None) -> Any:
    """Who answers for the station."""
    here, view, _registry = await _here(watch, pathname)
    if view is None:
        return []
    private = reads_as(Role.OPERATOR)
    directory = await asyncio.to_thread(services.people.directory)
    return station_panels.contacts(responsible(directory, view.station, services.clock.now(), private), here)


async def station_alerts(watch: Watch, services: StaffServices, _: str | None, pathname: str | None) -> Any:
    """The notifications of the station's gauges, newest first."""
    here, view, registry = await _here(watch, pathname)
    if view is None or registry is None:
        return []
    found: list[AlertFacts] = []
    for gauge in view.gauges:
        found += await asyncio.to_thread(alert_facts, services, STATION_ALERTS, gauge.gauge.id)
    newest = sorted(found, key=lambda each: each.transition.id, reverse=True)[:STATION_ALERTS]
    return alert_list(newest, registry, here, (await watch.latest()).at)


def register(app: Dash, services: StaffServices, watch: Watch) -> None:
    """Bind the callbacks of this file to an app."""
    search, here, past = Input("url", "search"), State("url", "pathname"), station_past.PastEvents(services.history)
    _bind(app, "station-head", _news("stations"), here, partial(station_head, watch))
    app.callback(Output("ranges", "children"), search, here)(ranges)
    app.callback(Output("past-events", "children"), _news("city"), search, here)(partial(past_events, watch, past))
    app.callback(Output("graphs", "children"), _news("log"), search, here)(partial(graphs, watch, services, past))
    app.callback(Output("readings", "children"), search, here)(partial(readings, watch, services))
    _bind(app, "gauges", _news("log"), here, partial(gauges, watch))
    _bind(app, "sections", _news("log"), here, partial(sections, watch))
    _bind(app, "station-incidents", _news("incidents"), here, partial(station_incidents, watch))
    _bind(app, "station-devices", _news("health"), here, partial(devices, watch))
    _bind(app, "contacts", _news("city"), here, partial(contacts, watch, services))
    _bind(app, "station-alerts", _news("alerts"), here, partial(station_alerts, watch, services))


def _bind(app: Dash, name: str, news: Input, here: State, drawn: Any) -> None:
    app.callback(Output(name, "children"), news, here)(drawn)


def _news(section: str) -> Input:
    return Input(f"news-{section}", "data")
