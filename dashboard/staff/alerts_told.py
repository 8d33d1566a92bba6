"""What became of every message about an incident, and of every change of which nobody was told. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from dash import html
from dash.development.base_component import Component

from alerts.incidents.seen import Case, Told
from alerts.records import Outcome, Transition
from alerts.rules.findings import UNTOLD
from dashboard.i18n import known
from dashboard.staff import alerts_words, words
from dashboard.staff.alerts_words import Scene
from dashboard.staff.pieces import sentence


def told(case: Case, scene: Scene) -> Component:
    """Messages, the newest first, recipient by recipient; among them changes that were muted or came late."""
    messages = [
        (of_one[0].at, _message(of_one, scene))
        for _, group in groupby(case.told, key=lambda each: each.message_id)
        if (of_one := list(group))
    ]
    kept_back = [(each.recorded_at, _kept_back(each, scene)) for each in case.transitions if _was_kept_back(each)]
    found = sorted((*messages, *kept_back), key=lambda each: each[0], reverse=True)
    if not found:
        return sentence(scene.say("told.none"))
    summary = html.Div(
        alerts_words.outcome_chips(Counter(each.outcome for each in case.told), scene), className="chips told-summary"
    )
    return html.Div([summary, html.Ol([shown for _, shown in found], className="told-list")])


def _message(of_one: Sequence[Told], scene: Scene) -> Component:
    first = of_one[0]
    kind = known(scene.language, "message_kind", str(first.kind))
    head = [html.Time(scene.time(first.at)), html.B(kind)]
    if first.drill:
        head.append(html.Span(scene.say("alerts_page.drill"), className="drill-mark"))
    worst_first = sorted(of_one, key=lambda each: alerts_words.WORST_FIRST.index(each.outcome))
    rows = [_delivery(each, scene) for each in worst_first]
    return html.Li([html.Div(head, className="told-head"), html.Ul(rows)])


def _delivery(each: Told, scene: Scene) -> Component:
    channel = known(scene.language, "channel", each.channel)
    said = [html.Span(scene.say(f"told.{each.outcome}"), className=f"outcome outcome-{each.outcome}")]
    return html.Li(
        [
            html.Span(scene.name(each.recipient_id), className="told-who"),
            html.Span(channel, className="quiet"),
            html.Span([*said, html.Span(_detail(each, scene), className="told-why")], className="told-what"),
        ],
        title=each.subject,
    )


def _detail(each: Told, scene: Scene) -> str:
    """When it was sent, until when it is held, why it failed."""
    at = scene.time(each.settled_at) if each.settled_at else ""
    if each.outcome is Outcome.PENDING:
        held = scene.say("told.held", at=scene.time(each.due_at)) if each.due_at > scene.now else ""
        again = scene.say("told.tried", n=each.attempts) if each.attempts else ""
        return words.joined(held, again, each.error)
    if each.outcome is Outcome.UNKNOWN:
        return words.joined(at, scene.say("told.ask_them"), each.error)
    if each.outcome is Outcome.FAILED:
        return words.joined(at, each.error, scene.say("told.other_way"))
    return words.joined(at, each.error)


def _was_kept_back(change: Transition) -> bool:
    return change.cause not in UNTOLD and (bool(change.muted) or not change.live)


def _kept_back(change: Transition, scene: Scene) -> Component:
    why = alerts_words.muted(change.muted, scene) if change.muted else scene.say("told.late")
    head = [html.Time(scene.time(change.recorded_at)), html.B(scene.say("told.nobody"))]
    return html.Li([html.Div(head, className="told-head"), html.Div(why, className="told-muted")])


def answers(case: Case, scene: Scene) -> Component:
    """What crews answered: the last word of each, and what they said before it."""
    if not case.answers:
        return sentence(scene.say("alerts_page.no_answers"))
    by_contact: dict[str, list[Component]] = {}
    for each in reversed(case.answers):
        said = [html.B(alerts_words.reply(str(each.reply), scene)), html.Time(scene.time(each.at), className="quiet")]
        if each.note:
            said.append(html.Span(scene.say("alerts_page.quoted", words=each.note)))
        by_contact.setdefault(each.contact_id, []).append(html.Div(said, className="answer"))
    return html.Ul([_contact(who, said, scene) for who, said in by_contact.items()], className="answers")


def _contact(who: str, said: Iterable[Component], scene: Scene) -> Component:
    return html.Li([html.Span(scene.name(who), className="told-who"), html.Div(list(said))])
