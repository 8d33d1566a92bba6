"""The callbacks: each draws one section of what the watch saw. Plain functions, bound to an app in ``register``."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, html
from dash.development.base_component import Component

from dashboard import figures, running_bands
from dashboard.i18n import text
from dashboard.staff import (
    account_bar,
    alerts_callbacks,
    cameras_callbacks,
    chronology_callbacks,
    handover_callbacks,
    health_callbacks,
    messages_callbacks,
    navigation,
    overview_callbacks,
    pages,
    pumps_callbacks,
    station,
    words,
)
from dashboard.staff.addresses import DAY_H, Page, hours_in, page_at
from dashboard.staff.alert_rows import alert_list
from dashboard.staff.facts import AlertFacts
from dashboard.staff.pieces import link
from dashboard.staff.push import push
from dashboard.staff.services import StaffServices
from dashboard.staff.watch import Watch, alert_facts
from dashboard.views import GaugeView, StationView
from ingest.stations import Registry, StationKind, named

STATION_ALERTS = 20
STEPS = 500
"""Of a hydrograph: with two marks a step it is about as fine as a screen."""


async def brand(watch: Watch, _: str | None, pathname: str | None) -> list[Component]:
    """City, product and the badges of a drill and of a demonstration."""
    here, seen = page_at(pathname), (await watch.latest()).board
    language = here.language
    name = named(seen.registry.city.name, language) if seen else text(language, "app.no_city")
    parts = [html.B(name), html.Span(text(language, "app.title"), className="product")]
    shown: list[Component] = [link(parts, here.overview().path(), "brand-link")]
    if seen and seen.registry.city.drill:
        why = text(language, "app.drill_why")
        shown.append(html.Span(text(language, "app.drill"), className="demo drill", title=why))
    if seen and seen.registry.city.demonstration:
        why = text(language, "app.demonstration_why")
        shown.append(html.Span(text(language, "app.demonstration"), className="demo", title=why))
    return shown


def navigation_links(pathname: str | None) -> Component:
    """The links of the head."""
    return navigation.links(page_at(pathname))


def languages(pathname: str | None) -> Component:
    """The link to the same page in the other language."""
    here = page_at(pathname)
    return link(text(here.language, "app.other_language"), here.other_language().path(), "language")


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
    return station.range_links(page_at(pathname), hours_in(search))


async def graphs(
    watch: Watch, services: StaffServices, _: str | None, search: str | None, pathname: str | None
) -> list[Component]:
    """The hydrographs, their histories read off the event loop."""
    here, view, registry = await _here(watch, pathname)
    if view is None or registry is None:
        return []
    hours = hours_in(search)
    said = _words(registry, view.station.kind, here)
    height_px = station.plot_px(len(view.gauges))
    drawn = [
        await asyncio.to_thread(_draw, services, view, gauge, hours, said, height_px, here.language)
        for gauge in view.gauges
    ]
    return station.graphs(drawn, here.language)


def _draw(
    services: StaffServices,
    view: StationView,
    gauge: GaugeView,
    hours: int,
    said: figures.GraphWords,
    height_px: float,
    language: str,
) -> station.Drawn:
    until = _until(services.clock.now(), hours)
    since = until - timedelta(hours=hours)
    course = services.history.course(gauge.gauge.id, since, until, STEPS)
    works = [
        (each.begins_at, each.ends_at)
        for each in services.maintenance.maintenance(since)
        if each.station_id == gauge.gauge.station_id and each.concerns(gauge.gauge.id)
    ]
    pumps = pumps_callbacks.courses(services, view, gauge.gauge.id, language, since, until, STEPS)
    curve_px = height_px - running_bands.height_px(len(pumps))
    figure = figures.hydrograph(gauge, course, since, until, said, curve_px, works)
    running_bands.add(figure, pumps, height_px, text(language, "graph.running"))
    return station.Drawn(gauge, figure, course.whole)


def _until(now: datetime, hours: int) -> datetime:
    """Now; of long ranges the whole minute, so that all screens ask for the same and not for each reading anew."""
    return now if hours <= 3 * DAY_H else now.replace(second=0, microsecond=0)


GRAPH_WORDS = ("stage", "good", "suspect", "bad", "none", "maintenance")


def _words(registry: Registry, kind: StationKind, here: Page) -> figures.GraphWords:
    return figures.GraphWords(
        **{key: text(here.language, f"graph.{key}") for key in GRAPH_WORDS},
        labels={hazard: words.hazard_label(registry, kind, hazard, here.language) for hazard in range(1, 6)},
    )


async def gauges(watch: Watch, _: str | None, pathname: str | None) -> Any:
    """The table of the station's gauges."""
    here, view, _registry = await _here(watch, pathname)
    return [] if view is None else station.gauge_table(view, here.language, (await watch.latest()).at)


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
    """Bind the callbacks of this file, and the push behind them, to an app."""
    here = State("url", "pathname")
    app.callback(Output("page", "children"), Input("url", "pathname"))(pages.page)
    app.callback(Output("navigation", "children"), Input("url", "pathname"))(navigation_links)
    app.callback(Output("languages", "children"), Input("url", "pathname"))(languages)
    app.callback(Output("sign-out", "children"), Input("url", "pathname"))(account_bar.way_out)
    app.callback(Output("account-name", "href"), Input("url", "pathname"))(account_bar.own_page)
    app.callback(Output("brand", "children"), _news("city"), Input("url", "pathname"))(partial(brand, watch))
    overview_callbacks.register(app, services, watch)
    _register_station(app, services, watch, here)
    alerts_callbacks.register(app, services, watch)
    health_callbacks.register(app, watch)
    chronology_callbacks.register(app, watch, services.chronicle)
    handover_callbacks.register(app, watch, services.chronicle, services.clock)
    messages_callbacks.register(app, watch, services.public)
    cameras_callbacks.register(app, services, watch)
    pumps_callbacks.register(app, watch)
    app.callback(persistent=True, websocket=True)(partial(push, watch, services.clock))
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("mizumori", "beat"), Input("beat", "data"), Input("url", "pathname"), State("said", "data")
    )


def _register_station(app: Dash, services: StaffServices, watch: Watch, here: State) -> None:
    search = Input("url", "search")
    app.callback(Output("station-head", "children"), _news("stations"), here)(partial(station_head, watch))
    app.callback(Output("ranges", "children"), search, here)(ranges)
    app.callback(Output("graphs", "children"), _news("log"), search, here)(partial(graphs, watch, services))
    app.callback(Output("gauges", "children"), _news("log"), here)(partial(gauges, watch))
    app.callback(Output("station-alerts", "children"), _news("alerts"), here)(partial(station_alerts, watch, services))


def _news(section: str) -> Input:
    return Input(f"news-{section}", "data")
