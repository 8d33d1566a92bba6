"""What people do with a message: the forms of its page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from alerts.issued import IssuedLevel
from alerts.public.protocol import Look, Reach
from alerts.public.records import PublicMessage, Step
from dashboard.accounts.actor import Role
from dashboard.i18n import text
from dashboard.public_words import reach as reach_line
from dashboard.public_words import reach_whole
from dashboard.staff import forms, messages_words, words
from dashboard.staff.addresses import Page
from dashboard.staff.messages_words import PARTS, Levels
from dashboard.staff.pieces import with_data
from dashboard.views import StationView
from ingest.clock import JST
from ingest.stations import named

ACTS = "/api/v1/public-messages"
LANGUAGES = ("ja", "en")
ROWS = {"headline": 2, "description": 5, "instruction": 3}
MOST = {"headline": 160, "description": 2000, "instruction": 2000}
Fields = list[Component]
DECIDES = Role.APPROVER
REACH = "{reach}"
"""Where the script puts whom it reaches at that moment."""


def new(stations: Sequence[StationView], levels: Levels, language: str) -> Component:
    """The form of a new message."""
    fields = [
        _stations(stations, language),
        _elsewhere(language),
        _gravity(language, 3),
        *_texts(None, language),
        _issued(None, levels, language),
    ]
    made = forms.form(ACTS, fields, text(language, "desk.act.draft"), done=text(language, "desk.act.done_draft"))
    return with_data(made, goto="yes", preview="first")


def edit(message: PublicMessage, levels: Levels, language: str) -> Component:
    """The form that changes a draft."""
    fields = [
        html.P(text(language, "desk.field.place_fixed"), className="note"),
        _gravity(language, message.content.gravity),
        *_texts(message, language),
        _issued(message, levels, language),
        html.P(text(language, "desk.act.edit_note"), className="note"),
    ]
    path, done = f"{ACTS}/{message.id}", text(language, "desk.act.done_edit")
    made = forms.form(path, fields, text(language, "desk.act.edit"), method="PATCH", done=done, keep=True)
    return with_data(made, preview=str(message.step), of=str(message.id))


def update(message: PublicMessage, levels: Levels, language: str) -> Component:
    """The form of what follows."""
    fields = [
        html.P(text(language, "desk.act.update_note"), className="note"),
        _gravity(language, message.content.gravity),
        *_texts(message, language),
        _issued(message, levels, language),
    ]
    done, button = text(language, "desk.act.done_draft"), text(language, "desk.act.update")
    made = forms.form(f"{ACTS}/{message.id}/update", fields, button, done=done, keep=True)
    return with_data(made, preview=str(Step.UPDATE), of=str(message.id), goto="yes")


def correct(message: PublicMessage, reach: Reach, levels: Levels, here: Page) -> Component:
    """The form of what is right in place of what was wrong."""
    language = here.language
    fields = [
        html.P(text(language, "desk.act.correct_note"), className="note"),
        _reach(reach, Step.CORRECTION, language),
        *_why(language),
        _gravity(language, message.content.gravity),
        *_texts(message, language),
        _issued(message, levels, language),
    ]
    confirm = _asked("correct", message, language, reach_line(reach, language))
    path, done = f"{ACTS}/{message.id}/correction", text(language, "desk.act.done_correct")
    made = forms.form(
        path, fields, text(language, "desk.act.correct"), done=done, confirm=confirm, keep=True, needs=DECIDES
    )
    ask = _asked("correct", message, language, REACH)
    return with_data(made, preview=str(Step.CORRECTION), of=str(message.id), goto="yes", ask=ask)


def cancel(message: PublicMessage, reach: Reach, language: str) -> Component:
    """The form that takes everything back."""
    fields = [
        html.P(text(language, "desk.act.cancel_note"), className="note"),
        _reach(reach, Step.CANCEL, language),
        *_why(language),
    ]
    confirm = _asked("cancel", message, language, reach_line(reach, language))
    path, done = f"{ACTS}/{message.id}/cancellation", text(language, "desk.act.done_cancel")
    made = forms.form(
        path, fields, text(language, "desk.act.cancel"), done=done, confirm=confirm, keep=True, needs=DECIDES
    )
    ask = _asked("cancel", message, language, REACH)
    return with_data(made, preview=str(Step.CANCEL), of=str(message.id), goto="yes", ask=ask)


def all_clear(look: Look, standing: Sequence[str], language: str) -> Component:
    """The form that drafts the end: it says what still stands."""
    fields = [html.P(text(language, "desk.act.clear_note"), className="note"), *map(html.P, standing)]
    done, button = text(language, "desk.act.done_all_clear"), text(language, "desk.act.all_clear")
    made = forms.form(f"{ACTS}/{look.message.id}/all-clear", fields, button, done=done, needs=DECIDES)
    return with_data(made, goto="yes")


def decide(look: Look, act: str, reach: Reach, language: str) -> Component:
    """The form of an approval or of publishing; what was read goes with it."""
    message = look.message
    name = {"approval": "approve", "publication": "publish"}[act]
    fields: Fields = []
    if look.despite:
        fields.append(_area("despite", text(language, "desk.field.despite"), "", 2, 2000, required=True))
    if act == "publication":
        fields.append(_reach(reach, message.step, language))
    return forms.form(
        f"{ACTS}/{message.id}/{act}",
        fields,
        text(language, f"desk.act.{name}"),
        confirm=_asked(name, message, language, reach_line(reach, language)),
        done=text(language, f"desk.act.done_{name}"),
        keep=True,
        body={"seen": message.content_mark},
        needs=DECIDES,
    )


def withdraw(message: PublicMessage, language: str) -> Component:
    """The form that takes a draft back."""
    fields = [_area("why", text(language, "desk.field.why"), "", 2, 2000)]
    path, done = f"{ACTS}/{message.id}/withdrawal", text(language, "desk.act.done_withdraw")
    confirm = text(language, "desk.act.ask_withdraw", headline=messages_words.headline(message, language))
    return forms.form(path, fields, text(language, "desk.act.withdraw"), confirm=confirm, done=done)


def enter_issued(levels: Levels, now: datetime, language: str) -> Component:
    """The form of an issued alert level: what was announced, by whom and when."""
    registry = levels.registry
    areas = [(area, named(names, language)) for area, names in sorted(messages_words.areas(registry).items())]
    where = [("", text(language, "desk.issued.city")), *areas]
    which = [(str(each), text(language, f"desk.issued.{each}")) for each in (3, 4, 5, 2, 1, 0)]
    at = now.astimezone(JST).strftime("%Y-%m-%dT%H:%M")
    fields = [
        forms.choice(text(language, "desk.issued.place"), "area", where),
        forms.choice(text(language, "desk.issued.which"), "level", which, number=True),
        forms.field(
            text(language, "desk.issued.by"),
            "issued_by",
            hint=text(language, "desk.issued.by_hint"),
            required=True,
            maxlength=200,
        ),
        forms.field(text(language, "desk.issued.at"), "issued_at", "datetime-local", required=True, value=at),
    ]
    done, ask = text(language, "desk.issued.done"), text(language, "desk.issued.ask")
    return forms.form("/api/v1/issued-levels", fields, text(language, "desk.issued.save"), done=done, confirm=ask)


def _asked(name: str, message: PublicMessage, language: str, reach: str) -> str:
    """The question before an act repeats the place and the text."""
    return text(
        language,
        f"desk.act.ask_{name}",
        place=messages_words.place(message, language),
        step=text(language, f"desk.step.{message.step}"),
        headline=messages_words.headline(message, language),
        reach=reach,
    )


def _reach(reach: Reach, step: Step, language: str) -> Component:
    """Whom it reaches; the script asks anew while the form is open, for deliveries go on meanwhile."""
    said = html.P(reach_whole(reach, step, language), className="reach")
    return with_data(said, reach="said")


def _why(language: str) -> Fields:
    return [
        _area("why_ja", text(language, "desk.field.why_ja"), "", 2, 2000, required=True),
        _area("why_en", text(language, "desk.field.why_en"), "", 2, 2000),
    ]


def _stations(stations: Sequence[StationView], language: str) -> Component:
    options = [html.Option(_station(each, language), value=each.station.id) for each in stations]
    made = html.Select(options, name="stations", multiple=True, size="6")
    hint = html.Small(text(language, "desk.field.place_hint"))
    return html.Label(
        [html.Span(text(language, "desk.field.place"), className="act-label"), hint, made], className="act-field"
    )


def _station(view: StationView, language: str) -> str:
    hazard = "" if not view.hazard else text(language, "hazard.word", n=view.hazard)
    return words.joined(named(view.station.name, language), text(language, f"kind.{view.station.kind}"), hazard)


def _elsewhere(language: str) -> Component:
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


def _gravity(language: str, chosen: int) -> Component:
    options = [
        html.Option(text(language, f"desk.gravity.{each}"), value=str(each), selected=each == chosen)
        for each in range(1, 6)
    ]
    made = with_data(html.Select(options, name="gravity"), number="yes")
    return html.Label(
        [html.Span(text(language, "desk.field.gravity"), className="act-label"), made], className="act-field"
    )


def _texts(message: PublicMessage | None, language: str) -> Fields:
    found: Fields = [] if message else [html.P(text(language, "desk.field.empty_hint"), className="note")]
    for each in LANGUAGES:
        group: Fields = []
        for part in PARTS:
            said = getattr(message.content.texts[each], part) if message else ""
            label = text(language, f"desk.field.{part}_{each}")
            group.append(_area(f"{part}_{each}", label, said, ROWS[part], MOST[part], lang=each))
        found.append(html.Div(group, className="message-texts"))
    return found


def _area(
    name: str, label: str, said: str, rows: int, most: int, *, required: bool = False, lang: str = ""
) -> Component:
    made = html.Textarea(said, name=name, rows=rows, maxLength=most, required=required, lang=lang or None)
    return html.Label([html.Span(label, className="act-label"), made], className="act-field")


def _issued(message: PublicMessage | None, levels: Levels, language: str) -> Component:
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
