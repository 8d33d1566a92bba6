"""What the system stands on, and what it refused: disks, databases, clocks, refused messages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from dashboard.disk_outlook import Course
from dashboard.i18n import known, text
from dashboard.staff import health_words, system_words, words
from dashboard.staff.pieces import link, panel, sentence
from dashboard.staff.system_rows import Around, Content, said, table
from dashboard.system_views import DiskView, HostView, SystemView
from ingest.readings import DeadLetter
from ingest.store.protocol import LetterReason

OLD_DAYS = 90
"""A disk that lasts longer than this needs no number of days."""


def storage(view: SystemView, around: Around) -> list[Component]:
    """Disks with how long they last, databases, and the stills beside their limit."""
    shown: list[Component] = [_wrong(each, len(view.hosts) > 1, around) for each in view.hosts if each.findings]
    shown += [_disk(each, around) for each in view.disks]
    lines = [
        _line(around.say("database", name=around.say(f"database_{name}")), system_words.size(size))
        for name, size in (view.databases or {}).items()
    ]
    if view.stills_most_bytes is not None:
        lines.append(_line(around.say("stills"), _stills(view, around)))
    return [*shown, html.Dl(lines)]


def _wrong(view: HostView, several: bool, around: Around) -> Component:
    name: Content = [html.B(view.host)] if several else []
    return html.Div([*name, html.Div(said(view.findings, "", around), className="disk-wrong")], className="disk")


def _disk(view: DiskView, around: Around) -> Component:
    disk = view.disk
    pct = f"{100 * disk.free_bytes / (disk.size_bytes or 1):.0f}"
    free = around.say(
        "disk_free", free=system_words.size(disk.free_bytes), pct=pct, size=system_words.size(disk.size_bytes)
    )
    uses = health_words.listed([around.say(f"use_{each}") for each in disk.uses], around.page.language)
    parts: Content = [
        html.B(uses, title=around.say("disk_of", host=view.host, folder=disk.folder)),
        html.Span(free),
        html.Small(_lasts(view, around), className="evidence"),
    ]
    if view.findings:
        parts.insert(0, html.Div(said(view.findings, "", around), className="disk-wrong"))
    return html.Div(parts, className="disk")


def _lasts(view: DiskView, around: Around) -> str:
    ahead = view.outlook
    if ahead.course is Course.FALLS and ahead.days is not None and ahead.days < OLD_DAYS:
        return around.say("disk_falls", n=max(1, round(ahead.days)))
    return around.say(f"disk_{Course.STEADY if ahead.course is Course.FALLS else ahead.course}")


def _stills(view: SystemView, around: Around) -> str:
    if view.stills_bytes is None or view.stills_most_bytes is None:
        return around.say("stills_uncounted")
    bytes_, most = system_words.size(view.stills_bytes), system_words.size(view.stills_most_bytes)
    return around.say("stills_of", bytes=bytes_, most=most)


def clock(view: SystemView, around: Around) -> Component:
    """Whether a time service keeps our clocks, how the devices' clocks stand beside them, and what runs.

    Where the kernel knows of no time service, nothing is known to be wrong: one may keep the clock without telling the
    kernel. A clock that is off is a finding, from the devices' clocks.
    """
    kept = {True: "clock_is_kept", False: "clock_unkept", None: "clock_unsaid"}
    hosts = view.clock_kept or {}
    lines = [
        _line(words.joined(around.say("clock_kept"), host if len(hosts) > 1 else ""), around.say(kept[hosts[host]]))
        for host in sorted(hosts)
    ]
    lines.append(_line(around.say("clock_lead"), _lead(view, around)))
    versions = {each.pulse.version for part in view.parts for each in part.processes if each.lives}
    lines.append(_line(around.say("version"), ", ".join(sorted(versions)) or "–"))
    return html.Dl(lines)


def _lead(view: SystemView, around: Around) -> str:
    lead_s = view.clock_lead_s
    if lead_s is None:
        return around.say("clock_lead_few")
    span = health_words.span(abs(lead_s), around.page.language)
    return around.say("clock_ahead" if lead_s > 0 else "clock_behind", span=span)


def _line(name: str, value: str) -> Component:
    return html.Div([html.Dt(name), html.Dd(value)])


LETTER_COLUMNS = ("reason", "day", "before", "newest", "example")


def letters(view: SystemView, around: Around) -> Component:
    """The refused messages by reason; each reason leads to the newest of them."""
    if not view.letters:
        return sentence(text(around.page.language, "health.no_letters"))
    return table(LETTER_COLUMNS, [(None, _reason(each, around)) for each in view.letters], around)


def _reason(each: LetterReason, around: Around) -> dict[str, Content]:
    name = known(around.page.language, "refusal", each.reason)
    way = f"{around.page.path()}?r={quote(each.reason)}"
    retried: Content = [html.Small(around.say("retried", n=each.retried))] if each.retried else []
    return {
        "reason": [link(name, way, "device-name"), *retried],
        "day": [around.say("at_least", n=each.day) if each.day_more else str(each.day)],
        "before": [str(max(0, each.total - each.day))],
        "newest": [words.near_time(each.newest_at, around.now) if each.newest_at else "–"],
        "example": _example(each.example, around),
    }


def _example(letter: DeadLetter | None, around: Around) -> Content:
    if letter is None:
        return [html.Small(around.say("not_kept"))]
    return [html.Code(letter.topic), html.Small(letter.detail), html.Code(system_words.head(letter), className="head")]


NEWEST_COLUMNS = ("at", "topic", "detail", "head")


def newest_letters(reason: str, found: Sequence[DeadLetter], around: Around) -> list[Component]:
    """The newest messages that were refused for one reason."""
    name = known(around.page.language, "refusal", reason)
    close = html.Div(link(around.say("letters_close"), around.page.path(), "back"), className="letters-of")
    body: Component = sentence(around.say("not_kept"))
    if found:
        body = table(NEWEST_COLUMNS, [(None, _letter(each, around)) for each in found], around)
    return [panel("newest-letters", around.say("letters_of", reason=name), html.Div([body, close]))]


def _letter(letter: DeadLetter, around: Around) -> dict[str, Content]:
    return {
        "at": [words.near_time(letter.received_at, around.now)],
        "topic": [html.Code(letter.topic)],
        "detail": [letter.detail],
        "head": [html.Code(system_words.head(letter), className="head"), html.Small(_size(letter, around))],
    }


def _size(letter: DeadLetter, around: Around) -> str:
    return around.say("size", n=f"{letter.size_bytes:,}")
