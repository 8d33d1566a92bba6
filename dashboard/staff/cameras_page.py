"""The page of all cameras: worst first, each with its newest picture and that picture's own time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.filters import Choice
from dashboard.i18n import text
from dashboard.staff import cameras_words, words
from dashboard.staff.addresses import Page, still_path
from dashboard.staff.cameras_cards import is_bad
from dashboard.staff.facts import CameraFacts
from dashboard.staff.live_origins import can_be_shown
from dashboard.staff.pieces import link
from dashboard.views import Board
from ingest.cameras.condition import AWAITED
from ingest.readings import CameraState
from ingest.stations import Registry, named
from ingest.store.protocol import Copy

ALL = "all"
OWN = ("s",)
"""What the address of this page holds besides the filters: the state of the cameras."""
STATES: Mapping[str, Callable[[CameraFacts], bool]] = {
    ALL: lambda camera: True,  # noqa: ARG005
    "trouble": lambda camera: camera.state is not CameraState.ONLINE,
    "degraded": lambda camera: camera.state is CameraState.DEGRADED,
    "offline": lambda camera: camera.state is CameraState.OFFLINE,
    "online": lambda camera: camera.state is CameraState.ONLINE and camera.silence != AWAITED,
    "awaited": lambda camera: camera.state is CameraState.ONLINE and camera.silence == AWAITED,
}
"""What can be chosen, as ``?s=trouble``; the last only where there is one."""
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
            html.Div(
                [
                    html.Div(id="choices"),
                    html.Div(id="left-out"),
                    html.Small(text(language, "cameras.keys"), className="keys-note"),
                ],
                className="chosen-line",
            ),
            html.Div(id="camera-wall", className="wall"),
            dcc.Store(id="wall"),
        ],
        className="cameras",
    )


def states(cameras: Sequence[CameraFacts], chosen: str, page: Page, choice: Choice) -> Component:
    """The choice of a state, each with its number of cameras; the filters stay as they are."""
    links = [
        dcc.Link(
            [
                text(page.language, f"cameras.{name}"),
                html.Span(str(sum(map(is_one, cameras))), className="number"),
            ],
            href=page.path() + choice.keeping("s", "" if name == ALL else name).search(),
            className="kind-link chosen" if name == chosen else "kind-link",
        )
        for name, is_one in STATES.items()
        if name != "awaited" or any(map(is_one, cameras))
    ]
    return html.Nav(links, className="kinds", title=text(page.language, "cameras.choose"))


def worst_first(cameras: Sequence[CameraFacts], hazards: Mapping[str, int | None]) -> list[CameraFacts]:
    """By the hazard of their station; within one those that mislead, those that are silent, the others."""
    return sorted(
        cameras,
        key=lambda each: (-(hazards.get(each.station_id) or 0), _WORST_FIRST.index(each.state), each.camera_id),
    )


def wall(
    cameras: Sequence[CameraFacts], chosen: str, board: Board, page: Page, hazards: Mapping[str, int | None]
) -> dict[str, Any]:
    """The cameras of the chosen state in the order given, as the browser draws them (``assets/wall.js``): ``cards``,
    and in ``said`` a sentence where there are none.

    They are no components: hundreds of pictures with their words, each one a component, hold a browser for minutes.
    """
    shown = [each for each in cameras if STATES[chosen](each)]
    empty = "cameras.none_of_state" if cameras else "cameras.none"
    return {
        "cards": [card(each, board, page, hazards.get(each.station_id)) for each in shown],
        "said": "" if shown else text(page.language, empty),
        "doNotJudge": text(page.language, "cameras.do_not_judge"),
        "takenWord": text(page.language, "still.taken"),
        "large": text(page.language, "strip.large"),
    }


def card(camera: CameraFacts, board: Board, page: Page, hazard: int | None) -> dict[str, Any]:
    """One camera: hazard, name and address of its station, its newest picture with its own time, and how it is."""
    language, registry = page.language, board.registry
    station = registry.stations[camera.station_id]
    own = cameras_words.name(camera.camera_id, registry, language)
    several = len(registry.cameras_of(station.id)) > 1
    at = words.full_time(camera.taken_at) if camera.taken_at else ""
    full_name = cameras_words.full_name(camera.camera_id, registry, language)
    return {
        "camera": camera.camera_id,
        "name": words.joined(named(station.name, language), own if several else ""),
        "href": page.station(station.id).path(),
        "hazard": "none" if hazard is None else str(hazard),
        "hazardWord": text(language, "hazard.none") if hazard is None else text(language, "hazard.word", n=hazard),
        "taken": words.near_time(camera.taken_at, board.at) if camera.taken_at else "",
        "takenFull": at,
        "age": "" if camera.minutes is None else words.age(language, camera.minutes),
        "at": camera.taken_at.isoformat() if camera.taken_at else "",
        "src": still_path(camera.file, Copy.THUMB) if camera.file else "",
        "alt": text(language, "still.alt", name=full_name, at=at) if camera.file else text(language, "still.none"),
        "band": cameras_words.band(camera, language),
        "notices": cameras_words.notices(camera, language),
        "aside": cameras_words.aside(camera, language),
        "live": _live(camera, registry, language),
        "bad": is_bad(camera),
    }


def _live(camera: CameraFacts, registry: Registry, language: str) -> dict[str, str] | None:
    live = registry.cameras[camera.camera_id].live
    if live is None or not can_be_shown(live):
        return None
    said = text(language, "live.page" if live.kind == "page" else "live.open")
    name = cameras_words.full_name(camera.camera_id, registry, language)
    return {"kind": live.kind, "url": live.url, "said": said, "name": name}
