"""The devices in trouble on the overview: gauges and cameras. Facts to components, pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.i18n import known, text
from dashboard.staff import words
from dashboard.staff.addresses import Page
from dashboard.staff.facts import CameraFacts, GaugeTrouble
from dashboard.staff.pieces import link, sentence
from ingest.cameras.condition import NO_HEARTBEAT
from ingest.readings import CameraState
from ingest.stations import Gauge, Registry, named


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
        _device_name(gauge, registry, language),
        text(language, f"devices.{when}", at=at),
        page.station(trouble.station_id).path(),
    )


def _camera_row(camera: CameraFacts, registry: Registry, page: Page, now: datetime) -> Component:
    language = page.language
    reason = known(language, "camera_reason", camera.reason)
    station = registry.stations[camera.station_id]
    said = words.joined(reason, _heard(camera, language, now))
    name = named(station.name, language)
    return _device(text(language, f"camera.{camera.state}"), name, said, page.station(station.id).path())


def _heard(camera: CameraFacts, language: str, now: datetime) -> str:
    # Beside "offline", a time of last contact reads as that of its end only where the silence itself is the reason.
    if camera.heard_at is None:
        return ""
    told = camera.state is CameraState.OFFLINE and camera.reason != NO_HEARTBEAT
    at = words.near_time(camera.heard_at, now)
    return text(language, "devices.said_offline", at=at) if told else text(language, "devices.heard", at=at)


def _device_name(gauge: Gauge, registry: Registry, language: str) -> str:
    own = words.gauge_apart(gauge, registry, language)
    return words.joined(named(registry.station_of(gauge).name, language), own)


def _device(what: str, name: str, detail: str, path: str) -> Component:
    parts = [html.B(name), html.Span(what, className="device-what"), html.Span(detail, className="device-detail")]
    return html.Li(link(parts, path, "device-link"))
