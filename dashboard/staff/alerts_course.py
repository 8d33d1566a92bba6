"""The course of an incident: its changes, and what people and the house did, the newest first. Pure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from alerts.chronology.words import catalogue, kind_name, text_of
from alerts.incidents.seen import Case
from alerts.pictures.tied import Tied
from alerts.records import Entry, Transition
from alerts.rules.findings import UNTOLD
from dashboard.i18n import known, text
from dashboard.staff import alerts_words, words
from dashboard.staff.addresses import still_path
from dashboard.staff.alerts_words import Scene
from dashboard.staff.pieces import flag, late_image, sentence
from ingest.stations import named
from ingest.store.protocol import Copy


def course(case: Case, scene: Scene) -> Component:
    """The changes and the lines of the chronology as one list."""
    changes = [
        (each.recorded_at, 0, each.id, _change(each, case.pictures.get(each.id), scene)) for each in case.transitions
    ]
    lines = [(each.at, 1, each.seq, _line(each, scene)) for each in case.entries]
    found = sorted((*changes, *lines), key=lambda each: each[:3], reverse=True)
    if not found:
        return sentence(scene.say("alerts_page.no_course"))
    return html.Ol([each[3] for each in found], className="course")


def _change(change: Transition, tied: Tied | None, scene: Scene) -> Component:
    of = change.rule
    levels = [
        alerts_words.level_mark(of, change.from_level, scene, "small"),
        html.Span("▸", className="to"),
        alerts_words.level_mark(of, change.to_level, scene, "small"),
    ]
    # What only waits for its time to pass changes no level.
    marks = levels if change.cause not in UNTOLD or change.from_level != change.to_level else levels[:1]
    said = words.joined(
        alerts_words.subject(change, scene),
        str(catalogue(scene.language)["causes"].get(change.cause, change.cause)),
        f"{words.stage(change.stage_m)} m" if change.stage_m is not None else "",
        _observed(change, scene),
    )
    parts: list[str | Component] = [html.Span(marks, className="alert-levels"), html.Span(said)]
    doubts = [("unconfirmed", change.unconfirmed), ("silent", change.unverified)]
    parts += [flag(scene.language, name) for name, is_so in doubts if is_so]
    if change.muted:
        parts.append(html.Span(alerts_words.muted(change.muted, scene), className="quiet"))
    body = [html.Div(parts, className="course-what")] + ([_picture(tied, scene)] if tied else [])
    quiet = "course-item is-quiet" if change.cause in UNTOLD else "course-item"
    return html.Li([html.Time(scene.time(change.recorded_at)), html.Div(body)], className=quiet)


def _observed(change: Transition, scene: Scene) -> str:
    """When it was observed, where that is another minute than when it was recorded."""
    observed = scene.time(change.observed_at)
    return "" if observed == scene.time(change.recorded_at) else scene.say("alerts_page.observed", at=observed)


def _picture(tied: Tied, scene: Scene) -> Component:
    """The still that is tied to a change; one that cannot be trusted says so across it."""
    camera = scene.registry.cameras.get(tied.camera_id)
    name = named(camera.name, scene.language) if camera and camera.name else text(scene.language, "camera.name")
    said = words.joined(name, scene.say("alerts_page.taken_at", at=scene.time(tied.taken_at)))
    shown: list[Component] = [late_image(still_path(tied.file, Copy.THUMB), said), html.Span(said)]
    if tied.faults:
        why = scene.say("alerts_page.and").join(known(scene.language, "camera_reason", each) for each in tied.faults)
        shown.append(html.B(scene.say("alerts_page.do_not_trust", why=why), className="not-trusted"))
    return html.A(shown, href=still_path(tied.file), target="_blank", className="tied")


def _line(entry: Entry, scene: Scene) -> Component:
    kind = kind_name(entry.kind, scene.language)
    parts: list[str | Component] = [html.Span(kind, className="course-kind")]
    if entry.actor:
        parts.append(html.B(entry.actor))
    parts.append(html.Span(text_of(entry, scene.language), className="course-words"))
    name = "course-item is-quiet" if entry.kind == "evidence" else f"course-item is-{entry.kind}"
    return html.Li([html.Time(scene.time(entry.at)), html.Div(parts, className="course-what")], className=name)
