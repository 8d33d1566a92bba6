"""What stands beside the list: alerts that wait, what rises fastest, the newest stills of the worst places. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from alerts.chronology.words import catalogue
from alerts.records import Incident
from dashboard.i18n import text
from dashboard.staff import cameras_cards, cameras_words, words
from dashboard.staff.addresses import Page, still_path
from dashboard.staff.facts import CameraFacts, StationFacts
from dashboard.staff.forms import form, hidden
from dashboard.staff.pieces import badge, late_image, link, sentence, trend, with_data
from dashboard.staff.waiting_watch import Waiting
from dashboard.views import StationView
from ingest.stations import Registry, named
from ingest.store.protocol import Copy

MOST_WAITING = 30
MOST_RISING = 5
MOST_STILLS = 4
LONG_MINUTES = 5
"""From so many minutes on the time that an alert waits is told loudly."""


def waiting_list(waiting: Sequence[Waiting], registry: Registry, page: Page, now: datetime) -> Component:
    """What nobody has acknowledged, the worst first, each with how long it waits and a button; of more than can be
    read at once the worst, and the way to all."""
    if not waiting:
        return sentence(text(page.language, "waiting.none"))
    rows = [_waiting(each, registry, page, now) for each in waiting[:MOST_WAITING]]
    every = link(text(page.language, "waiting.all", n=len(waiting)), page.at("alerts").path(), "all-waiting")
    return html.Div([html.Ol(rows, className="waiting"), every], className="waiting-box")


def _waiting(each: Waiting, registry: Registry, page: Page, now: datetime) -> Component:
    incident, language = each.incident, page.language
    minutes = max(0, int((now - each.since).total_seconds() // 60))
    since = text(language, "waiting.since", at=words.near_time(each.since, now), age=_for(language, minutes))
    about: list[Component] = [
        html.Span(station_name(incident.station_id, registry, language), className="name"),
        html.Span(rule_name(incident.rule, language), className="kind"),
        html.Span(since, className="waits long" if minutes >= LONG_MINUTES else "waits"),
    ]
    button = form(
        f"/api/v1/incidents/{incident.id}/acknowledgement",
        [hidden("level", str(incident.level), data_number=True)],
        text(language, "waiting.acknowledge"),
        done=text(language, "waiting.done"),
        class_name="acknowledge",
    )
    opened = link(about, _where(incident, page), "waiting-about")
    parts = [badge(language, incident.level), opened, button]
    return with_data(html.Li(parts, key=each.key), waiting=each.key)


def _where(incident: Incident, page: Page) -> str:
    """The page of the station; a gateway has none, so there it is that of the incident."""
    return (page.station(incident.station_id) if incident.station_id else page.at("incident", str(incident.id))).path()


def _for(language: str, minutes: int) -> str:
    if minutes < 60:
        return text(language, "waiting.minutes", m=minutes)
    return text(language, "waiting.hours", h=minutes // 60, m=minutes % 60)


def station_name(station_id: str, registry: Registry, language: str) -> str:
    """The name of a station; its identifier where it is no longer in the registry; the whole city where it is none."""
    if not station_id:
        return text(language, "alerts_page.whole_city")
    station = registry.stations.get(station_id)
    return named(station.name, language) if station else station_id


def rule_name(rule: str, language: str) -> str:
    """What a rule is called in the chronology."""
    names: Mapping[str, str] = catalogue(language)["rules"]
    return names.get(rule, rule)


def rising_fastest(lines: Sequence[StationFacts], most: int = MOST_RISING) -> list[StationFacts]:
    """Those that rise, the fastest first: by readings that are believed, of now, and by more than they waver."""
    rising = [line for line in lines if line.trend == "rising" and line.rise_m_per_h]
    return sorted(rising, key=lambda line: (-(line.rise_m_per_h or 0.0), line.station_id))[:most]


def rising_list(lines: Sequence[StationFacts], registry: Registry, page: Page) -> Component:
    """What rises fastest, with the minutes over which it did."""
    found, language = rising_fastest(lines), page.language
    if not found:
        return sentence(text(language, "rising.none"))
    return html.Ol([html.Li(_rising(line, registry, page)) for line in found], className="rising")


def _rising(line: StationFacts, registry: Registry, page: Page) -> Component:
    language = page.language
    parts = [
        badge(language, line.hazard, "small"),
        html.Span(station_name(line.station_id, registry, language), className="name"),
        trend(language, line.trend, line.rise_m_per_h, line.rise_window),
        html.Small(words.over(language, line.rise_window)),
    ]
    return link(parts, page.station(line.station_id).path(), "rising-link")


def worst_cameras(views: Sequence[StationView], most: int = MOST_STILLS) -> list[StationView]:
    """The worst stations that have a camera, of those that are not calm."""
    return [view for view in views if view.cameras and (view.hazard or 0) >= 1][:most]


def worst_stills(
    cameras: Sequence[tuple[int | None, CameraFacts]], registry: Registry, page: Page, now: datetime
) -> Component:
    """The newest still of each of the worst places, its own time in large letters, with the date if not of today."""
    if not cameras:
        return sentence(text(page.language, "worst.none"))
    return html.Div([_still(hazard, each, registry, page, now) for hazard, each in cameras], className="worst-stills")


def _still(hazard: int | None, camera: CameraFacts, registry: Registry, page: Page, now: datetime) -> Component:
    language = page.language
    name = station_name(camera.station_id, registry, language)
    head = [
        badge(language, hazard, "small"),
        link(name, page.station(camera.station_id).path(), "name"),
        html.Span("–" if camera.taken_at is None else words.near_time(camera.taken_at, now), className="taken"),
        html.Small("" if camera.minutes is None else words.age(language, camera.minutes)),
    ]
    return html.Figure(
        [html.Figcaption(head), _picture(camera, registry, language)],
        className="still still-bad" if cameras_cards.is_bad(camera) else "still",
    )


def _picture(camera: CameraFacts, registry: Registry, language: str) -> Component:
    if camera.file is None or camera.taken_at is None:
        return html.Div(text(language, "still.none"), className="no-image")
    full = cameras_words.full_name(camera.camera_id, registry, language)
    alt = text(language, "still.alt", name=full, at=words.full_time(camera.taken_at))
    shown = [late_image(still_path(camera.file, Copy.THUMB), alt)]
    band = cameras_words.band(camera, language)
    if band:
        shown.append(html.Span([html.B(band), html.Span(text(language, "cameras.do_not_judge"))], className="band"))
    button = html.Button(shown, className="picture", type="button", title=text(language, "strip.large"))
    return with_data(button, still=camera.camera_id, at=camera.taken_at.isoformat())
