"""The page of the audit log. Its lines are fetched by ``assets/audit.js`` from the API, which asks who may read them.
Pure."""

from __future__ import annotations

import json

from dash import html
from dash.development.base_component import Component

from dashboard.accounts.audit_reading import ACTS
from dashboard.i18n import known, text
from dashboard.staff import forms
from dashboard.staff.addresses import Page
from dashboard.staff.pieces import link, with_data

SOURCE = "/api/v1/audit"
COLUMNS = ("at", "actor", "act_name", "object", "detail", "address")
WORDS = ("none", "older", "lost", "export")


def skeleton(page: Page) -> Component:
    """The page with its form; the lines come afterwards."""
    language = page.language
    words = {name: text(language, f"audit.{name}") for name in WORDS}
    acts = {act: known(language, "audit.act", act) for act in ACTS}
    head = html.Thead(html.Tr([html.Th(text(language, f"audit.{name}"), scope="col") for name in COLUMNS]))
    table = html.Table([head, html.Tbody(id="audit-lines")], className="audit-table", id="audit-table")
    filled = with_data(
        html.Div([table], id="audit", className="audit-list"),
        source=SOURCE, language=language, words=json.dumps({**words, "acts": acts}, ensure_ascii=False),
    )  # fmt: skip
    back = link(text(language, "chronology.title"), page.at("chronology").path(), "kind-link")
    top = [
        html.H1(text(language, "audit.title")),
        html.Span(text(language, "audit.why"), className="note"),
        html.Div(back, className="ways-back"),
    ]
    panel = html.Section([html.Div(top, className="chronicle-top"), _form(page), filled], className="panel panel-audit")
    return html.Div(panel, className="audit")


def _form(page: Page) -> Component:
    language = page.language
    options = [html.Option(text(language, "audit.every_act"), value="")]
    options += [html.Option(known(language, "audit.act", act), value=act) for act in ACTS]
    choice = html.Label(
        [html.Span(text(language, "audit.act_name"), className="act-label"), html.Select(options, name="act")],
        className="act-field",
    )
    fields = [
        choice,
        forms.field(text(language, "audit.actor"), "actor", maxlength=200),
        forms.field(text(language, "audit.address"), "address", maxlength=200),
        forms.field(text(language, "chronology.since"), "from", "datetime-local"),
        forms.field(text(language, "chronology.until"), "to", "datetime-local"),
        forms.field(text(language, "chronology.words"), "q", "search", maxlength=200),
        html.Button(text(language, "chronology.show"), type="submit", className="act-button"),
        html.A(
            text(language, "audit.export"),
            href=f"{SOURCE}/export?lang={language}",
            className="export-link",
            id="audit-export",
        ),
    ]
    return with_data(html.Form(fields, action=page.path(), method="get", className="act-form audit-form"), asks="yes")
