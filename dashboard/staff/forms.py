"""Forms that ``assets/acts.js`` sends to the API. Pure.

A form stands in a section that is drawn once a visit, and not with every news: what somebody types must not be lost.
Where it has to be drawn anew all the same, ``assets/kept.js`` gives back what was typed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.accounts.actor import Role
from dashboard.i18n import LANGUAGES, text
from dashboard.staff.pieces import with_data

SAID = (
    *("done", "refused", "lost", "moved", "yes", "no", "needs_operator", "needs_approver", "needs_administrator"),
    *("signed_out", "sign_in", "another", "given_back", "given_back_changed", "throw_away"),
)
TAP_ROWS = 3
"""Lines of a field for more than a word."""


def said_words() -> str:
    """The words that the script says by itself, by language, for the frame of the pages."""
    return json.dumps({language: {key: text(language, f"acts.{key}") for key in SAID} for language in LANGUAGES})


def form(
    act: str,
    children: Sequence[Component],
    button: str,
    *,
    done: str = "",
    method: str = "POST",
    confirm: str = "",
    keep: bool = False,
    body: Mapping[str, object] | None = None,
    needs: Role = Role.OPERATOR,
    class_name: str = "",
) -> Component:
    """A form that does ``act`` (a path of the API) when its ``button`` is pressed.

    ``done`` is said when it is done. ``confirm`` is asked before. ``keep`` leaves the fields as they are. ``body`` goes
    with the fields. Whoever has less than the role that it ``needs`` finds it dead, with the reason beside it.
    """
    data = {"act": act, "method": method, "done": done, "needs": str(needs)}
    data |= {"confirm": confirm} if confirm else {}
    data |= {"keep": "yes"} if keep else {}
    data |= {"body": json.dumps(body, ensure_ascii=False)} if body else {}
    said = with_data(html.Span(className="act-said", role="status"), said="")
    row = html.Div([html.Button(button, type="submit", className="act-button"), said], className="act-buttons")
    kept = with_data(html.Div(className="act-kept", role="status"), kept="")
    return with_data(html.Form([kept, *children, row], className=f"act-form {class_name}".strip()), **data)


def field(label: str, name: str, kind: str = "text", *, hint: str = "", **more: str | bool | int) -> Component:
    """A labelled field of any type of HTML: ``datetime-local`` is read as time in Japan, ``number`` as a number.

    ``more`` are attributes of the input (``required=True``, ``value``, ``min``; ``_`` stands for ``-``, so that
    ``data_empty=True`` sends an empty text rather than leaving it out).
    """
    given: dict[str, str | bool | int] = {"type": kind, "name": name}
    given |= {key.replace("_", "-"): value for key, value in more.items()}
    place = with_data(html.Span(className="act-input"), field=json.dumps(given, ensure_ascii=False))
    return _labelled(label, place, hint, "act-tick" if kind in ("checkbox", "radio") else "")


def hidden(name: str, value: str, **more: str | bool | int) -> Component:
    """A value that goes with the form; ``data_list=True`` makes it an item of a list."""
    given: dict[str, str | bool | int] = {"type": "hidden", "name": name, "value": value}
    given |= {key.replace("_", "-"): value for key, value in more.items()}
    return with_data(html.Span(className="act-hidden", hidden=True), field=json.dumps(given, ensure_ascii=False))


def long_field(label: str, name: str, *, required: bool = True, rows: int = TAP_ROWS, hint: str = "") -> Component:
    """A labelled field for sentences."""
    made = html.Textarea(name=name, rows=rows, maxLength=2000, required=required)
    return _labelled(label, made, hint)


def choice(
    label: str,
    name: str,
    options: Sequence[tuple[str, str]],
    *,
    number: bool = False,
    as_list: bool = False,
    unchosen: str = "",
) -> Component:
    """A labelled choice among ``(value, words)``, the first of them chosen; ``number`` sends the value as a number,
    ``as_list`` as a list of it, which is empty for an empty value. With ``unchosen``, the words that ask for a choice,
    nothing is chosen before somebody chooses, and nothing is sent."""
    asked = [html.Option(unchosen, value="")] if unchosen else []
    given = [html.Option(said, value=value) for value, said in options]
    made = html.Select([*asked, *given], name=name, required=bool(unchosen))
    data = {key: "yes" for key, is_so in (("number", number), ("list", as_list)) if is_so}
    return _labelled(label, with_data(made, **data))


def _labelled(label: str, inner: Component, hint: str = "", class_name: str = "") -> Component:
    said = [html.Span(label, className="act-label")] + ([html.Small(hint)] if hint else [])
    parts = [inner, *said] if class_name else [*said, inner]
    return html.Label(parts, className=f"act-field {class_name}".strip())
