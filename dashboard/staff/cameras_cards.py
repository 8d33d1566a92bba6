"""The newest picture of each camera of a station: with its time in large letters and how the camera is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.i18n import text
from dashboard.staff import cameras_words, words
from dashboard.staff.addresses import still_path
from dashboard.staff.facts import CameraFacts
from dashboard.staff.live_origins import can_be_shown
from dashboard.staff.pieces import late_image, sentence, with_data
from ingest.devices import Live
from ingest.readings import CameraState
from ingest.stations import Registry
from ingest.store.protocol import Copy, Reference


def still_cards(
    cameras: Sequence[CameraFacts],
    references: Mapping[str, Reference],
    registry: Registry,
    language: str,
    now: datetime,
) -> Component:
    """The newest still of every camera, each with its own time in large letters."""
    if not cameras:
        return sentence(text(language, "station.no_camera"))
    cards = [still_card(each, references.get(each.camera_id), registry, language, now) for each in cameras]
    return html.Div(cards, className="still-cards")


def still_card(
    camera: CameraFacts, reference: Reference | None, registry: Registry, language: str, now: datetime
) -> Component:
    """One camera: an old picture, or one that must not be judged by, cannot be overlooked."""
    return html.Figure(
        [
            _caption(camera, registry, language),
            taken(camera, language),
            notice(camera, language),
            html.P(cameras_words.aside(camera, language), className="aside"),
            picture(camera, registry, language),
            _normal_day(camera, reference, language),
            _buttons(camera, registry, language),
            _about(camera, registry, language, now),
        ],
        className="still still-bad" if is_bad(camera) else "still",
    )


def _caption(camera: CameraFacts, registry: Registry, language: str) -> Component:
    """The camera's name where it has one, or where there are several; a heading says already that this is a camera."""
    alone = len(registry.cameras_of(camera.station_id)) == 1
    if alone and not registry.cameras[camera.camera_id].name:
        return html.Figcaption(hidden=True)
    name = cameras_words.name(camera.camera_id, registry, language)
    return html.Figcaption([html.B(name, className="camera-name")])


def is_bad(camera: CameraFacts) -> bool:
    """Whether its newest picture says nothing certain of the present."""
    return camera.old or camera.file is None or camera.state is not CameraState.ONLINE


def taken(camera: CameraFacts, language: str) -> Component:
    """When the picture was taken, in large letters, and how long ago that is."""
    if camera.taken_at is None or camera.minutes is None:
        return html.Div(html.Span("–", className="taken"), className="taken-line")
    return html.Div(
        [
            html.Small(text(language, "still.taken")),
            html.Span(words.full_time(camera.taken_at), className="taken"),
            html.Small(words.age(language, camera.minutes)),
        ],
        className="taken-line",
    )


def notice(camera: CameraFacts, language: str) -> Component:
    """How the camera is, where it is not well, and that the time of its picture is uncertain."""
    said = cameras_words.notices(camera, language)
    return html.Div([html.P(each) for each in said], className="notice", hidden=not said)


def picture(camera: CameraFacts, registry: Registry, language: str) -> Component:
    """The newest picture, which opens large, with a band across it where it must not be judged by."""
    if camera.file is None or camera.taken_at is None:
        return html.Div(text(language, "still.none"), className="no-image")
    alt = text(
        language,
        "still.alt",
        name=cameras_words.full_name(camera.camera_id, registry, language),
        at=words.full_time(camera.taken_at),
    )
    image = html.Img(src=still_path(camera.file), alt=alt)
    shown = [image, *_band(cameras_words.band(camera, language), language)]
    button = html.Button(shown, className="picture", type="button", title=text(language, "strip.large"))
    return with_data(button, still=camera.camera_id, at=camera.taken_at.isoformat())


def _band(said: str, language: str) -> list[Component]:
    if not said:
        return []
    return [html.Span([html.B(said), html.Span(text(language, "cameras.do_not_judge"))], className="band")]


def _normal_day(camera: CameraFacts, reference: Reference | None, language: str) -> Component:
    if reference is None or camera.file is None:
        return html.Div(hidden=True)
    said = text(language, "cameras.reference_at", at=words.full_time(reference.taken_at))
    image = late_image(still_path(reference.file, Copy.THUMB), said)
    return html.Div([image, html.Span(said)], className="normal-day")


def _buttons(camera: CameraFacts, registry: Registry, language: str) -> Component:
    live = registry.cameras[camera.camera_id].live
    if live is None or not can_be_shown(live):
        return html.Div(hidden=True)
    return html.Div([_live(live, camera, registry, language)], className="camera-buttons")


def _live(live: Live, camera: CameraFacts, registry: Registry, language: str) -> Component:
    if live.kind == "page":
        said = text(language, "live.page")
        return html.A(said, href=live.url, target="_blank", rel="noopener noreferrer", className="live-open")
    return with_data(
        html.Button(text(language, "live.open"), type="button", className="live-open"),
        live=live.kind,
        url=live.url,
        camera=camera.camera_id,
        name=cameras_words.full_name(camera.camera_id, registry, language),
    )


def _about(camera: CameraFacts, registry: Registry, language: str, now: datetime) -> Component:
    own = registry.cameras[camera.camera_id]
    said = [cameras_words.heard(camera, language, now), cameras_words.rhythm(own, language)]
    said += cameras_words.vitals(camera, language)
    if own.public:
        said.append(text(language, "cameras.public"))
    return html.Ul([html.Li(each) for each in said], className="camera-about")
