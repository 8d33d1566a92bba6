"""The page of the handover: from when to when, what the next watch must know, and the line that it was handed over.
Pure; printed it fits on sheets of A4."""

from __future__ import annotations

from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.chronology_query import local
from dashboard.handover import Handover, Span
from dashboard.i18n import text
from dashboard.staff import forms, words
from dashboard.staff.addresses import Page
from dashboard.staff.chronology_rows import Where
from dashboard.staff.handover_parts import broken, happened, mutes, public, standing, waiting
from dashboard.staff.pieces import link, panel, with_data
from ingest.stations import named

HAND_OVER = "/api/v1/handovers"


def skeleton(page: Page) -> Component:
    """The empty page with a place for every section."""
    language = page.language
    top = [html.H1(text(language, "handover.title")), html.Div(id="handover-span", className="handover-span")]
    write = panel("write", text(language, "handover.write"), html.Div(id="handover-write", className="folded-body"))
    return html.Div(
        [
            html.Section(top, className="panel handover-top"),
            html.Div(id="handover-sheet", className="handover-sheet"),
            html.Div(write, className="handover-write"),
        ],
        className="handover",
    )


def span_form(span: Span, page: Page) -> list[Component]:
    """The form that asks for another span, and the button that prints."""
    language = page.language
    fields = [
        forms.field(text(language, "handover.since"), "from", "datetime-local", value=local(span.since)),
        forms.field(text(language, "handover.until"), "to", "datetime-local", value=local(span.until)),
        html.Button(text(language, "handover.show"), type="submit", className="act-button quiet"),
    ]
    made = html.Form(fields, action=page.path(), method="get", className="act-form span-form", key=repr(span))
    prints = html.Button(text(language, "handover.print"), type="button", className="act-button quiet")
    usual = link(text(language, "handover.usual"), page.path(), "kind-link")
    back = link(text(language, "handover.to_chronology"), page.at("chronology").path(), "kind-link")
    return [with_data(made, asks="yes"), usual, with_data(prints, prints="yes"), back]


def sheet(told: Handover, where: Where, drill: bool) -> list[Component]:
    """The summary, to read and to print."""
    return [
        _head(told.span, where, drill),
        _numbers(told, where),
        standing(told, where),
        waiting(told, where),
        mutes(told, where),
        broken(told, where),
        public(told, where),
        happened(told, where),
        html.Div([html.Div(where.say(f"handover.{name}")) for name in ("from_whom", "to_whom")], className="sign-here"),
    ]


def _head(span: Span, where: Where, drill: bool) -> Component:
    city = named(where.registry.city.name, where.page.language) if where.registry else ""
    said = where.say("handover.span", since=full(span.since), until=full(span.until))
    past = where.say("handover.as_of", at=full(span.past)) if span.past else ""
    parts = [
        html.P(where.say("app.drill"), className="sheet-drill") if drill else None,
        html.H2(where.say("handover.of_city", city=city), className="print-only"),
        html.P([html.B(past), html.Span(where.say("handover.as_of_why"))], className="sheet-past") if past else None,
        html.P(
            [
                html.B(said),
                html.Span(where.say("handover.made_later" if span.past else "handover.made", at=full(span.now))),
            ],
            className="sheet-span",
        ),
    ]
    return html.Div([each for each in parts if each is not None], className="sheet-head")


def _numbers(told: Handover, where: Where) -> Component:
    counts = told.counts
    found = {
        "standing": len(told.standing),
        "unverified": counts["unverified"],
        "waiting": counts["waiting"],
        "mutes": len(told.silences) + len(told.maintenance),
        "devices": told.broken.count if told.broken else None,
        "public": len(told.published),
    }
    cells = [_number(name, count, where) for name, count in found.items()]
    return html.Ul(cells, className="sheet-numbers")


def _number(name: str, count: int | None, where: Where) -> Component:
    shown = "–" if count is None else str(count)
    parts = [html.B(shown), html.Span(where.say(f"handover.n_{name}"))]
    return html.Li(parts, className="" if count else "zero")


def write_form(span: Span, page: Page) -> Component:
    """The form that writes into the chronology that the watch was handed over."""
    language = page.language
    now = [html.P(text(language, "handover.counts_now"), className="fold-note")] if span.past else []
    return forms.form(
        HAND_OVER,
        [
            *now,
            forms.field(text(language, "handover.to"), "to", required=True, maxlength=100, autocomplete="off"),
            forms.long_field(text(language, "handover.remarks"), "remarks", required=False),
            forms.hidden("since", span.since.isoformat()),
        ],
        text(language, "handover.hand_over"),
        done=text(language, "handover.handed_over"),
    )


def full(at: datetime) -> str:
    """A time with its date, in Japan."""
    return words.full_time(at)
