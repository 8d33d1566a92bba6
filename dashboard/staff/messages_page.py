"""The pages of the messages to the public: all of them, and one. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from alerts.public.announced import names
from alerts.public.protocol import Look, Reach
from alerts.public.records import Content, PublicMessage, State, Step
from alerts.public.settings import PublicMessages
from dashboard.i18n import text
from dashboard.public_words import refusal
from dashboard.staff import messages_forms, messages_rows, messages_words, words
from dashboard.staff.addresses import Page
from dashboard.staff.messages_words import Levels
from dashboard.staff.pieces import link, panel, sentence

BY_PERSON = ("approvals", "approved_already", "author")
"""What another person mends: it is said in a sentence of its own."""
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
    acts_, editor_ = map(_drawn_once, ("message-acts", "message-editor"))
    left = [html.Div(id="message-age"), acts_, html.Div(id="message-sent"), editor_, html.Div(id="message-course")]
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
    parts: list[Component] = [_state(look, levels, language, now)]
    if message.is_open:
        parts += [
            _check(look, reaches[message.step], levels, settings, language),
            *_deciding(look, reaches[message.step], language),
        ]
        mark = f"{message.content_mark}-{len(look.chain)}"
        parts.append(_folded("withdraw", messages_forms.withdraw(message, language), language, mark))
    elif look.chain and look.chain[-1].id != message.id:
        last = look.chain[-1]
        later = text(language, "desk.later", name=name(last, language))
        parts.append(link(later, here.at("message", str(last.id)).path(), "message-later"))
    return html.Section(parts, className="panel message-acts")


def _based(content: Content, language: str) -> str:
    """On whose word it goes out. Hazard 0 is what an all-clear says, not what the gauge shows."""
    if content.hazard is None:
        return text(language, "desk.of_people")
    return text(language, "desk.of_gauge" if content.hazard else "desk.of_no_danger", n=content.hazard)


def _state(look: Look, levels: Levels, language: str, now: datetime) -> Component:
    message = look.message
    content = message.content
    lines = [
        words.joined(messages_rows.gravity(message, language), _based(content, language)),
        messages_words.issued(message, levels, now, language),
        messages_words.author(message, language),
    ]
    if message.is_open:
        approved = "、".join(each.actor for each in message.approvals)
        given = text(language, "desk.approvals", given=len(message.approvals), needed=look.needed)
        lines.append(words.joined(given, approved))
    elif message.state is State.PUBLISHED:
        lines += [messages_words.decided(message, language), messages_words.times(message, now, language)]
    head = html.Div(
        [messages_rows.chip(message, language), html.B(messages_words.headline(message, language))],
        className="message-title",
    )
    return html.Div(
        [head, *(html.P(each, className="message-line") for each in lines if each)], className="message-state"
    )


def _missing(look: Look, settings: PublicMessages, language: str) -> str:
    """Who still has to approve."""
    missing = look.needed - len(look.message.approvals)
    if missing <= 0:
        return text(language, "desk.check.enough")
    said = [text(language, "desk.check.missing", n=missing)]
    if names := "、".join(each.actor for each in look.message.approvals):
        said.append(text(language, "desk.check.not_again", names=names))
    if not settings.author_may_approve:
        said.append(text(language, "desk.author_not"))
    return ("" if language == "ja" else " ").join(said)


def _check(look: Look, reach: Reach, levels: Levels, settings: PublicMessages, language: str) -> Component:
    """Who has to approve still, and why it cannot go out yet."""
    against = [each for each in (look.not_approvable, look.not_publishable) if each is not None]
    said = list(dict.fromkeys(refusal(each, language) for each in against if each.name not in BY_PERSON))
    said += messages_words.gone(look.message, levels, language)
    if look.despite:
        said.append(text(language, "desk.check.despite"))
    told = {each.name for each in against}
    if not reach.addresses and "nobody" not in told:
        said.append(text(language, "desk.check.nobody"))
    lines = [html.Li(each) for each in [*said, *standing(look, levels, language, told)]]
    others = [each.id for each in look.drafts if each.id != look.message.id]
    if others:
        lines.append(html.Li(text(language, "desk.check.others", ids=", ".join(map(str, others)))))
    parts = [html.H3(text(language, "desk.check.title")), html.P(_missing(look, settings, language))]
    parts.append(html.Ul(lines) if lines else html.P(text(language, "desk.check.fine"), className="message-line"))
    return html.Div(parts, className="message-check" + (" message-against" if said else ""))


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
    word = "issued" if ends else "issued_unsaid"
    stands = [each for each in levels.of(look.message) if ends or not names(look.message, each)]
    said += [text(language, f"desk.check.{word}", n=each.level, place=levels.place(each, language)) for each in stands]
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


def editor(look: Look, reaches: dict[Step, Reach], levels: Levels, here: Page) -> list[Component]:
    """What can be written: the draft itself, or what follows a published message, the usual first and what goes out at
    once last."""
    message, language = look.message, here.language
    if message.is_open:
        found = {"edit": messages_forms.edit(message, levels, language)}
    elif message.state is State.PUBLISHED:
        found = _after(look, reaches, levels, language)
    else:
        found = {}
    mark = f"{message.content_mark}-{len(look.chain)}"
    return [_folded(act, form, language, mark) for act, form in found.items()]


def _after(look: Look, reaches: dict[Step, Reach], levels: Levels, language: str) -> dict[str, Component]:
    """What may follow a published message: nothing follows what was cancelled."""
    message = look.message
    last = look.chain[-1] if look.chain else message
    found: dict[str, Component] = {}
    if last.step is Step.CANCEL:
        return found
    newest = last.id == message.id
    if newest and not message.ends_chain:
        found["update"] = messages_forms.update(message, levels, language)
        found["all_clear"] = messages_forms.all_clear(look, standing(look, levels, language), language)
    if newest or not last.ends_chain:
        found["correct"] = messages_forms.correct(message, last, reaches[Step.CORRECTION], levels, language)
    found["cancel"] = messages_forms.cancel(message, reaches[Step.CANCEL], language)
    return found


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
    hint = html.Small(text(language, f"desk.hint.{act}"))
    summary = html.Summary([text(language, f"desk.next.{act}"), hint])
    return html.Details([summary, form], className="panel message-folded", id=name_)


def new(form: Component) -> Component:
    """A message that is begun."""
    return html.Section(form, className="panel message-new-form")
