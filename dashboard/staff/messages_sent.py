"""What became of a message to the public: by channel, and whom it missed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from alerts.public.protocol import Missed, Sent
from alerts.records import Outcome
from dashboard.i18n import known, text
from dashboard.staff import words
from dashboard.staff.pieces import panel, sentence
from ingest.stations import named

WORST_FIRST = (
    *(Outcome.FAILED, Outcome.UNKNOWN, Outcome.PENDING, Outcome.SENDING),
    *(Outcome.SENT, Outcome.WITHDRAWN),
)
SHOWN = 12


def sent(found: Sent, language: str, *, names: bool) -> Component:
    """How many got it and how many not; who they are (``names``) is for those who may write to them."""
    title = text(language, "desk.sent_to.title")
    if not found.counts:
        return panel("sent", title, sentence(text(language, "desk.sent_to.nobody")))
    total: Counter[Outcome] = sum((Counter(each) for each in found.counts.values()), Counter())
    whole = text(language, "desk.sent_to.whole", n=total.total(), sent=total[Outcome.SENT])
    rows = [_channel(name, counts, language) for name, counts in found.counts.items()]
    parts: list[Component] = [html.B(whole), html.Ul(rows)]
    if total[Outcome.FAILED] or total[Outcome.UNKNOWN]:
        parts.append(html.P(text(language, "desk.sent_to.other_way"), className="sent-other-way"))
    if names and found.missed:
        parts.append(html.Ul([_missed(each, language) for each in found.missed[:SHOWN]], className="sent-missed"))
        if len(found.missed) > SHOWN:
            parts.append(html.P(text(language, "desk.reach.more", n=len(found.missed) - SHOWN), className="note"))
    return panel("sent", title, html.Div(parts, className="sent-body"))


def _channel(channel: str, counts: Mapping[Outcome, int], language: str) -> Component:
    said = [
        html.Span(text(language, f"desk.sent_to.{each}", n=counts[each]), className=f"sent-{each}")
        for each in WORST_FIRST
        if counts.get(each)
    ]
    return html.Li([html.Span(known(language, "channel", channel), className="sent-channel"), *said])


def _missed(each: Missed, language: str) -> Component:
    delivery = each.delivery
    channel = known(language, "channel", delivery.channel)
    word = text(language, f"desk.sent_to.one_{delivery.outcome}")
    return html.Li([html.B(named(each.name, language)), html.Span(words.joined(channel, word, delivery.error))])
