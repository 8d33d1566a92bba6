"""The callbacks of the overview and of the wall: each draws one section of what the watch saw."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State
from dash.development.base_component import Component

from dashboard import maps
from dashboard.filters import Choice, choice_in, shown
from dashboard.i18n import text
from dashboard.staff import cameras_page, overview_choice, overview_devices, overview_list, overview_panels, wall_page
from dashboard.staff.addresses import Page, page_at
from dashboard.staff.facts import StationFacts, camera_facts, gauge_troubles
from dashboard.staff.pieces import sentence
from dashboard.staff.services import StaffServices
from dashboard.staff.sharing import Sharing, plain
from dashboard.staff.watch import Picture, Watch
from dashboard.tiles import TileSettings
from dashboard.views import Board


def _chosen(seen: Board, search: str | None, here: Page) -> Choice:
    """What the address chooses; the wall shows the whole city whatever stands there."""
    return Choice() if here.place == "wall" else choice_in(search, seen.registry, cameras_page.OWN)


def _lines(picture: Picture, seen: Board, choice: Choice) -> list[StationFacts]:
    return [picture.lines[view.station.id] for view in shown(seen, choice)]


async def counts(watch: Watch, _: str | None, search: str | None, pathname: str | None) -> Component:
    """The counts by hazard, each a filter."""
    seen, here = (await watch.latest()).board, page_at(pathname)
    if seen is None:
        return sentence(text(here.language, "app.no_registry"))
    return overview_choice.count_strip(seen, _chosen(seen, search, here), here)


async def choices(watch: Watch, _: str | None, search: str | None, pathname: str | None) -> Any:
    """The choices of kind, area and department; on the page of the cameras of hazard too."""
    seen, here = (await watch.latest()).board, page_at(pathname)
    if seen is None:
        return []
    by_hazard = here.place == "cameras"
    return overview_choice.choices(seen.registry, _chosen(seen, search, here), here, by_hazard)


async def hidden(watch: Watch, _: str | None, search: str | None, pathname: str | None) -> Any:
    """What of high hazard the filter leaves out."""
    seen, here = (await watch.latest()).board, page_at(pathname)
    return [] if seen is None else overview_choice.left_out(seen, _chosen(seen, search, here), here)


async def stations(watch: Watch, _: str | None, search: str | None, pathname: str | None) -> Component:
    """The worst-first list."""
    picture, here = await watch.latest(), page_at(pathname)
    seen = picture.board
    if seen is None:
        return sentence(text(here.language, "app.no_registry"))
    choice = _chosen(seen, search, here)
    return overview_list.station_list(_lines(picture, seen, choice), seen.registry, here, seen.at, choice)


async def map_ground(watch: Watch, tiles: TileSettings, _: str | None, pathname: str | None) -> Any:
    """The lines under the marks of the map."""
    seen, here = (await watch.latest()).board, page_at(pathname)
    if seen is None:
        return None
    return {
        **maps.ground(seen.registry.city, tiles, here.language),
        **maps.places(seen.registry, here.language, partial(_path, here)),
    }


async def map_marks(watch: Watch, _: str | None, search: str | None, pathname: str | None) -> Any:
    """The marks of the map."""
    seen, here = (await watch.latest()).board, page_at(pathname)
    if seen is None:
        return None
    choice = _chosen(seen, search, here)
    return maps.marks(shown(seen, choice), seen.registry, here.language, partial(_path, here), not choice.filters)


def _path(here: Page, station_id: str) -> str:
    return here.station(station_id).path()


async def waiting(watch: Watch, _: str | None, pathname: str | None) -> Component:
    """The alerts that nobody has acknowledged; no filter hides any."""
    picture, here = await watch.latest(), page_at(pathname)
    if picture.board is None:
        return sentence(text(here.language, "waiting.none"))
    return overview_panels.waiting_list(picture.waiting, picture.board.registry, here, picture.at)


async def rising(watch: Watch, _: str | None, search: str | None, pathname: str | None) -> Component:
    """What rises fastest."""
    picture, here = await watch.latest(), page_at(pathname)
    seen = picture.board
    if seen is None:
        return sentence(text(here.language, "rising.none"))
    return overview_panels.rising_list(_lines(picture, seen, _chosen(seen, search, here)), seen.registry, here)


async def worst(watch: Watch, _: str | None, __: str | None, search: str | None, pathname: str | None) -> Component:
    """The newest stills of the worst places."""
    picture, here = await watch.latest(), page_at(pathname)
    seen = picture.board
    if seen is None:
        return sentence(text(here.language, "worst.none"))
    views = overview_panels.worst_cameras(shown(seen, _chosen(seen, search, here)))
    cameras = [(view.hazard, camera_facts(view.cameras[0])) for view in views]
    return overview_panels.worst_stills(cameras, seen.registry, here, picture.at)


async def devices(watch: Watch, _: str | None, __: str | None, search: str | None, pathname: str | None) -> Component:
    """Gauges and cameras in trouble."""
    seen, here = (await watch.latest()).board, page_at(pathname)
    if seen is None:
        return sentence(text(here.language, "app.no_registry"))
    wanted = {view.station.id for view in shown(seen, _chosen(seen, search, here))}
    troubles = [each for each in gauge_troubles(seen) if each.station_id in wanted]
    cameras = [camera_facts(each) for each in seen.faulty_cameras if each.camera.station_id in wanted]
    return overview_devices.device_list(troubles, cameras, seen.registry, here, seen.at)


async def wall_danger(watch: Watch, _: str | None, pathname: str | None) -> Component:
    """What must never leave the wall."""
    picture, here = await watch.latest(), page_at(pathname)
    seen = picture.board
    if seen is None:
        return sentence(text(here.language, "app.no_registry"))
    return wall_page.danger(_lines(picture, seen, Choice()), seen.registry, here, seen.at)


async def wall_lesser(watch: Watch, _: str | None, pathname: str | None) -> Any:
    """The stations below that which are not calm."""
    picture, here = await watch.latest(), page_at(pathname)
    seen = picture.board
    return [] if seen is None else wall_page.lesser_list(_lines(picture, seen, Choice()), seen.registry, here, seen.at)


async def wall_waiting(watch: Watch, _: str | None, pathname: str | None) -> Component:
    """How many alerts wait, for the wall."""
    waiting = (await watch.latest()).waiting
    return wall_page.waiting_line(len(waiting), any(each.urgent for each in waiting), page_at(pathname).language)


async def alarm(watch: Watch, _: str | None, __: str | None) -> Any:
    """What every page must make seen and heard (``assets/alarm.js``): the alerts that wait, and whether one is of
    hazard 4 or 5."""
    picture = await watch.latest()
    return {
        "waiting": [each.key for each in picture.waiting],
        "urgent": any(each.urgent for each in picture.waiting),
    }


def register(app: Dash, sharing: Sharing, services: StaffServices, watch: Watch) -> None:
    """Bind the callbacks of this file to an app."""
    here, search = State("url", "pathname"), Input("url", "search")
    states, lines, waits = (Input(f"news-{name}", "data") for name in ("counts", "stations", "waiting"))
    cameras, city, troubles = (Input(f"news-{name}", "data") for name in ("cameras", "city", "devices"))
    ground = partial(map_ground, watch, services.tiles)
    share, children = sharing.share, partial(Output, component_property="children")
    share(children("counts"), states, search, here, section=partial(counts, watch))
    share(children("choices"), city, search, here, section=partial(choices, watch))
    share(children("left-out"), states, search, here, section=partial(hidden, watch))
    share(children("stations"), lines, search, here, section=partial(stations, watch))
    share(Output("map-ground", "data"), city, here, section=ground, form=plain)
    share(Output("map-marks", "data"), states, search, here, section=partial(map_marks, watch), form=maps.packed)
    share(children("waiting"), waits, here, section=partial(waiting, watch))
    share(children("rising"), lines, search, here, section=partial(rising, watch))
    share(children("worst-stills"), cameras, states, search, here, section=partial(worst, watch))
    share(children("devices"), troubles, cameras, search, here, section=partial(devices, watch))
    share(Output("alarm", "data"), waits, Input("url", "pathname"), section=partial(alarm, watch), form=plain)
    share(children("wall-danger"), lines, here, section=partial(wall_danger, watch))
    share(children("wall-lesser"), lines, here, section=partial(wall_lesser, watch))
    share(children("wall-waiting"), waits, here, section=partial(wall_waiting, watch))
    for name, data in (("mapGround", "map-ground"), ("mapMarks", "map-marks"), ("alarm", "alarm")):
        app.clientside_callback(  # type: ignore[no-untyped-call]
            ClientsideFunction("mizumori", name), Input(data, "data")
        )
