"""Incidents as rows: those that wait for somebody, those that go on, those that ended lately. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dash import html
from dash.development.base_component import Component

from alerts.incidents.muting import covers
from alerts.incidents.seen import NOBODY_TOLD, Standing
from alerts.records import OF_HAZARD, Incident
from dashboard.staff import alerts_words, forms, words
from dashboard.staff.alerts_watch import OF_WATER
from dashboard.staff.alerts_words import Scene
from dashboard.staff.facts import station_facts
from dashboard.staff.pieces import flag, link, sentence, trend

MOST_ROWS = 40
"""Of a list: every row is many components, and a browser that draws hundreds of them stands still meanwhile."""
Row = Callable[[Incident, Standing, Scene], Component]


def waiting(standing: Standing, scene: Scene) -> Component:
    """Those that nobody has acknowledged at their present level, worst first."""
    found = sorted((each for each in standing.open if each.waits), key=_worst_first)
    return _rows(found, _waiting, standing, scene, "alerts_page.none_waiting")


def going_on(standing: Standing, scene: Scene) -> Component:
    """Those that somebody has taken on and that have not ended."""
    found = sorted((each for each in standing.open if not each.waits), key=_worst_first)
    return _rows(found, _taken, standing, scene, "alerts_page.none_open")


def ended(standing: Standing, scene: Scene) -> Component:
    """Those that ended lately."""
    return _rows(standing.ended, _ended, standing, scene, "alerts_page.none_ended")


def _worst_first(incident: Incident) -> tuple[int, bool, int]:
    """By level; of equals what is a hazard, then the oldest."""
    return -incident.level, incident.rule not in OF_HAZARD, incident.id


def counts(standing: Standing, scene: Scene) -> Component:
    """How many there are of each."""
    waits = sum(each.waits for each in standing.open)
    cells = [("waiting", waits), ("open", len(standing.open) - waits), ("ended", len(standing.ended))]
    return html.Ul([_count(name, number, scene) for name, number in cells])


def _count(name: str, number: int, scene: Scene) -> Component:
    said = [html.Span(scene.say(f"alerts_page.count_{name}"), className="count-label"), html.B(str(number))]
    return html.Li(said, className=f"count-{name}" if number else f"count-{name} zero")


def _rows(found: Sequence[Incident], row: Row, standing: Standing, scene: Scene, none: str) -> Component:
    if not found:
        return sentence(scene.say(none))
    shown = [row(each, standing, scene) for each in found[:MOST_ROWS]]
    if len(found) > MOST_ROWS:
        shown.append(html.Li(scene.say("alerts_page.more", n=len(found) - MOST_ROWS), className="empty"))
    return html.Ol(shown, className="cases")


def _waiting(incident: Incident, standing: Standing, scene: Scene) -> Component:
    since = alerts_words.waits_since(incident, standing.newest.get(incident.id))
    wait = html.Span(
        scene.say("alerts_page.waits", span=alerts_words.span(scene.now - since, scene)), className="case-wait"
    )
    before = (
        [html.Span(scene.say("alerts_page.was_acknowledged", n=incident.acknowledged_level), className="quiet")]
        if incident.acknowledged_level
        else []
    )
    return _row(incident, standing, scene, [wait, *before, _since(incident, scene)], [acknowledge(incident, scene)])


def _taken(incident: Incident, standing: Standing, scene: Scene) -> Component:
    return _row(incident, standing, scene, [html.Span(taken_by(incident, scene)), _since(incident, scene)], [])


def _ended(incident: Incident, standing: Standing, scene: Scene) -> Component:
    lasted = alerts_words.span((incident.closed_at or scene.now) - incident.opened_at, scene)
    said = scene.say("alerts_page.lasted", at=scene.time(incident.opened_at), span=lasted)
    how = [html.Span(how_it_ended(incident, scene)), html.Span(said, className="quiet")]
    return _row(incident, standing, scene, how, [])


def _row(
    incident: Incident, standing: Standing, scene: Scene, state: Sequence[Component], act: Sequence[Component]
) -> Component:
    told = standing.told.get(incident.id, NOBODY_TOLD)
    after = alerts_words.next_step(standing.steps.get(incident.id), scene)
    cells = [
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
        html.Div(list(act), className="case-act"),
    ]
    return html.Li(cells, className="case" if incident.open else "case is-over")


def _what(incident: Incident, standing: Standing, scene: Scene) -> list[Component]:
    name = alerts_words.place(incident.station_id, scene)
    about = words.joined(
        alerts_words.rule(incident.rule, scene), alerts_words.subject(standing.newest.get(incident.id), scene)
    )
    return [
        html.Span(
            [*drill_mark(scene), link(name, scene.page.at("incident", str(incident.id)).path(), "case-name")],
            className="case-title",
        ),
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
    """The stage at the station now, with its pace."""
    view = alerts_words.view_of(incident, scene)
    if view is None or not incident.open or incident.rule not in OF_WATER:
        return []
    facts = station_facts(view, {})
    stage = [html.Span(words.stage(facts.stage_m), className="figure"), html.Span(" m", className="unit")]
    return [
        html.Span([*stage, trend(scene.language, facts.trend, facts.rise_m_per_h, facts.rise_window)], className="now")
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


def acknowledge(incident: Incident, scene: Scene) -> Component:
    """One click: at the level that is seen here. A rise that nobody saw yet asks anew."""
    return forms.form(
        f"/api/v1/incidents/{incident.id}/acknowledgement",
        [],
        scene.say("alerts_page.acknowledge"),
        done=scene.say("alerts_page.acknowledged"),
        body={"level": incident.level},
        class_name="act-at-once",
    )
