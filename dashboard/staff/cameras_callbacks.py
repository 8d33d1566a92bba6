"""The callbacks of cameras: the page of all of them, the cards and the strips of a station."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State
from dash.development.base_component import Component

from dashboard.filters import Choice, choice_in, shown
from dashboard.i18n import text
from dashboard.staff import cameras_cards, cameras_page, cameras_strip
from dashboard.staff.addresses import chosen_in, hours_in, page_at
from dashboard.staff.facts import CameraFacts, camera_facts
from dashboard.staff.services import StaffServices
from dashboard.staff.watch import Watch
from dashboard.views import Board
from ingest.stations import Camera
from ingest.store.protocol import Pictures, Reference


async def states(watch: Watch, _: str | None, search: str | None, pathname: str | None) -> Any:
    """The choice of a state."""
    seen, here = (await watch.latest()).board, page_at(pathname)
    if seen is None:
        return []
    choice = _choice(seen, search)
    return cameras_page.states(_facts(seen, choice), _chosen(search), here, choice)


async def wall(watch: Watch, _: str | None, search: str | None, pathname: str | None) -> dict[str, Any]:
    """All cameras of the chosen state at the chosen stations, as the browser draws them."""
    seen, here = (await watch.latest()).board, page_at(pathname)
    if seen is None:
        return {"cards": [], "said": text(here.language, "app.no_registry")}
    hazards = {view.station.id: view.hazard for view in seen.stations}
    ordered = cameras_page.worst_first(_facts(seen, _choice(seen, search)), hazards)
    return cameras_page.wall(ordered, _chosen(search), seen, here, hazards)


def _choice(seen: Board, search: str | None) -> Choice:
    return choice_in(search, seen.registry, cameras_page.OWN)


def _facts(seen: Board, choice: Choice) -> list[CameraFacts]:
    return [camera_facts(camera) for view in shown(seen, choice) for camera in view.cameras]


def _chosen(search: str | None) -> str:
    return chosen_in(search, cameras_page.STATES, cameras_page.ALL, "s")


async def stills(watch: Watch, services: StaffServices, _: str | None, pathname: str | None) -> Any:
    """The newest pictures of the station."""
    seen, here = (await watch.latest()).board, page_at(pathname)
    view = seen.station(here.station_id) if seen and here.station_id else None
    if seen is None or view is None:
        return []
    references = await asyncio.to_thread(_references, services.pictures, [each.camera for each in view.cameras])
    facts = [camera_facts(camera) for camera in view.cameras]
    return cameras_cards.still_cards(facts, references, seen.registry, here.language, seen.at)


def _references(pictures: Pictures, cameras: list[Camera]) -> dict[str, Reference]:
    found = {each.id: pictures.reference(each.id) for each in cameras}
    return {camera_id: reference for camera_id, reference in found.items() if reference is not None}


async def strips(
    watch: Watch, services: StaffServices, _: str | None, search: str | None, pathname: str | None
) -> list[Component]:
    """The pictures of the hours that the hydrograph shows."""
    seen, here = (await watch.latest()).board, page_at(pathname)
    view = seen.station(here.station_id) if seen and here.station_id else None
    if seen is None or view is None:
        return []
    now, hours = services.clock.now(), hours_in(search)
    found = [
        await asyncio.to_thread(_strip, services.pictures, camera.camera.id, now, hours) for camera in view.cameras
    ]
    return cameras_strip.strips(found, seen.registry, here.language, now)


def _strip(pictures: Pictures, camera_id: str, now: datetime, hours: int) -> cameras_strip.Strip:
    found = pictures.strip(camera_id, now - timedelta(hours=hours), now, cameras_strip.MOST)
    return cameras_strip.Strip(camera_id, found)


def register(app: Dash, services: StaffServices, watch: Watch) -> None:
    """Bind the callbacks of this file to an app."""
    here, search = State("url", "pathname"), Input("url", "search")
    news, seldom = Input("news-cameras", "data"), Input("news-wall", "data")
    app.callback(Output("camera-states", "children"), seldom, search, here)(partial(states, watch))
    app.callback(Output("wall", "data"), seldom, search, here)(partial(wall, watch))
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("mizumori", "wall"), Input("wall", "data")
    )
    app.callback(Output("stills", "children"), news, here)(partial(stills, watch, services))
    app.callback(Output("strips", "children"), seldom, search, here)(partial(strips, watch, services))
