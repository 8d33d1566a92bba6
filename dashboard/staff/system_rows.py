"""Services and channels as rows of the page of the system. Views to components, pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.i18n import known, text
from dashboard.staff import health_words, system_words, words
from dashboard.staff.addresses import Page
from dashboard.staff.pieces import with_data
from dashboard.system_findings import Heard, SystemFinding
from dashboard.system_views import ChannelView, PartView
from ingest.health.problems import Severity
from ingest.pulse import Part

NOTHING = "–"
Content = list[str | Component]
Cells = dict[str, Content]


@dataclass(frozen=True, slots=True)
class Around:
    """What a row needs beside its subject. ``now`` is the time of the look."""

    page: Page
    now: datetime

    def say(self, key: str, **values: object) -> str:
        """Words of the page's table, in its language."""
        return text(self.page.language, f"system.{key}", **values)


def mark(severity: Severity | None, around: Around) -> Component:
    """How bad: a word in a shape; colour says nothing here."""
    level = severity.value if severity else "well"
    return html.Span(around.say(f"level_{level}"), className=f"severity severity-{level}")


def table(columns: Sequence[str], rows: Iterable[tuple[Severity | None, Cells]], around: Around) -> Component:
    """A table whose rows become blocks on a phone, each figure with its name; the first column is how bad it is."""
    head = html.Tr([html.Th(around.say(f"col_{name}"), className=f"col-{name}", scope="col") for name in columns])
    body = [_row(columns, severity, cells, around) for severity, cells in rows]
    return html.Table([html.Thead(head), html.Tbody(body)], className="system-table")


def _row(columns: Sequence[str], severity: Severity | None, cells: Cells, around: Around) -> Component:
    filled: Cells = {"state": [mark(severity, around)], **cells}
    level = severity.value if severity else "well"
    return html.Tr([_cell(name, filled[name], around) for name in columns], className=f"is-{level}")


def _cell(name: str, content: Content, around: Around) -> Component:
    nothing = " nothing" if content == [NOTHING] else ""
    cell = html.Td(html.Span(content, className="content"), className=f"col-{name}{nothing}")
    return with_data(cell, label=around.say(f"col_{name}"))


PART_COLUMNS = ("state", "part", "said", "where", "seen", "waiting")


def parts(views: Sequence[PartView], around: Around) -> Component:
    """The services, those in trouble first."""
    ordered = sorted(views, key=lambda each: _rank(each.severity))
    return table(PART_COLUMNS, [(each.severity, _part(each, around)) for each in ordered], around)


def _part(view: PartView, around: Around) -> Cells:
    name = html.B(text(around.page.language, f"part.{view.part}"))
    return {
        "part": [name],
        "said": said(view.findings, _well(view, around), around),
        "where": [html.Div(_process(each, around), className="process") for each in view.processes] or [NOTHING],
        "seen": _seen(view, around),
        "waiting": _waiting(view, around),
    }


def _well(view: PartView, around: Around) -> str:
    if view.working is None:
        return around.say("not_yet")
    return around.say("well_ingest" if view.part is Part.INGEST else "well")


def said(findings: Sequence[SystemFinding], well: str, around: Around) -> Content:
    """What is wrong, each in a line; else that all is well."""
    if not findings:
        return [html.Span(well, className="finding-well")]
    return [_finding(each, around) for each in findings]


def _finding(finding: SystemFinding, around: Around) -> Component:
    parts_: Content = [html.B(system_words.fault(finding, around.page.language), className="finding")]
    if finding.since is not None:
        at = words.near_time(finding.since, around.now)
        parts_.append(html.Span(around.say("since", at=at), className="since"))
    return html.Span(parts_, className="said")


def _process(heard: Heard, around: Around) -> Content:
    pulse = heard.pulse
    up = "" if not heard.lives else around.say("up_since", at=words.near_time(pulse.started_at, around.now))
    role = html.Span(around.say(f"role_{heard.role}"), className=f"role role-{heard.role}")
    return [role, html.Span(pulse.shown, className="process-name"), html.Small(up)]


def _seen(view: PartView, around: Around) -> Content:
    heard = view.working or max(view.processes, key=lambda each: each.pulse.at, default=None)
    if heard is None:
        return [NOTHING]
    if heard.lives:
        return [words.age(around.page.language, int(heard.age_s // 60))]
    return [system_words.ago(heard.pulse.at, around.now, around.page.language)]


def _waiting(view: PartView, around: Around) -> Content:
    lag = view.lag
    if lag is None:
        return [NOTHING]
    if not lag.count and not lag.older:
        return [around.say("nothing_waits")]
    span = health_words.span(view.lag_s or 0.0, around.page.language)
    shown: Content = [around.say("waits", n=f"{lag.count:,}", span=span)]
    return [*shown, html.Small(around.say("waits_older", n=f"{lag.older:,}"))] if lag.older else shown


CHANNEL_COLUMNS = ("state", "channel", "said", "sent", "failed", "queue", "used")


def channels(views: Sequence[ChannelView], around: Around) -> Component:
    """The channels, those in trouble first."""
    return table(CHANNEL_COLUMNS, [(each.severity, _channel(each, around)) for each in views], around)


def _channel(view: ChannelView, around: Around) -> Cells:
    state, language = view.state, around.page.language
    used = state.sent_at is not None or state.failed_at is not None
    name = html.B(known(language, "channel", state.name))
    sent = system_words.ago(state.sent_at, around.now, language) if state.sent_at else around.say("never_sent")
    waits: Content = [around.say("nothing_waits")]
    if state.waiting:
        waits_s = (around.now - state.waiting_since).total_seconds() if state.waiting_since else 0.0
        waits = [around.say("waits", n=f"{state.waiting:,}", span=health_words.span(waits_s, language))]
    return {
        "channel": [name],
        "said": said(view.findings, around.say("channel_well" if used else "channel_unused"), around),
        "sent": [sent],
        "failed": _failed(view, around),
        "queue": waits,
        "used": _used(view, around),
    }


def _failed(view: ChannelView, around: Around) -> Content:
    state = view.state
    if state.failed_at is None:
        return [around.say("never_failed")]
    more = words.joined(
        around.say("failed_day", n=state.failed_day) if state.failed_day else "",
        around.say("unknown_arrival") if state.unknown else "",
        state.error,
    )
    return [system_words.ago(state.failed_at, around.now, around.page.language), html.Small(more, className="error")]


def _used(view: ChannelView, around: Around) -> Content:
    state = view.state
    limited = around.say("used", used=f"{state.used:,}", most=f"{state.per_month:,}")
    shown = limited if state.per_month else around.say("used_unlimited", used=f"{state.used:,}")
    rate = words.joined(
        around.say("rate_second", n=state.per_second) if state.per_second else "",
        around.say("rate_minute", n=state.per_minute) if state.per_minute else "",
    )
    return [shown, html.Small(rate)] if rate else [shown]


def _rank(severity: Severity | None) -> int:
    return [*Severity, None].index(severity)
