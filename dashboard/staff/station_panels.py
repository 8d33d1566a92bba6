"""The panels of a station's page beside its hydrograph: incidents, devices, contacts, cross-section. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from alerts.chronology.words import rule_name
from alerts.people.responsible import Answerable
from alerts.records import OF_HAZARD, Incident
from dashboard.cross_section import SectionWords, cross_section
from dashboard.i18n import text
from dashboard.staff import health_words, words
from dashboard.staff.addresses import Page
from dashboard.staff.overview import GRAPH_CONFIG
from dashboard.staff.pieces import badge, link, sentence
from dashboard.views import StationView
from ingest.health.problems import GaugeHealth
from ingest.stations import Gauge, named

MOST_CONTACTS = 8
NOTHING = "–"


def incidents(found: Sequence[Incident], page: Page, now: datetime) -> Component:
    """The open incidents of the station, each leading to its acts; a sentence where there is none."""
    if not found:
        return sentence(text(page.language, "incident.none"))
    return html.Ul([html.Li(_incident(each, page, now)) for each in found], className="open-incidents")


def _incident(each: Incident, page: Page, now: datetime) -> Component:
    language = page.language
    key = "incident.waits" if each.waits else "incident.acknowledged"
    who = words.joined(
        text(language, key, by=each.acknowledged_by),
        text(language, "incident.with", to=each.assigned_to) if each.assigned_to else "",
    )
    level = badge(language, each.level, "small") if each.rule in OF_HAZARD else html.Span("!", className="matters")
    parts: list[Component] = [
        level,
        html.B(rule_name(each.rule, language)),
        html.Span(text(language, "incident.since", at=words.near_time(each.opened_at, now)), className="when"),
        html.Span(who, className="waits" if each.waits else "when"),
        html.Span(text(language, "incident.open"), className="go"),
    ]
    return link(parts, page.at("incident", str(each.id)).path(), "open-incident")


def devices(found: Sequence[GaugeHealth], gauges: Sequence[Gauge], page: Page, now: datetime) -> Component:
    """How the devices of the gauges are: last word, battery, signal, gateway, and what is wrong."""
    by_id = {each.gauge_id: each for each in found}
    rows = [_device(gauge, by_id.get(gauge.id), page, now) for gauge in gauges]
    return html.Div([*rows, link(text(page.language, "device.all"), page.at("devices").path(), "more-link")])


def _device(gauge: Gauge, health: GaugeHealth | None, page: Page, now: datetime) -> Component:
    language = page.language
    name = html.B(words.gauge_name(gauge, language))
    if health is None:
        return html.Div([name, sentence(text(language, "health.not_yet"))], className="station-device")
    facts = {
        "heard": words.age(language, _minutes(health.heard_at, now)) if health.heard_at else NOTHING,
        "battery": health_words.battery(health) or NOTHING,
        "signal": health_words.signal(health) or NOTHING,
        "gateway": health_words.listed(health.gateways, language) or NOTHING,
    }
    pairs = [html.Div([html.Dt(text(language, f"health.col_{key}")), html.Dd(value)]) for key, value in facts.items()]
    wrong = [health_words.problem(each, health, language) for each in health.findings]
    well = text(language, "health.well")
    said = html.P(words.joined(*wrong) or well, className="wrong" if wrong else "well")
    return html.Div(
        [html.Div([name, said], className="device-head"), html.Dl(pairs, className="device-facts")],
        className="station-device",
    )


def _minutes(at: datetime, now: datetime) -> int:
    return max(0, int((now - at).total_seconds() // 60))


def contacts(found: Sequence[Answerable], page: Page) -> Component:
    """Who answers for the station, with the numbers that the reader may see."""
    language = page.language
    if not found:
        return sentence(text(language, "contact.none"))
    rows = [html.Li(_contact(each, language)) for each in found[:MOST_CONTACTS]]
    if len(found) > MOST_CONTACTS:
        rows.append(html.Li(text(language, "contact.more", n=len(found) - MOST_CONTACTS), className="when"))
    return html.Ul(rows, className="contacts")


def _contact(each: Answerable, language: str) -> list[Component]:
    contact = each.contact
    about = words.joined(contact.department, contact.role, text(language, "contact.own") if each.own else "")
    parts: list[Component] = [html.B(named(contact.name, language)), html.Span(about, className="when")]
    if each.telephone:
        number = re.sub(r"[^+0-9]", "", each.telephone)
        parts.append(html.A(each.telephone, href=f"tel:{number}", className="telephone"))
    elif each.withheld:
        parts.append(html.Span(text(language, "contact.withheld"), className="when"))
    if each.away:
        parts.append(html.Span(text(language, "contact.away"), className="flag"))
    return parts


def sections(view: StationView, language: str) -> list[Component]:
    """The cross-section of every gauge, with a word where it was not surveyed."""
    return [
        _section(each.gauge, cross_section(each, _words(language)), language, len(view.gauges)) for each in view.gauges
    ]


def _words(language: str) -> SectionWords:
    return SectionWords(
        height=text(language, "section.height"),
        across=text(language, "section.across"),
        crown=text(language, "section.crown"),
        last_known=text(language, "section.last_known"),
    )


def _section(gauge: Gauge, figure: object, language: str, gauges: int) -> Component:
    name = [words.gauge_name(gauge, language)] if gauges > 1 else []
    note = [] if gauge.section else [text(language, "section.not_surveyed")]
    caption = html.Figcaption(words.joined(*name, *note), className="when")
    graph = dcc.Graph(figure=figure, config=GRAPH_CONFIG)
    return html.Figure([caption, html.Div(graph, className="cross-section")])
