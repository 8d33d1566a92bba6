"""What mutes: silences and work on gauges, in force and planned, with who, why and until when. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from alerts.records import Maintenance, Silence
from dashboard.staff import alerts_words, forms, words
from dashboard.staff.alerts_forms import WORK_FOR, length_choice
from dashboard.staff.alerts_words import Scene
from dashboard.staff.pieces import sentence


def silences(found: Sequence[Silence], scene: Scene) -> Component:
    """Every silence that has not ended, the one that ends first on top."""
    if not found:
        return sentence(scene.say("alerts_page.no_silence"))
    rows = [_silence(each, scene) for each in sorted(found, key=lambda each: each.ends_at)]
    return html.Ul(rows, className="mutes")


def _silence(each: Silence, scene: Scene) -> Component:
    sep = scene.say("alerts_page.and")
    places = sep.join(alerts_words.place(one, scene) for one in each.station_ids) or scene.say(
        "alerts_page.every_place"
    )
    rules = sep.join(alerts_words.rule(one, scene) for one in each.rules) or scene.say("alerts_page.every_rule")
    act = forms.form(
        f"/api/v1/silences/{each.id}",
        [],
        scene.say("alerts_page.silence_end"),
        method="DELETE",
        done=scene.say("alerts_page.ended"),
        confirm=scene.say("alerts_page.silence_end_ask", places=places),
        class_name="act-end",
    )
    return _row([places, rules], each, [act], scene)


def works(found: Sequence[Maintenance], scene: Scene) -> Component:
    """All work that has not ended, what ends first on top."""
    if not found:
        return sentence(scene.say("alerts_page.no_work"))
    return html.Ul([_work(each, scene) for each in sorted(found, key=lambda each: each.ends_at)], className="mutes")


def _work(each: Maintenance, scene: Scene) -> Component:
    place = alerts_words.place(each.station_id, scene)
    gauges = [scene.registry.gauges[one] for one in each.gauge_ids if one in scene.registry.gauges]
    names = scene.say("alerts_page.and").join(words.gauge_name(one, scene.language) for one in gauges)
    act = forms.form(
        f"/api/v1/maintenance/{each.id}",
        [],
        scene.say("alerts_page.work_end"),
        method="DELETE",
        done=scene.say("alerts_page.ended"),
        confirm=scene.say("alerts_page.work_end_ask", place=place),
        class_name="act-end",
    )
    return _row([place, names or scene.say("alerts_page.every_gauge")], each, [act, _extend(each, scene)], scene)


def _extend(each: Maintenance, scene: Scene) -> Component:
    """Another end, counted from now."""
    form = forms.form(
        f"/api/v1/maintenance/{each.id}",
        [length_choice("work_until", WORK_FOR, scene)],
        scene.say("alerts_page.work_extend"),
        method="PATCH",
        done=scene.say("alerts_page.work_extended"),
        keep=True,
        class_name="act-extend",
    )
    summary = html.Summary(scene.say("alerts_page.fold_extend"))
    return html.Details([summary, html.Div(form, className="fold-body")], className="act-fold")


def _row(what: Sequence[str], each: Silence | Maintenance, acts: Sequence[Component], scene: Scene) -> Component:
    planned = each.begins_at > scene.now
    when = scene.say("alerts_page.from_to", begin=scene.time(each.begins_at), end=scene.time(each.ends_at))
    left = "" if planned else alerts_words.span(each.ends_at - scene.now, scene)
    until = when if planned else scene.say("alerts_page.until", at=scene.time(each.ends_at), left=left)
    plan = [html.Span(scene.say("alerts_page.planned"), className="flag")] if planned else []
    return html.Li(
        [
            html.Div([html.B(what[0]), html.Span(what[1], className="quiet"), *plan], className="mute-what"),
            html.Div(until, className="mute-until"),
            html.Div(scene.say("alerts_page.by_why", who=each.author, why=each.reason), className="mute-why"),
            html.Div(list(acts), className="mute-acts"),
        ],
        className="mute is-planned" if planned else "mute",
        key=f"{type(each).__name__}-{each.id}",
    )
