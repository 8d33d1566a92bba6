"""What a person does about an incident, and what they mute. Drawn once a visit: what is typed stays. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from alerts.chronology.words import rule_names
from alerts.incidents.seen import Case
from alerts.records import Incident
from dashboard.staff import alerts_words, forms, words
from dashboard.staff.alerts_words import Scene
from ingest.stations import named

HOUR_MIN, DAY_MIN = 60, 24 * 60
SILENCE_FOR = (30, HOUR_MIN, 2 * HOUR_MIN, 4 * HOUR_MIN, 12 * HOUR_MIN)
WORK_FOR = (HOUR_MIN, 2 * HOUR_MIN, 4 * HOUR_MIN, 8 * HOUR_MIN, DAY_MIN, 3 * DAY_MIN, 7 * DAY_MIN)
"""Minutes from now."""


def acts(case: Case, scene: Scene) -> Component:
    """Note, assign, tell others, silence, work, close; the ones that are asked for seldom are folded."""
    incident = case.incident
    base = f"/api/v1/incidents/{incident.id}"
    folded = [
        _folded("escalate", [html.Div(escalate(incident, scene), id="case-escalate")], scene),
        _folded("silence", [silence(scene, incident.station_id, incident.rule)], scene),
        _folded("close", [html.Div(id="case-still", className="case-still"), _close(base, scene)], scene),
    ]
    if incident.station_id in scene.registry.stations:
        folded.insert(2, _folded("work", [maintenance(scene, incident.station_id)], scene))
    return html.Div([_note(base, scene), _assign(base, incident, scene), *folded], className="acts")


def _folded(name: str, inner: Sequence[Component], scene: Scene) -> Component:
    summary = html.Summary(scene.say(f"alerts_page.fold_{name}"))
    return html.Details([summary, html.Div(list(inner), className="fold-body")], className=f"act-fold act-fold-{name}")


def _note(base: str, scene: Scene) -> Component:
    field = forms.long_field(scene.say("alerts_page.note"), "text", rows=2)
    done = scene.say("alerts_page.noted")
    return forms.form(f"{base}/notes", [field], scene.say("alerts_page.write_note"), done=done, class_name="act-note")


def _assign(base: str, incident: Incident, scene: Scene) -> Component:
    hint = scene.say("alerts_page.assign_hint")
    field = forms.field(
        scene.say("alerts_page.assign_to"),
        "to",
        hint=hint,
        value=incident.assigned_to,
        maxlength=100,
        data_empty=True,
    )
    return forms.form(
        f"{base}/assignment",
        [field],
        scene.say("alerts_page.assign"),
        done=scene.say("alerts_page.assign_done"),
        keep=True,
        class_name="act-assign",
    )


def escalate(incident: Incident, scene: Scene) -> Component:
    """Tell the next ones: drawn anew with every step, for a press after it would tell those after them."""
    return forms.form(
        f"/api/v1/incidents/{incident.id}/escalation",
        [html.P(scene.say("alerts_page.escalate_note"), className="fold-note")],
        scene.say("alerts_page.escalate"),
        done=scene.say("alerts_page.escalated"),
        confirm=scene.say("alerts_page.escalate_ask"),
        keep=True,
        body={"step": incident.escalation_step},
    )


def _close(base: str, scene: Scene) -> Component:
    return forms.form(
        f"{base}/closing",
        [forms.long_field(scene.say("alerts_page.close_reason"), "reason", rows=2)],
        scene.say("alerts_page.close"),
        done=scene.say("alerts_page.close_done"),
        confirm=scene.say("alerts_page.close_ask"),
    )


def silence(scene: Scene, station_id: str, rule: str) -> Component:
    """Mute the messages of a station and rule, or of more. It says what it does not mute."""
    where = scene.say("alerts_page.silence_place", name=alerts_words.place(station_id, scene))
    which = scene.say("alerts_page.silence_rule", name=alerts_words.rule(rule, scene))
    places = [forms.field(where, "station_ids", "checkbox", value=station_id, checked=True, data_list=True)]
    narrowed = [
        *(places if station_id else []),
        forms.field(which, "rules", "checkbox", value=rule, checked=True, data_list=True),
        html.P(scene.say("alerts_page.silence_wider"), className="fold-note"),
    ]
    return _silence(scene, narrowed)


def silence_of_many(scene: Scene) -> Component:
    """Mute the messages of one station or of all, of one rule or of all."""
    every = ("", scene.say("alerts_page.every_place"))
    stations = [(each.id, named(each.name, scene.language)) for each in scene.registry.stations.values()]
    rules = [
        ("", scene.say("alerts_page.every_rule")),
        *((each, alerts_words.rule(each, scene)) for each in rule_names()),
    ]
    narrowed = [
        forms.choice(scene.say("alerts_page.place"), "station_ids", [every, *stations], as_list=True),
        forms.choice(scene.say("alerts_page.rule"), "rules", rules, as_list=True),
    ]
    folded = html.Div([_silence(scene, narrowed)], className="fold-body")
    return html.Details([html.Summary(scene.say("alerts_page.fold_silence_any")), folded], className="act-fold")


def _silence(scene: Scene, narrowed: Sequence[Component]) -> Component:
    fields = [
        html.P(scene.say("alerts_page.silence_note"), className="fold-note"),
        *narrowed,
        length_choice("silence_for", SILENCE_FOR, scene),
        forms.long_field(scene.say("alerts_page.reason"), "reason", rows=2),
    ]
    done = scene.say("alerts_page.silence_done")
    return forms.form("/api/v1/silences", fields, scene.say("alerts_page.silence_begin"), done=done)


def maintenance(scene: Scene, station_id: str) -> Component:
    """Mark gauges of a station as being worked on; none ticked: all of them."""
    gauges = scene.registry.gauges_of(station_id)
    ticks = [
        forms.field(words.gauge_name(each, scene.language), "gauge_ids", "checkbox", value=each.id, data_list=True)
        for each in gauges
        if len(gauges) > 1
    ]
    which = [html.P(scene.say("alerts_page.work_which"), className="fold-note"), *ticks] if ticks else []
    fields = [
        html.P(scene.say("alerts_page.work_note"), className="fold-note"),
        *which,
        length_choice("work_for", WORK_FOR, scene),
        forms.long_field(scene.say("alerts_page.reason"), "reason", rows=2),
    ]
    return forms.form(
        "/api/v1/maintenance",
        fields,
        scene.say("alerts_page.work_begin"),
        done=scene.say("alerts_page.work_done"),
        body={"station_id": station_id},
    )


def length_choice(name: str, choices: Sequence[int], scene: Scene) -> Component:
    """A choice of minutes from now."""
    options = [(str(minutes), _length(minutes, scene)) for minutes in choices]
    return forms.choice(scene.say(f"alerts_page.{name}"), "minutes", options, number=True)


def _length(minutes: int, scene: Scene) -> str:
    if minutes < HOUR_MIN:
        return scene.say("alerts_page.for_minutes", n=minutes)
    if minutes < DAY_MIN:
        return scene.say("alerts_page.for_hours", n=minutes // HOUR_MIN)
    return scene.say("alerts_page.for_days", n=minutes // DAY_MIN)


def still_above(case: Case, scene: Scene) -> list[Component]:
    """What closing means while a gauge still says that it is above."""
    if not case.still:
        lost = case.incident.unverified
        return [
            html.P(scene.say("alerts_page.close_lost" if lost else "alerts_page.close_plain"), className="fold-note")
        ]
    names = scene.say("alerts_page.and").join(alerts_words.device(each, scene) for each in case.still)
    level = alerts_words.level_words(case.incident, case.incident.level, scene)
    return [html.P(scene.say("alerts_page.close_above", names=names, level=level), className="fold-note is-warning")]
