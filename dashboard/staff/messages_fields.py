"""The fields of the forms of a message to the public. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from alerts.issued import IssuedLevel
from alerts.public.protocol import Reach
from alerts.public.records import PublicMessage, Step
from dashboard.i18n import text
from dashboard.public_words import reach_whole
from dashboard.staff import forms, words
from dashboard.staff.messages_words import PARTS, Levels
from dashboard.staff.pieces import with_data
from dashboard.views import StationView
from ingest.stations import named

LANGUAGES = ("ja", "en")
ROWS = {"headline": 2, "description": 5, "instruction": 3}
MOST = {"headline": 160, "description": 2000, "instruction": 2000}
Fields = list[Component]


def reach(reach: Reach, step: Step, language: str) -> Component:
    """Whom it reaches; the script asks anew while the form is open, for deliveries go on meanwhile."""
    said = html.P(reach_whole(reach, step, language), className="reach")
    return with_data(said, reach="said")


def why(language: str) -> Fields:
    return [
        area("why_ja", text(language, "desk.field.why_ja"), "", 2, 2000, required=True),
        area("why_en", text(language, "desk.field.why_en"), "", 2, 2000),
    ]


def stations(stations: Sequence[StationView], language: str) -> Component:
    options = [html.Option(_station(each, language), value=each.station.id) for each in stations]
    made = html.Select(options, name="stations", multiple=True, size="6")
    hint = html.Small(text(language, "desk.field.place_hint"))
    return html.Label(
        [html.Span(text(language, "desk.field.place"), className="act-label"), hint, made], className="act-field"
    )


def _station(view: StationView, language: str) -> str:
    hazard = "" if not view.hazard else text(language, "hazard.word", n=view.hazard)
    return words.joined(named(view.station.name, language), text(language, f"kind.{view.station.kind}"), hazard)


def elsewhere(language: str) -> Component:
    fields = [
        forms.field(text(language, "desk.field.place_ja"), "place_ja", maxlength=100),
        forms.field(text(language, "desk.field.place_en"), "place_en", maxlength=100),
        forms.field(text(language, "desk.field.lat"), "lat", "number", step="any"),
        forms.field(text(language, "desk.field.lon"), "lon", "number", step="any"),
        forms.field(text(language, "desk.field.radius_km"), "radius_km", "number", step="any", value="0.5"),
    ]
    return html.Details(
        [html.Summary(text(language, "desk.field.elsewhere")), html.Div(fields, className="message-elsewhere")]
    )


def gravity(language: str, chosen: int) -> Component:
    options = [
        html.Option(text(language, f"desk.gravity.{each}"), value=str(each), selected=each == chosen)
        for each in range(1, 6)
    ]
    made = with_data(html.Select(options, name="gravity"), number="yes")
    return html.Label(
        [html.Span(text(language, "desk.field.gravity"), className="act-label"), made], className="act-field"
    )


def texts(message: PublicMessage | None, language: str) -> Fields:
    found: Fields = [] if message else [html.P(text(language, "desk.field.empty_hint"), className="note")]
    for each in LANGUAGES:
        group: Fields = []
        for part in PARTS:
            said = getattr(message.content.texts[each], part) if message else ""
            label = text(language, f"desk.field.{part}_{each}")
            group.append(area(f"{part}_{each}", label, said, ROWS[part], MOST[part], lang=each))
        found.append(html.Div(group, className="message-texts"))
    return found


def area(
    name: str, label: str, said: str, rows: int, most: int, *, required: bool = False, lang: str = ""
) -> Component:
    made = html.Textarea(said, name=name, rows=rows, maxLength=most, required=required, lang=lang or None)
    return html.Label([html.Span(label, className="act-label"), made], className="act-field")


def issued(message: PublicMessage | None, levels: Levels, language: str) -> Component:
    """Only what stands can be chosen, and only what a person entered stands."""
    present = message.content.issued if message else None
    options = [] if present is None else [("", text(language, "desk.field.issued_keep", n=present.level))]
    none = (
        ("0", text(language, "desk.field.issued_drop")) if present else ("", text(language, "desk.field.issued_none"))
    )
    of_it = levels.of(message) if message else levels.in_force
    options += [none, *((str(each.id), _one(each, levels, language)) for each in of_it)]
    made = with_data(
        html.Select([html.Option(said, value=value) for value, said in options], name="issued_id"), number="yes"
    )
    return html.Label(
        [
            html.Span(text(language, "desk.field.issued"), className="act-label"),
            html.Small(text(language, "desk.field.issued_hint")),
            made,
        ],
        className="act-field message-issued",
    )


def _one(entry: IssuedLevel, levels: Levels, language: str) -> str:
    return text(
        language,
        "desk.field.issued_one",
        place=levels.place(entry, language),
        n=entry.level,
        by=entry.announced.issued_by,
        at=words.day_time(entry.announced.issued_at),
    )
