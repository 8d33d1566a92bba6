"""The sections of the handover's sheet. Values to components, pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from alerts.chronology.words import kind_name, rule_name
from alerts.public.records import Action, PublicMessage
from alerts.records import OF_HAZARD, Entry, Incident, Maintenance, Silence
from dashboard.handover import Broken, Handover
from dashboard.i18n import known
from dashboard.staff import health_words, words
from dashboard.staff.chronology_rows import Where, earlier, said
from dashboard.staff.health_rows import Where as HealthWhere
from dashboard.staff.pieces import badge, link

MOST_ROWS = 60
COUNTED = ("transition", "acknowledged", "note", "answer", "escalation", "issued", "public", "message", "delivery")
"""Kinds whose number tells how the shift was, in this order."""


def standing(told: Handover, where: Where) -> Component:
    """What goes on: the water, then devices; what nobody can verify first."""
    rows = [_incident(each, told, where) for each in told.standing]
    devices = [_incident(each, told, where) for each in told.faults]
    parts: list[Component] = [_table(rows, where, "handover.calm")]
    if devices:
        parts += [html.H3(where.say("handover.faults", n=len(devices))), _table(devices, where, "")]
    title = "handover.stood" if told.span.past else "handover.standing"
    return section("standing", where.say(title, n=len(told.standing)), parts)


def _table(rows: Sequence[Component], where: Where, empty: str) -> Component:
    if not rows:
        return html.P(where.say(empty), className="sheet-calm")
    names = ("level", "place", "state", "since", "who")
    head = html.Tr([html.Th(where.say(f"handover.col_{name}"), scope="col") for name in names])
    more = len(rows) - MOST_ROWS
    last = [html.Tr(html.Td(where.say("handover.more", n=more), colSpan=len(names)))] if more > 0 else []
    return html.Table([html.Thead(head), html.Tbody([*rows[:MOST_ROWS], *last])], className="sheet-table")


def _incident(each: Incident, told: Handover, where: Where) -> Component:
    language = where.page.language
    names = [name for name in ("unverified", "unconfirmed") if getattr(each, name)]
    flags = [html.Span(where.say(f"handover.flag_{name}"), className=f"flag flag-{name}") for name in names]
    case = link(rule_name(each.rule, language), where.page.at("incident", str(each.id)).path(), "line-place-name")
    state: list[str | Component] = [case, *flags]
    if each.peak_level > each.level:
        state.append(html.Small(where.say("handover.peak", n=each.peak_level)))
    level = badge(language, each.level, "small") if each.rule in OF_HAZARD else html.Span("–")
    cells = [
        level,
        where.station_link(each.station_id),
        html.Div(state, className="sheet-state"),
        words.near_time(each.opened_at, told.span.now),
        _who(each, told, where),
    ]
    return html.Tr([html.Td(cell) for cell in cells])


def _who(each: Incident, told: Handover, where: Where) -> Component:
    if each.waits:
        done: Component = html.B(where.say("handover.unacknowledged"), className="flag")
    else:
        at = words.near_time(each.acknowledged_at, told.span.now) if each.acknowledged_at else ""
        done = html.Span(where.say("handover.acknowledged", who=each.acknowledged_by, at=at))
    given = [html.Small(where.say("handover.assigned", who=each.assigned_to))] if each.assigned_to else []
    return html.Div([done, *given], className="sheet-state")


def waiting(told: Handover, where: Where) -> Component:
    """What nobody has acknowledged at its present level."""
    items = [
        html.Li([where.station_link(each.station_id), html.Span(rule_name(each.rule, where.page.language))])
        for each in told.waiting[:MOST_ROWS]
    ]
    return section("waiting", where.say("handover.waiting", n=len(told.waiting)), _items(items, where, "none_waiting"))


def mutes(told: Handover, where: Where) -> Component:
    """Which messages are silenced and what is worked on, until when."""
    items = [_silence(each, told, where) for each in told.silences]
    items += [_work(each, told, where) for each in told.maintenance]
    return section("mutes", where.say("handover.mutes", n=len(items)), _items(items, where, "none_muted"))


def _silence(each: Silence, told: Handover, where: Where) -> Component:
    language = where.page.language
    places = [where.station(station_id) for station_id in each.station_ids] or [where.say("handover.every_place")]
    rules = [rule_name(rule, language) for rule in each.rules] or [where.say("handover.every_rule")]
    what = health_words.listed([*places, *rules], language)
    return _muted("handover.silence", what, each, told, where)


def _work(each: Maintenance, told: Handover, where: Where) -> Component:
    return _muted("handover.maintenance", where.station(each.station_id), each, told, where)


def _muted(word: str, what: str, each: Silence | Maintenance, told: Handover, where: Where) -> Component:
    now, moment = told.span.now, told.span.past or told.span.now
    planned = where.say("handover.planned", at=words.near_time(each.begins_at, now)) if each.begins_at > moment else ""
    until = where.say("handover.ends", at=words.near_time(each.ends_at, now))
    why = words.joined(each.author, each.reason)
    parts = [html.B(where.say(word)), html.Span(what), html.B(words.joined(planned, until)), html.Small(why)]
    return html.Li(parts)


def broken(told: Handover, where: Where) -> Component:
    """The devices that somebody must look after."""
    found = told.broken
    if found is None:
        unknown = html.P(where.say("handover.broken_unknown"), className="sheet-calm")
        return section("broken", where.say("handover.devices_past"), [unknown])
    items = [
        _item(where.say("handover.gateway", id=each.gateway_id), where.say("health.gateway_is_out"))
        for each in found.gateways
    ]
    items += list(_gauges(found, told.span.now, where)) + list(_cameras(found, where))
    shown = items[:MOST_ROWS]
    if len(items) > MOST_ROWS:
        shown.append(html.Li(where.say("handover.more", n=len(items) - MOST_ROWS)))
    return section("broken", where.say("handover.devices", n=found.count), _items(shown, where, "none_broken"))


def _item(name: str, said_: str) -> Component:
    return html.Li([html.B(name), html.Span(said_)])


def _gauges(found: Broken, now: datetime, where: Where) -> Iterable[Component]:
    language = where.page.language
    if where.registry is None:
        return
    known = HealthWhere(where.registry, where.page, now)
    for each in found.gauges:
        if each.gauge_id in where.registry.gauges:
            first = each.findings[0]
            since = health_words.since(first, now, language)
            why = words.joined(health_words.problem(first, each, language), since)
            yield html.Li([known.gauge_link(each.gauge_id), html.Span(why)])


def _cameras(found: Broken, where: Where) -> Iterable[Component]:
    for camera_id in found.cameras:
        camera = where.registry.cameras.get(camera_id) if where.registry else None
        if camera is not None:
            yield html.Li([where.station_link(camera.station_id), html.Span(where.say("handover.camera"))])


def public(told: Handover, where: Where) -> Component:
    """What the public was told and still holds, and what waits for a decision."""
    items = [_message(each, told, where) for each in told.published]
    items += [_message(each, told, where, draft=True) for each in told.drafts]
    title = where.say("handover.public", n=len(told.published))
    return section("public", title, _items(items, where, "none_public"))


def _message(each: PublicMessage, told: Handover, where: Where, draft: bool = False) -> Component:
    texts = each.content.texts
    said_ = texts.get(where.page.language) or texts.get("ja") or next(iter(texts.values()), None)
    at = words.near_time(each.sent_at or each.created_at, told.span.now)
    word = where.say("handover.draft" if draft else "handover.published", at=at)
    until = where.say("handover.ends", at=words.near_time(each.expires_at, told.span.now)) if each.expires_at else ""
    moment = told.span.past or told.span.now
    expired = not draft and each.expires_at is not None and each.expires_at <= moment
    parts = [html.B(word), html.Span(said_.headline if said_ else ""), html.Small(until)]
    if any(one.action is Action.EDITED and one.at > moment for one in each.decisions):
        parts.append(html.Small(where.say("handover.edited_since")))
    return html.Li([*parts, flag_of(where)] if expired else parts)


def flag_of(where: Where) -> Component:
    """That a message has run out though nobody ended it."""
    return html.Span(where.say("handover.expired"), className="flag")


def happened(told: Handover, where: Where) -> Component:
    """What was written in the shift: how much, the few lines that matter, what people noted."""
    found, language = told.happened, where.page.language
    counts = [html.Li([html.Span(where.say("handover.opened")), html.B(str(found.opened))])]
    counts += [
        html.Li([html.Span(kind_name(kind, language)), html.B(str(found.counts[kind]))])
        for kind in COUNTED
        if found.counts.get(kind)
    ]
    parts: list[Component] = [html.Ul(counts, className="sheet-counts")]
    if found.peak_level:
        parts.append(html.P([where.say("handover.highest"), badge(language, found.peak_level, "small")]))
    if found.failed:
        parts.append(html.P(where.say("handover.failed", n=found.failed), className="sheet-failed"))
    parts += [html.H3(where.say("handover.few")), _entries(found.few, where, "none_few")]
    notes = where.say("handover.notes", n=found.notes_count)
    parts += [html.H3(notes), _entries(found.notes, where, "none_noted")]
    return section("happened", where.say("handover.happened"), parts)


def _entries(entries: Sequence[Entry], where: Where, empty: str) -> Component:
    items = [_entry(each, where) for each in entries]
    return _items(items, where, empty)[0]


def _entry(each: Entry, where: Where) -> Component:
    place = where.station_link(each.station_id) if each.station_id else ""
    level = each.detail.get("to_level")
    hazard = each.kind == "transition" and isinstance(level, int) and each.detail.get("rule") in OF_HAZARD
    when = earlier(each, where)
    parts = [
        html.Time(words.day_time(each.at)),
        badge(where.page.language, level, "small") if hazard else None,
        html.B(place) if place else None,
        html.Span(said(each, where.page.language), className="sheet-said"),
        html.Small(words.joined(when, known(where.page.language, "chronology.actor", each.actor))),
    ]
    return html.Li([each for each in parts if each is not None])


def _items(items: Sequence[Component], where: Where, empty: str) -> list[Component]:
    if not items:
        return [html.P(where.say(f"handover.{empty}"), className="sheet-calm")]
    return [html.Ul(list(items), className="sheet-items")]


def section(name: str, title: str, parts: Sequence[Component]) -> Component:
    """A titled part of the sheet."""
    return html.Section([html.H2(title), *parts], className=f"sheet-part sheet-{name}")
