"""A message as residents get it: by language and form, as it stands or while it is written. Pure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from alerts.public.protocol import Form, Preview
from alerts.public.records import State
from dashboard.i18n import text
from dashboard.public_words import fault
from dashboard.staff.pieces import with_data

LANGUAGES = ("ja", "en")
EMPTY = Form("", "", "", "")


def preview(seen: Preview | None, language: str, *, live: bool = False) -> Component:
    """Every form of a message. ``assets/messages.js`` fills the places while somebody writes (``live``); else it is
    what went out, or never did."""
    faults = [fault(each, language) for each in seen.faults] if seen else []
    said = text(language, "desk.preview.waiting") if seen is None else ""
    out = seen is not None and seen.message.state is State.PUBLISHED
    title = "title" if live else "title_out" if out else "title_never"
    head: list[Component] = [html.H2(text(language, f"desk.preview.{title}"))]
    if live:
        head.append(html.Span(text(language, "desk.preview.live"), className="note"))
    drawn = html.Section(
        [
            html.Div(head, className="panel-head"),
            _faults(faults, language),
            with_data(html.P(said, className="preview-said"), slot="said"),
            html.Div([_language(seen, each, language) for each in LANGUAGES], className="preview-languages"),
            html.P(text(language, "desk.preview.page"), className="note preview-page"),
            _machine(seen, language),
        ],
        className="panel preview" + ("" if seen else " preview-empty"),
        id="preview",
    )
    length = text(language, "desk.preview.length", units="{units}", parts="{parts}")
    return with_data(drawn, length=length)


def _faults(faults: list[str], language: str) -> Component:
    title = html.B(text(language, "desk.preview.faults"))
    said = with_data(html.Span("\n".join(faults), className="preview-fault"), slot="faults")
    return html.Div([title, said], className="preview-faults" + ("" if faults else " preview-none"), role="status")


def _language(seen: Preview | None, of: str, language: str) -> Component:
    form = seen.forms[of] if seen else EMPTY
    return html.Div(
        [
            html.H3(text(language, f"desk.preview.{of}")),
            _text(text(language, "desk.preview.long"), form.long, f"{of}.long", of, subject=form.subject),
            _text(text(language, "desk.preview.short"), form.short, f"{of}.short", of, length=_length(form, language)),
        ],
        className="preview-language",
    )


def _length(form: Form, language: str) -> str:
    return text(language, "desk.preview.length", units=form.sms_units, parts=form.sms_parts)


def _text(title: str, said: str, slot: str, of: str, *, subject: str = "", length: str = "") -> Component:
    head: list[Component] = [html.Span(title, className="preview-kind")]
    if slot.endswith(".short"):
        head.append(with_data(html.Span(length, className="preview-length"), slot=f"{of}.length"))
    parts: list[Component] = [html.Div(head, className="preview-form-head")]
    if slot.endswith(".long"):
        parts.append(with_data(html.B(subject, className="preview-subject", lang=of), slot=f"{of}.subject"))
    parts.append(with_data(html.P(said, className="preview-text", lang=of), slot=slot))
    return html.Div(parts, className="preview-form")


def _machine(seen: Preview | None, language: str) -> Component:
    atom = "\n".join(seen.forms[each].atom for each in LANGUAGES) if seen else ""
    return html.Details(
        [
            html.Summary(text(language, "desk.preview.machine")),
            html.H3(text(language, "desk.preview.cap")),
            with_data(html.Pre(seen.cap if seen else "", className="preview-xml", tabIndex=0), slot="cap"),
            html.H3(text(language, "desk.preview.atom")),
            with_data(html.Pre(atom, className="preview-xml", tabIndex=0), slot="atom"),
        ],
        className="preview-machine",
    )
