"""What people do with a message: the forms of its page. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from alerts.public.protocol import Look, Reach
from alerts.public.records import PublicMessage, Step
from dashboard.accounts.actor import Role
from dashboard.i18n import text
from dashboard.public_words import reach as reach_line
from dashboard.staff import forms, messages_words
from dashboard.staff import messages_fields as fields
from dashboard.staff.messages_words import Levels
from dashboard.staff.pieces import with_data
from dashboard.views import StationView

ACTS = "/api/v1/public-messages"
DECIDES = Role.APPROVER
REACH = "{reach}"
"""Where the script puts whom it reaches at that moment."""


def new(stations: Sequence[StationView], levels: Levels, language: str) -> Component:
    """The form of a new message."""
    inner = [
        fields.stations(stations, language),
        fields.elsewhere(language),
        fields.gravity(language, 3),
        *fields.texts(None, language),
        fields.issued(None, levels, language),
    ]
    made = forms.form(ACTS, inner, text(language, "desk.act.draft"), done=text(language, "desk.act.done_draft"))
    return with_data(made, goto="yes", preview="first")


def edit(message: PublicMessage, levels: Levels, language: str) -> Component:
    """The form that changes a draft."""
    inner = [
        html.P(text(language, "desk.field.place_fixed"), className="note"),
        fields.gravity(language, message.content.gravity),
        *fields.texts(message, language),
        fields.issued(message, levels, language),
        html.P(text(language, "desk.act.edit_note"), className="note"),
    ]
    path, done = f"{ACTS}/{message.id}", text(language, "desk.act.done_edit")
    seen = {"seen": message.content_mark}
    made = forms.form(path, inner, text(language, "desk.act.edit"), method="PATCH", done=done, keep=True, body=seen)
    return with_data(made, preview=str(message.step), of=str(message.id))


def update(message: PublicMessage, levels: Levels, language: str) -> Component:
    """The form of what follows."""
    inner = [
        html.P(text(language, "desk.act.update_note"), className="note"),
        fields.gravity(language, message.content.gravity),
        *fields.texts(message, language),
        fields.issued(message, levels, language),
    ]
    done, button = text(language, "desk.act.done_draft"), text(language, "desk.act.update")
    made = forms.form(f"{ACTS}/{message.id}/update", inner, button, done=done, keep=True)
    return with_data(made, preview=str(Step.UPDATE), of=str(message.id), goto="yes")


def correct(message: PublicMessage, last: PublicMessage, reach: Reach, levels: Levels, language: str) -> Component:
    """The form of what is right in place of what was wrong. ``last`` is the newest of its chain, which goes with it:
    pressed again after it went out it does nothing."""
    older = text(language, "desk.act.correct_older", step=text(language, f"desk.step.{last.step}"), n=last.id)
    inner = [
        html.P(text(language, "desk.act.correct_note"), className="note"),
        *([] if last.id == message.id else [html.P(older, className="message-late")]),
        fields.reach(reach, Step.CORRECTION, language),
        *fields.why(language),
        fields.gravity(language, min(message.content.gravity, last.content.gravity)),
        *fields.texts(None if message.step is Step.ALL_CLEAR else message, language),
        fields.issued(message, levels, language),
    ]
    confirm = _asked("correct", message, language, reach_line(reach, language))
    path, done = f"{ACTS}/{message.id}/correction", text(language, "desk.act.done_correct")
    made = forms.form(
        path,
        inner,
        text(language, "desk.act.correct"),
        done=done,
        confirm=confirm,
        keep=True,
        body={"last_seen": last.id},
        needs=DECIDES,
    )
    ask = _asked("correct", message, language, REACH)
    return with_data(made, preview=str(Step.CORRECTION), of=str(message.id), goto="yes", ask=ask)


def cancel(message: PublicMessage, reach: Reach, language: str) -> Component:
    """The form that takes everything back."""
    inner = [
        html.P(text(language, "desk.act.cancel_note"), className="note"),
        fields.reach(reach, Step.CANCEL, language),
        *fields.why(language),
    ]
    confirm = _asked("cancel", message, language, reach_line(reach, language))
    path, done = f"{ACTS}/{message.id}/cancellation", text(language, "desk.act.done_cancel")
    made = forms.form(
        path, inner, text(language, "desk.act.cancel"), done=done, confirm=confirm, keep=True, needs=DECIDES
    )
    ask = _asked("cancel", message, language, REACH)
    return with_data(made, preview=str(Step.CANCEL), of=str(message.id), goto="yes", ask=ask)


def all_clear(look: Look, standing: Sequence[str], language: str) -> Component:
    """The form that drafts the end: it says what still stands."""
    inner = [html.P(text(language, "desk.act.clear_note"), className="note"), *map(html.P, standing)]
    done, button = text(language, "desk.act.done_all_clear"), text(language, "desk.act.all_clear")
    made = forms.form(f"{ACTS}/{look.message.id}/all-clear", inner, button, done=done, needs=DECIDES)
    return with_data(made, goto="yes")


def decide(look: Look, act: str, reach: Reach, language: str) -> Component:
    """The form of an approval or of publishing; what was read goes with it."""
    message = look.message
    name = {"approval": "approve", "publication": "publish"}[act]
    inner: list[Component] = []
    if look.despite:
        inner.append(fields.area("despite", text(language, "desk.field.despite"), "", 2, 2000, required=True))
    if act == "publication":
        inner.append(fields.reach(reach, message.step, language))
    return forms.form(
        f"{ACTS}/{message.id}/{act}",
        inner,
        text(language, f"desk.act.{name}"),
        confirm=_asked(name, message, language, reach_line(reach, language)),
        done=text(language, f"desk.act.done_{name}"),
        keep=True,
        body={"seen": message.content_mark},
        needs=DECIDES,
    )


def withdraw(message: PublicMessage, language: str) -> Component:
    """The form that takes a draft back."""
    inner = [fields.area("why", text(language, "desk.field.why"), "", 2, 2000)]
    path, done = f"{ACTS}/{message.id}/withdrawal", text(language, "desk.act.done_withdraw")
    confirm = text(language, "desk.act.ask_withdraw", headline=messages_words.headline(message, language))
    return forms.form(path, inner, text(language, "desk.act.withdraw"), confirm=confirm, done=done)


def _asked(name: str, message: PublicMessage, language: str, reach: str) -> str:
    """The question before an act repeats the place and the text."""
    return text(
        language,
        f"desk.act.ask_{name}",
        place=messages_words.place(message, language),
        step=text(language, f"desk.step.{message.step}"),
        headline=messages_words.headline(message, language),
        body=messages_words.body(message, language),
        reach=reach,
    )
