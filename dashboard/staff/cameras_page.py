"""The page of all cameras: worst first, each with its newest picture and that picture's own time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.i18n import text
from dashboard.staff import cameras_words, words
from dashboard.staff.addresses import Page
from dashboard.staff.cameras_cards import is_bad, notice, picture, taken
from dashboard.staff.facts import CameraFacts
from dashboard.staff.pieces import link, sentence
from ingest.readings import CameraState
from ingest.stations import Registry, named
from ingest.store.protocol import Copy

ALL = "all"
STATES: Mapping[str, Callable[[CameraFacts], bool]] = {
    ALL: lambda camera: True,  # noqa: ARG005
    "trouble": lambda camera: camera.state is not CameraState.ONLINE,
    "degraded": lambda camera: camera.state is CameraState.DEGRADED,
    "offline": lambda camera: camera.state is CameraState.OFFLINE,
    "online": lambda camera: camera.state is CameraState.ONLINE,
}
"""What can be chosen, as ``?s=trouble``."""
_WORST_FIRST = (CameraState.DEGRADED, CameraState.OFFLINE, CameraState.ONLINE)
"""A picture that misleads stands above one that is not there."""


def skeleton(page: Page) -> Component:
    """The empty page with a place for every section."""
    language = page.language
    head = html.Div(
        [link(text(language, "app.back"), page.overview().path(), "back"), html.H1(text(language, "cameras.title"))],
        className="devices-head",
    )
    return html.Div(
        [
            html.Div([head, html.Div(id="camera-states")], className="devices-top"),
            html.Div(id="camera-wall"),
        ],
        className="cameras",
    )


def wall_link(page: Page) -> Component:
    """The way to this page from every other."""
    return link(text(page.language, "cameras.link"), page.wall().path(), "wall-open")


def states(cameras: Sequence[CameraFacts], chosen: str, page: Page) -> Component:
    """The choice of a state, each with its number of cameras."""
    links = [
        dcc.Link(
            [
                text(page.language, f"cameras.{name}"),
                html.Span(str(sum(map(is_one, cameras))), className="number"),
            ],
            href=page.path() if name == ALL else f"{page.path()}?s={name}",
            className="kind-link chosen" if name == chosen else "kind-link",
        )
        for name, is_one in STATES.items()
    ]
    return html.Nav(links, className="kinds", title=text(page.language, "cameras.choose"))


def worst_first(cameras: Sequence[CameraFacts], hazards: Mapping[str, int | None]) -> list[CameraFacts]:
    """Those that mislead, those that are silent, the others; within these by the hazard of their station."""
    return sorted(
        cameras,
        key=lambda each: (_WORST_FIRST.index(each.state), -(hazards.get(each.station_id) or 0), each.camera_id),
    )


def wall(cameras: Sequence[CameraFacts], chosen: str, registry: Registry, page: Page) -> Component:
    """The cameras of the chosen state in the order given."""
    if not cameras:
        return sentence(text(page.language, "cameras.none"))
    shown = [each for each in cameras if STATES[chosen](each)]
    if not shown:
        return sentence(text(page.language, "cameras.none_of_state"))
    return html.Div([_card(each, registry, page) for each in shown], className="wall")


def _card(camera: CameraFacts, registry: Registry, page: Page) -> Component:
    language, station = page.language, registry.stations[camera.station_id]
    own = cameras_words.name(camera.camera_id, registry, language)
    several = len(registry.cameras_of(station.id)) > 1
    name = words.joined(named(station.name, language), own if several else "")
    return html.Figure(
        [
            html.Figcaption(link(name, page.station(station.id).path(), "camera-name")),
            taken(camera, language),
            picture(camera, registry, language, Copy.THUMB),
            notice(camera, language),
        ],
        className=f"still still-bad is-{camera.state}" if is_bad(camera) else "still",
    )
