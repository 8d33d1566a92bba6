"""The lists of the page of messages: what is out, what waits, what ended. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from alerts.public.records import PublicMessage, State
from dashboard.i18n import text
from dashboard.staff import messages_words, words
from dashboard.staff.addresses import Page
from dashboard.staff.pieces import link, sentence


def out_now(messages: Sequence[PublicMessage], here: Page, now: datetime) -> Component:
    """What is out, the newest first."""
    newest = sorted(messages, key=lambda each: each.id, reverse=True)
    rows = [_row(each, here, _out_line(each, here, now), _late(each, here, now)) for each in newest]
    return _list(rows, text(here.language, "desk.out_none"))


def waiting(messages: Sequence[PublicMessage], needed: Mapping[int, int], here: Page, now: datetime) -> Component:
    """Drafts, the gravest first; of equals the oldest. ``needed`` says how many must approve each."""
    ordered = sorted(messages, key=lambda each: (-each.content.gravity, each.id))
    rows = [_row(each, here, _draft_line(each, needed[each.id], here, now)) for each in ordered]
    return _list(rows, text(here.language, "desk.waiting_none"))


def ended(messages: Sequence[PublicMessage], here: Page, now: datetime) -> Component:
    """What is over."""
    rows = [_row(each, here, _out_line(each, here, now)) for each in messages]
    return _list(rows, text(here.language, "desk.ended_none"))


def _list(rows: list[Component], empty: str) -> Component:
    return html.Ul(rows, className="message-list") if rows else sentence(empty)


def _row(message: PublicMessage, here: Page, line: str, late: str = "") -> Component:
    language = here.language
    marks: list[Component] = [chip(message, language)]
    if message.drill:
        marks.append(html.Span(text(language, "desk.drill"), className="message-drill"))
    parts: list[Component] = [
        html.Div([*marks, html.B(messages_words.headline(message, language))], className="message-title"),
        html.Div(words.joined(messages_words.place(message, language), gravity(message, language))),
        html.Div(line, className="message-line"),
    ]
    if late:
        parts.append(html.Div(late, className="message-late"))
    return html.Li(link(parts, here.at("message", str(message.id)).path(), "message-row"))


def gravity(message: PublicMessage, language: str) -> str:
    """How grave it is, by a person's word and no gauge's; nothing where it says that it is over."""
    if message.ends_chain:
        return ""
    return text(language, "desk.gravity_said", said=text(language, f"desk.gravity.{message.content.gravity}"))


def chip(message: PublicMessage, language: str) -> Component:
    """The step, and the state where it has not gone out."""
    step = text(language, f"desk.step.{message.step}")
    state = "" if message.state is State.PUBLISHED else text(language, f"desk.state.{message.state}")
    return html.Span(words.joined(step, state), className=f"message-chip message-{message.state}")


def _out_line(message: PublicMessage, here: Page, now: datetime) -> str:
    language = here.language
    if message.sent_at is None:
        at = text(language, "desk.drafted", at=words.near_time(message.created_at, now))
        return words.joined(at, messages_words.author(message, language))
    sent = text(language, "desk.sent", at=words.near_time(message.sent_at, now))
    end = "" if _late(message, here, now) else messages_words.end(message, now, language)
    return words.joined(sent, messages_words.decided(message, language), end)


def _late(message: PublicMessage, here: Page, now: datetime) -> str:
    over = message.expires_at is not None and message.expires_at <= now and not message.ends_chain
    return messages_words.end(message, now, here.language) if over else ""


def _draft_line(message: PublicMessage, needed: int, here: Page, now: datetime) -> str:
    language = here.language
    return words.joined(
        text(language, "desk.drafted", at=words.near_time(message.created_at, now)),
        messages_words.author(message, language),
        text(language, "desk.approvals", given=len(message.approvals), needed=needed),
    )
