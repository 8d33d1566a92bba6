"""Recent transitions with the outcomes of their deliveries, as rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from dash import html
from dash.development.base_component import Component

from alerts.records import Delivery, Outcome, Transition
from dashboard.i18n import catalogue, known, text
from dashboard.staff import words
from dashboard.staff.addresses import Page
from dashboard.staff.facts import AlertFacts
from dashboard.staff.pieces import badge, link, sentence
from ingest.stations import Registry, named

TOLD_LATE_AFTER = timedelta(minutes=3)
"""From this much between observation and notification on, both times are shown."""


def alert_list(alerts: Sequence[AlertFacts], registry: Registry, page: Page, now: datetime) -> Component:
    """The rows, or a sentence where there is none."""
    if not alerts:
        return sentence(text(page.language, "alerts.none"))
    return html.Ol([alert_row(each, registry, page, now) for each in alerts], className="alerts")


def alert_row(alert: AlertFacts, registry: Registry, page: Page, now: datetime) -> Component:
    """One transition: when, where, from which hazard to which, at what stage, and who was told."""
    change, language = alert.transition, page.language
    station = registry.stations.get(change.station_id)
    name = named(station.name, language) if station else change.station_id
    levels = [
        badge(language, change.from_level, "small"),
        html.Span("▸", className="to"),
        badge(language, change.to_level, "small"),
    ]
    about: list[str | Component] = [_about(change, registry, language), *_times(change, language, now)]
    if change.unconfirmed:
        about.append(html.Span(text(language, "alerts.unconfirmed"), className="flag flag-unconfirmed"))
    return html.Li(
        [
            html.Time(words.near_time(change.recorded_at, now), className="alert-time"),
            html.Span(levels, className="alert-levels"),
            html.Span(
                [link(name, page.station(change.station_id).path(), "alert-name"), html.Span(about, className="about")],
                className="alert-what",
            ),
            html.Span(list(outcomes(alert.deliveries, language)), className="alert-outcomes"),
        ]
    )


def _about(change: Transition, registry: Registry, language: str) -> str:
    gauge = registry.gauges.get(change.subject_id)
    return words.joined(
        words.gauge_apart(gauge, registry, language) if gauge else "",
        f"{words.stage(change.stage_m)} m" if change.stage_m is not None else "",
        known(language, "reason", change.cause),
    )


def _times(change: Transition, language: str, now: datetime) -> list[Component]:
    if change.recorded_at - change.observed_at <= TOLD_LATE_AFTER:
        return []
    observed, told = words.near_time(change.observed_at, now), words.near_time(change.recorded_at, now)
    return [html.Span(text(language, "alerts.times", observed=observed, told=told), className="times")]


def outcomes(deliveries: Sequence[Delivery], language: str) -> Iterable[Component]:
    """One chip for each channel and outcome, with the number of recipients and, on failure, why."""
    if not deliveries:
        yield html.Span(text(language, "alerts.no_deliveries"), className="chip")
    for (channel, outcome), count in Counter((each.channel, each.outcome) for each in deliveries).items():
        error = next((each.error for each in deliveries if each.outcome is outcome and each.channel == channel), "")
        why = f" — {error}" if error and outcome is Outcome.FAILED else ""
        yield html.Span(_delivered(channel, outcome, count, language) + why, className=f"chip chip-{outcome}")


def _delivered(channel: str, outcome: Outcome, count: int, language: str) -> str:
    own = f"delivery.{outcome}_{channel}"
    key = own if own in catalogue(language) else f"delivery.{outcome}"
    return text(language, key, n=count, channel=known(language, "channel", channel))
