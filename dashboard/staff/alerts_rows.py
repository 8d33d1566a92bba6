"""An incident as the cells of a row: in full, and in one line. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from alerts.incidents.muting import covers
from alerts.incidents.seen import NOBODY_TOLD, Standing
from alerts.records import STAGE, Incident
from dashboard.staff import alerts_words, forms, words
from dashboard.staff.alerts_watch import OF_WATER
from dashboard.staff.alerts_words import Scene
from dashboard.staff.facts import station_facts
from dashboard.staff.pieces import flag, link, notified, trend


def cells(incident: Incident, state: Sequence[Component], standing: Standing, scene: Scene) -> list[Component]:
    """Where, how bad, how it stands, who was told."""
    told = standing.told.get(incident.id, NOBODY_TOLD)
    after = alerts_words.next_step(standing.steps.get(incident.id), scene)
    return [
        alerts_words.level_mark(incident.rule, incident.level or incident.peak_level, scene),
        html.Div(_what(incident, standing, scene), className="case-what"),
        html.Div(_level(incident, scene), className="case-level"),
        html.Div(list(state), className="case-state"),
        html.Div(
            [
                html.Span(alerts_words.who_was_told(told, scene)),
                html.Span(alerts_words.outcome_chips(told.counts, scene), className="chips"),
                *([html.Span(after, className="case-next")] if after else []),
            ],
            className="case-told",
        ),
    ]


def short_cells(
    lead: Incident, others: Sequence[Incident], state: Sequence[Component], scene: Scene
) -> list[Component]:
    """The same in one line: where, how bad, of what rules, how it stands."""
    rules = scene.say("alerts_page.and").join(alerts_words.rule(each.rule, scene) for each in (lead, *others))
    return [
        alerts_words.level_mark(lead.rule, lead.level or lead.peak_level, scene, "small"),
        html.Div([*drill_mark(scene), _name(lead, scene), html.Span(rules, className="quiet")], className="case-what"),
        html.Div(list(state), className="case-state"),
    ]


def in_brief(others: Sequence[Incident], scene: Scene) -> list[Component]:
    """Levels and rules of what is folded away."""
    return [
        html.Span(
            [
                alerts_words.level_mark(each.rule, each.level or each.peak_level, scene, "small"),
                html.Span(alerts_words.rule(each.rule, scene)),
            ],
            className="case-brief",
        )
        for each in others
    ]


def waiting_state(incident: Incident, standing: Standing, scene: Scene) -> list[Component]:
    """For how long it waits, and whether a lower level of it was acknowledged."""
    since = alerts_words.waits_since(incident, standing.newest.get(incident.id))
    waits = scene.say("alerts_page.waits", span=alerts_words.span(scene.now - since, scene))
    shown: list[Component] = [html.Span(waits, className="case-wait")]
    if incident.acknowledged_level:
        said = scene.say("alerts_page.was_acknowledged", n=incident.acknowledged_level)
        shown.append(html.Span(said, className="quiet"))
    return [*shown, _since(incident, scene)]


def taken_state(incident: Incident, standing: Standing, scene: Scene) -> list[Component]:
    """Who has taken it on."""
    del standing
    return [html.Span(taken_by(incident, scene)), _since(incident, scene)]


def ended_state(incident: Incident, standing: Standing, scene: Scene) -> list[Component]:
    """How it ended and how long it lasted."""
    del standing
    lasted = alerts_words.span((incident.closed_at or scene.now) - incident.opened_at, scene)
    said = scene.say("alerts_page.lasted", at=scene.time(incident.opened_at), span=lasted)
    return [html.Span(how_it_ended(incident, scene)), html.Span(said, className="quiet")]


def _name(incident: Incident, scene: Scene) -> Component:
    name = alerts_words.place(incident.station_id, scene)
    return link(name, scene.page.at("incident", str(incident.id)).path(), "case-name")


def _what(incident: Incident, standing: Standing, scene: Scene) -> list[Component]:
    about = words.joined(
        alerts_words.rule(incident.rule, scene), alerts_words.subject(standing.newest.get(incident.id), scene)
    )
    return [
        html.Span([*drill_mark(scene), _name(incident, scene)], className="case-title"),
        html.Span(
            [html.Span(about), *doubts(incident, scene), *mutes(incident, standing, scene)], className="case-rule"
        ),
    ]


def drill_mark(scene: Scene) -> list[Component]:
    """The mark of a drill, at every incident of one."""
    return [html.Span(scene.say("alerts_page.drill"), className="drill-mark")] if scene.drill else []


def doubts(incident: Incident, scene: Scene) -> list[Component]:
    """That it is unconfirmed, or the last that was known."""
    found = [("unconfirmed", incident.unconfirmed), ("silent", incident.unverified)]
    return [flag(scene.language, name) for name, is_so in found if is_so and incident.open]


def mutes(incident: Incident, standing: Standing, scene: Scene) -> list[Component]:
    """That messages about it are silenced, or that somebody works there."""
    if not incident.open:
        return []
    silenced = any(covers(each, incident.station_id, incident.rule, scene.now) for each in standing.silences)
    worked = any(
        each.station_id == incident.station_id and each.begins_at <= scene.now < each.ends_at
        for each in standing.maintenance
    )
    found = [("silenced", silenced), ("maintenance", worked)]
    return [html.Span(scene.say(f"alerts_page.{name}"), className="flag") for name, is_so in found if is_so]


def _level(incident: Incident, scene: Scene) -> list[Component]:
    shown = [html.Span(alerts_words.level_words(incident, incident.level, scene), className="hazard-label")]
    if not incident.open:
        shown = [html.Span(scene.say("alerts_page.peak", n=incident.peak_level), className="quiet")]
    elif incident.peak_level > incident.level:
        shown.append(html.Span(scene.say("alerts_page.peak", n=incident.peak_level), className="quiet"))
    return [*shown, *now_there(incident, scene)]


def now_there(incident: Incident, scene: Scene) -> list[Component]:
    """The stage at the station now, with its pace; and that the fall is being confirmed where it is below the level."""
    view = alerts_words.view_of(incident, scene)
    if view is None or not incident.open or incident.rule not in OF_WATER:
        return []
    facts = station_facts(view, scene.current)
    stage = [html.Span(words.stage(facts.stage_m), className="figure"), html.Span(" m", className="unit")]
    above = facts.notified if incident.rule == STAGE else None
    return [
        html.Span([*stage, trend(scene.language, facts.trend, facts.rise_m_per_h, facts.rise_window)], className="now"),
        *notified(scene.language, above, scene.now),
    ]


def _since(incident: Incident, scene: Scene) -> Component:
    return html.Span(scene.say("alerts_page.since", at=scene.time(incident.opened_at)), className="quiet")


def taken_by(incident: Incident, scene: Scene) -> str:
    """Who acknowledged it and who has it."""
    at = incident.acknowledged_at
    taken = (
        scene.say("alerts_page.taken", at=scene.time(at), who=incident.acknowledged_by, n=incident.acknowledged_level)
        if at is not None and incident.acknowledged_level
        else ""
    )
    assigned = scene.say("alerts_page.assigned", who=incident.assigned_to) if incident.assigned_to else ""
    return words.joined(taken, assigned)


def how_it_ended(incident: Incident, scene: Scene) -> str:
    """When it ended, and by whose word."""
    at = scene.time(incident.closed_at or scene.now)
    if incident.closed_by:
        return scene.say("alerts_page.closed_by", at=at, who=incident.closed_by, why=incident.close_reason)
    return scene.say("alerts_page.closed_by_rule", at=at)


def acknowledge(incident: Incident, scene: Scene, label: str = "") -> Component:
    """One click: at the level that is seen here. A rise that nobody saw yet asks anew."""
    return forms.form(
        f"/api/v1/incidents/{incident.id}/acknowledgement",
        [],
        label or scene.say("alerts_page.acknowledge"),
        done=scene.say("alerts_page.acknowledged"),
        body={"level": incident.level},
        class_name="act-at-once",
    )


def acknowledge_all(incidents: Sequence[Incident], scene: Scene) -> Component:
    """One click for all of a station, each at the level that is seen here."""
    return forms.form(
        f"/api/v1/stations/{incidents[0].station_id}/acknowledgement",
        [],
        scene.say("alerts_page.acknowledge_all", n=len(incidents)),
        done=scene.say("alerts_page.acknowledged"),
        body={"seen": [{"incident": each.id, "level": each.level} for each in incidents]},
        class_name="act-at-once",
    )
