"""The pages of the messages to the public: all of them, and one. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from alerts.public.protocol import Look, Reach
from alerts.public.records import PublicMessage, State, Step
from alerts.public.settings import PublicMessages
from dashboard.i18n import text
from dashboard.public_words import refusal
from dashboard.staff import messages_forms, messages_rows, messages_words, words
from dashboard.staff.addresses import Page
from dashboard.staff.messages_words import Levels
from dashboard.staff.pieces import link, panel, sentence

NEW = "new"
"""The item of the address of a message that is begun."""


def skeleton(page: Page) -> Component:
    """The empty page of all messages with a place for every section."""
    language = page.language
    head = html.Div(
        [
            html.H1(text(language, "desk.title")),
            html.Span(text(language, "desk.intro"), className="note"),
            link(text(language, "desk.new"), page.at("message", NEW).path(), "act-button message-new"),
        ],
        className="messages-head",
    )
    left = [
        panel("out", text(language, "desk.out_now"), html.Div(id="messages-out")),
        panel("drafts", text(language, "desk.waiting"), html.Div(id="messages-waiting")),
        panel("over", text(language, "desk.ended"), html.Div(id="messages-ended")),
    ]
    enter = html.Details(
        [html.Summary(text(language, "desk.issued.enter")), html.Div(id="issued-form")], className="issued-enter"
    )
    note = html.P(text(language, "desk.issued.note"), className="note")
    right = [
        panel("issued", text(language, "desk.issued.title"), html.Div([note, html.Div(id="issued-levels"), enter]))
    ]
    body = html.Div(
        [html.Div(left, className="messages-left"), html.Div(right, className="messages-right")],
        className="messages-columns",
    )
    return html.Div([head, body], className="messages")


def one_skeleton(page: Page) -> Component:
    """The empty page of one message, or of a new one."""
    language = page.language
    title = text(language, "desk.new") if page.item == NEW else ""
    head = [link(text(language, "desk.back"), page.at("messages").path(), "back"), html.H1(title, id="message-name")]
    left = [*map(_drawn_once, ("message-acts", "message-editor")), html.Div(id="message-course")]
    return html.Div(
        [
            html.Div(head, className="messages-head"),
            html.Div(
                [html.Div(left, className="messages-left"), html.Div(id="message-preview", className="messages-right")],
                className="messages-columns",
            ),
        ],
        className="messages message-one",
    )


def _drawn_once(place: str) -> Component:
    """A section that knows what it was drawn from."""
    return html.Div(dcc.Store(id=f"{place}-mark"), id=place)


def name(message: PublicMessage, language: str) -> str:
    """The title of the page of a message."""
    step = text(language, f"desk.step.{message.step}")
    return words.joined(f"{step} {message.id}", messages_words.place(message, language))


def acts(
    look: Look, reaches: dict[Step, Reach], levels: Levels, settings: PublicMessages, here: Page, now: datetime
) -> Component:
    """How far it is, what stands against it, and what is to be done next."""
    message, language = look.message, here.language
    mark = f"{message.content_mark}-{len(look.chain)}"
    parts: list[Component] = [_state(look, settings, language, now)]
    if message.is_open:
        parts += [_check(look, levels, language), *_deciding(look, reaches[message.step], language)]
        parts.append(_folded("withdraw", messages_forms.withdraw(message, language), language, mark))
    elif message.state is State.PUBLISHED:
        parts += _after(look, reaches, levels, here)
    return html.Section(parts, className="panel message-acts")


def _state(look: Look, settings: PublicMessages, language: str, now: datetime) -> Component:
    message = look.message
    content = message.content
    based = (
        text(language, "desk.of_people")
        if content.hazard is None
        else text(language, "desk.of_gauge", n=content.hazard)
    )
    lines = [words.joined(messages_rows.gravity(message, language), based), messages_words.author(message, language)]
    if message.is_open:
        approved = "、".join(each.actor for each in message.approvals)
        given = text(language, "desk.approvals", given=len(message.approvals), needed=look.needed)
        lines += [words.joined(given, approved), _who(look.needed, settings, language)]
    elif message.state is State.PUBLISHED:
        lines += [messages_words.decided(message, language), messages_words.times(message, now, language)]
    head = html.Div(
        [messages_rows.chip(message, language), html.B(messages_words.headline(message, language))],
        className="message-title",
    )
    return html.Div(
        [head, *(html.P(each, className="message-line") for each in lines if each)], className="message-state"
    )


def _who(needed: int, settings: PublicMessages, language: str) -> str:
    many = needed > 1
    number = text(language, "desk.two_persons", needed=needed) if many else text(language, "desk.one_person")
    return number if settings.author_may_approve else words.joined(number, text(language, "desk.author_not"))


def _check(look: Look, levels: Levels, language: str) -> Component:
    """Why it cannot go out yet; that approvals are missing is no fault of it."""
    against = [each for each in (look.not_approvable, look.not_publishable) if each is not None]
    said = list(dict.fromkeys(refusal(each, language) for each in against if each.name not in ("approvals",)))
    if look.despite:
        said.append(text(language, "desk.check.despite"))
    told = {each.name for each in against}
    lines = [html.Li(each) for each in [*said, *standing(look, levels, language, told)]]
    others = [each.id for each in look.drafts if each.id != look.message.id]
    if others:
        lines.append(html.Li(text(language, "desk.check.others", ids=", ".join(map(str, others)))))
    title = html.H3(text(language, "desk.check.title"))
    body = html.Ul(lines) if lines else html.P(text(language, "desk.check.fine"))
    return html.Div([title, body], className="message-check" + (" message-against" if said else ""))


def standing(look: Look, levels: Levels, language: str, told: Collection[str] = ()) -> list[str]:
    """What still stands at a level where it is about: told with an end, and before one is drafted; once is enough for
    what the names of refusals in ``told`` say already."""
    said: list[str] = []
    ends = look.message.step is Step.ALL_CLEAR or not look.message.is_open
    if look.highest and ends and "still_high" not in told:
        said.append(text(language, "desk.check.stands", n=look.highest))
    if look.unverified and "silent" not in told:
        said.append(text(language, "desk.check.silent"))
    if look.unconfirmed and not {"says_more", "unconfirmed"} & set(told):
        said.append(text(language, "desk.check.unconfirmed"))
    stands = levels.of(look.message) if look.message.step is Step.ALL_CLEAR or not look.message.is_open else []
    said += [text(language, "desk.check.issued", n=each.level, place=levels.place(each, language)) for each in stands]
    return said


def _deciding(look: Look, reach: Reach, language: str) -> list[Component]:
    """Approving and publishing are two acts; the next one alone can be pressed."""
    found: list[Component] = []
    why = look.not_approvable
    if look.message.state is State.DRAFT and (why is None or look.despite):
        found.append(_step("approve", messages_forms.decide(look, "approval", reach, language), language))
    late = look.not_publishable
    if late is None or (look.message.state is State.APPROVED and look.despite):
        found.append(_step("publish", messages_forms.decide(look, "publication", reach, language), language))
    return found


def _after(look: Look, reaches: dict[Step, Reach], levels: Levels, here: Page) -> list[Component]:
    """What may follow a published message: nothing follows what was cancelled."""
    message, language = look.message, here.language
    mark = f"{message.content_mark}-{len(look.chain)}"
    last = look.chain[-1] if look.chain else message
    found: list[Component] = []
    if last.id != message.id:
        found.append(link(name(last, language), here.at("message", str(last.id)).path(), "back"))
    if last.step is Step.CANCEL:
        return found
    if last.id == message.id and not message.ends_chain:
        over = messages_forms.all_clear(look, standing(look, levels, language), language)
        found.append(_folded("all_clear", over, language, mark))
    found.append(_folded("cancel", messages_forms.cancel(message, reaches[Step.CANCEL], language), language, mark))
    return found


def editor(look: Look, reaches: dict[Step, Reach], levels: Levels, here: Page) -> list[Component]:
    """What can be written: the draft itself, or what follows a published message."""
    message, language = look.message, here.language
    mark = f"{message.content_mark}-{len(look.chain)}"
    if message.is_open:
        return [_folded("edit", messages_forms.edit(message, levels, language), language, mark)]
    last = look.chain[-1] if look.chain else message
    if message.state is not State.PUBLISHED or last.step is Step.CANCEL:
        return []
    found = []
    if last.id == message.id and not message.ends_chain:
        found.append(_folded("update", messages_forms.update(message, levels, language), language, mark))
    right = messages_forms.correct(message, last, reaches[Step.CORRECTION], levels, language)
    return [*found, _folded("correct", right, language, mark)]


def course(look: Look, here: Page, now: datetime) -> Component:
    """The text as it stands is in the preview; here is who decided what."""
    language = here.language
    rows = [
        html.Li(
            [
                html.Span(words.near_time(each.at, now), className="message-at"),
                html.B(text(language, f"desk.did.{each.action}")),
                html.Span(messages_words.actor(each.actor, language)),
                html.Span(each.detail, className="note"),
            ]
        )
        for each in look.message.decisions
    ]
    chain = [each for each in look.chain if each.id != look.message.id]
    links = [link(name(each, language), here.at("message", str(each.id)).path()) for each in chain]
    parts: list[Component] = [html.Ul(rows, className="message-decisions")]
    if links:
        parts.append(
            html.Div([html.Span(text(language, "desk.chain"), className="note"), *links], className="message-chain")
        )
    return panel("course", text(language, "desk.decisions"), html.Div(parts))


def unknown(here: Page) -> Component:
    """No message of ours."""
    return sentence(text(here.language, "desk.no_such"))


def _step(act: str, form: Component, language: str) -> Component:
    return html.Div([html.H3(text(language, f"desk.next.{act}")), form], className=f"message-step message-step-{act}")


def _folded(act: str, form: Component, language: str, mark: str) -> Component:
    """Folded until somebody opens it. Under another name it is made anew: fields keep what was typed in otherwise."""
    name_ = f"{act}-{mark}"
    return html.Details(
        [html.Summary(text(language, f"desk.next.{act}")), form], className="panel message-folded", id=name_
    )


def new(form: Component) -> Component:
    """A message that is begun."""
    return html.Section(form, className="panel message-new-form")
