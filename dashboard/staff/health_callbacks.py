"""The callbacks of the page of the devices: each draws one section of what the watch saw."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from dash import Dash, Input, Output, State
from dash.development.base_component import Component

from dashboard.i18n import text
from dashboard.staff import health_page, system_page
from dashboard.staff.addresses import Page, chosen_in, page_at, word_in
from dashboard.staff.health_rows import ALL, KINDS, Where
from dashboard.staff.health_watch import HealthPicture
from dashboard.staff.pieces import sentence
from dashboard.staff.watch import Watch
from ingest.health.problems import Health
from ingest.stations import Registry


async def troubles(watch: Watch, _: str | None, pathname: str | None) -> list[Component]:
    """The link in the head, with the number of devices in trouble; before it a mark while the system itself is sick."""
    picture, here = await watch.latest(), page_at(pathname)
    seen = picture.health
    devices = health_page.trouble_link(seen.to_act_on if seen else None, here)
    return [*system_page.sick_link(picture.system, here), devices]


async def counts(watch: Watch, _: str | None, pathname: str | None) -> Any:
    """How many devices are how."""
    _seen, health, _registry, here = await _seen_by(watch, pathname)
    return [] if health is None else health_page.counts(health, here.language)


async def kinds(watch: Watch, _: str | None, search: str | None, pathname: str | None) -> Any:
    """The choice of a kind of problem."""
    _seen, health, _registry, here = await _seen_by(watch, pathname)
    return [] if health is None else health_page.kinds(health, chosen_in(search, KINDS, ALL), here)


async def devices(watch: Watch, _: str | None, search: str | None, pathname: str | None) -> Any:
    """The table of devices in trouble."""
    seen, _health, registry, here = await _seen_by(watch, pathname)
    if seen is None or registry is None:
        return sentence(text(here.language, "app.no_registry"))
    kind, query = chosen_in(search, KINDS, ALL), word_in(search, "q")
    return await asyncio.to_thread(health_page.device_list, seen, kind, registry, here, query)


async def gateways(watch: Watch, _: str | None, pathname: str | None) -> Any:
    """The gateways."""
    seen, health, registry, here = await _seen_by(watch, pathname)
    if seen is None or health is None or registry is None:
        return []
    return health_page.gateway_list(health.gateways, Where(registry, here, seen.at))


async def calm(watch: Watch, _: str | None, pathname: str | None) -> Any:
    """Gauges that are quiet and well."""
    seen, health, registry, here = await _seen_by(watch, pathname)
    if seen is None or health is None or registry is None:
        return []
    return health_page.calm_list(health.gauges, Where(registry, here, seen.at))


async def reception(watch: Watch, _: str | None, pathname: str | None) -> Any:
    """How ingest itself is."""
    seen, _health, _registry, here = await _seen_by(watch, pathname)
    return [] if seen is None else health_page.reception(seen, here.language)


async def _seen_by(
    watch: Watch, pathname: str | None
) -> tuple[HealthPicture | None, Health | None, Registry | None, Page]:
    picture, here = await watch.latest(), page_at(pathname)
    registry = picture.board.registry if picture.board else None
    return picture.health, picture.health.health if picture.health else None, registry, here


def register(app: Dash, watch: Watch) -> None:
    """Bind the callbacks of this file to an app."""
    here, search, news = State("url", "pathname"), Input("url", "search"), Input("news-health", "data")
    app.callback(Output("troubles", "children"), Input("news-troubles", "data"), Input("url", "pathname"))(
        partial(troubles, watch)
    )
    app.callback(Output("health-counts", "children"), news, here)(partial(counts, watch))
    app.callback(Output("kinds", "children"), news, search, here)(partial(kinds, watch))
    app.callback(Output("health-list", "children"), news, search, here)(partial(devices, watch))
    app.callback(Output("gateways", "children"), news, here)(partial(gateways, watch))
    app.callback(Output("calm", "children"), news, here)(partial(calm, watch))
    app.callback(Output("reception", "children"), news, here)(partial(reception, watch))
