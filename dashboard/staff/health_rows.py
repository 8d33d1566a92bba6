"""Gauges and gateways as rows of the page of the devices. Health to components, pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.i18n import text
from dashboard.staff import health_words, words
from dashboard.staff.addresses import Page
from dashboard.staff.pieces import link, with_data
from ingest.health.problems import Finding, GatewayHealth, GaugeHealth, Health, Problem, Severity
from ingest.rhythm import Mode
from ingest.stations import Registry, named

NOTHING = "–"
MOST_ROWS = 100
"""More than anybody reads; the rest is counted, and found by its name."""
COLUMNS = ("state", "gauge", "problem", "heard", "interval", "missing", "delay", "battery", "signal", "gateway")

ALL, EVERY = "all", "every"
KINDS: Mapping[str, frozenset[Problem]] = {
    ALL: frozenset(Problem),
    "silence": frozenset(
        {
            Problem.SILENT,
            Problem.SILENT_SENSOR,
            Problem.SILENT_GATEWAY,
            Problem.SILENT_BATTERY,
            Problem.NEVER_HEARD,
            Problem.GATEWAY_OUT,
        }
    ),
    "battery": frozenset(
        {Problem.SILENT_BATTERY, Problem.BATTERY_CRITICAL, Problem.BATTERY_LOW, Problem.BATTERY_ENDING}
    ),
    "radio": frozenset({Problem.WEAK_SIGNAL, Problem.LOST, Problem.SILENT_GATEWAY, Problem.GATEWAY_OUT}),
    "time": frozenset({Problem.LATE, Problem.MISSING, Problem.RESTARTS, Problem.WRONG_CLOCK}),
    "values": frozenset({Problem.SILENT_SENSOR, Problem.BAD_VALUES, Problem.STUCK, Problem.SUSPECT}),
    EVERY: frozenset(),
}
"""The kinds of problem that one can choose; ``every`` shows those that are well too."""


@dataclass(frozen=True, slots=True)
class Where:
    """What a row needs beside its device."""

    registry: Registry
    page: Page
    now: datetime

    def gauge_name(self, gauge_id: str) -> str:
        """Station and, where there are several, gauge."""
        gauge = self.registry.gauges[gauge_id]
        station = self.registry.station_of(gauge)
        own = words.gauge_apart(gauge, self.registry, self.page.language)
        return words.joined(named(station.name, self.page.language), own)

    def gauge_link(self, gauge_id: str) -> Component:
        """The name, leading to the station."""
        station_id = self.registry.gauges[gauge_id].station_id
        return link(self.gauge_name(gauge_id), self.page.station(station_id).path(), "device-name")

    def say(self, key: str, **values: object) -> str:
        """Words in the language of the page."""
        return text(self.page.language, key, **values)


def chosen(health: Health, kind: str) -> tuple[list[GatewayHealth], list[GaugeHealth]]:
    """The gateways and gauges of a kind of problem. Gauges silenced by a gateway stand in its row, not in their own."""
    wanted = KINDS[kind]
    gateways = [each for each in health.gateways if each.out and (kind == EVERY or Problem.GATEWAY_OUT in wanted)]
    silenced = {gauge_id for gateway in gateways for gauge_id in gateway.silenced}
    gauges = [
        each
        for each in health.gauges
        if kind == EVERY
        or (each.gauge_id not in silenced and any(finding.problem in wanted for finding in each.findings))
    ]
    return gateways, gauges


def called(
    query: str, gateways: Sequence[GatewayHealth], gauges: Sequence[GaugeHealth], where: Where
) -> tuple[list[GatewayHealth], list[GaugeHealth]]:
    """Those whose name, or that of their station, has these letters in it."""
    wanted = query.casefold()
    return (
        [each for each in gateways if wanted in each.gateway_id.casefold()],
        [each for each in gauges if wanted in where.gauge_name(each.gauge_id).casefold()],
    )


def device_table(gateways: Sequence[GatewayHealth], gauges: Sequence[GaugeHealth], where: Where) -> Component:
    """The rows, worst first: a gateway that is out is one row with all that it silences."""
    head = html.Tr(
        [
            html.Th(where.say(f"health.col_{name}"), className=f"col-{name}", scope="col", title=_hint(name, where))
            for name in COLUMNS
        ]
    )
    rows = [gateway_row(each, where) for each in gateways]
    rows += [gauge_row(each, where) for each in gauges[:MOST_ROWS]]
    if len(gauges) > MOST_ROWS:
        more = where.say("health.more", n=len(gauges) - MOST_ROWS)
        rows.append(html.Tr(html.Td(more, colSpan=len(COLUMNS), className="more")))
    return html.Table([html.Thead(head), html.Tbody(rows)], className="devices-table")


def _hint(name: str, where: Where) -> str:
    return where.say("health.delay_hint") if name == "delay" else ""


def gauge_row(health: GaugeHealth, where: Where) -> Component:
    """One gauge: how bad, which, what and since when, and the figures that explain it."""
    cells: dict[str, list[str | Component]] = {
        "state": [severity_mark(health.severity, where)],
        "gauge": [where.gauge_link(health.gauge_id)],
        "problem": list(_problems(health, where)),
        "heard": _heard(health.heard_at, where),
        "interval": _interval(health, where),
        "missing": [where.say("health.times", n=health.missing_day) if health.missing_day else NOTHING],
        "delay": [health_words.span(health.usual_delay_s, where.page.language)],
        "battery": _battery(health, where),
        "signal": _signal(health),
        "gateway": [health_words.listed(health.gateways, where.page.language) or NOTHING],
    }
    return html.Tr(
        [_cell(name, cells[name], where) for name in COLUMNS], className=f"device is-{_level(health.severity)}"
    )


def gateway_row(gateway: GatewayHealth, where: Where) -> Component:
    """A gateway that is out, and the gauges that are silent for it: one cause, one row."""
    said = (
        where.say("health.gateway_silences", n=len(gateway.silenced))
        if gateway.silenced
        else where.say("health.gateway_alone_out")
    )
    names = [html.Li(where.gauge_link(each)) for each in gateway.silenced]
    what: list[str | Component] = [
        html.B(where.say("problem.gateway_out"), className="finding"),
        html.Span(where.say("health.since", at=words.near_time(gateway.heard_at, where.now)), className="since"),
        html.Div([html.Span(said), html.Ul(names, className="silenced")], className="evidence"),
    ]
    cells: list[Component] = [
        _cell("state", [html.Span(where.say("health.gateway_is_out"), className="severity severity-down")], where),
        _cell(
            "gauge",
            [html.Span(where.say("health.gateway_named", name=gateway.gateway_id), className="device-name")],
            where,
        ),
        html.Td(what, className="col-problem", colSpan=len(COLUMNS) - 2),
    ]
    return html.Tr(cells, className="device is-down is-gateway")


def severity_mark(severity: Severity | None, where: Where) -> Component:
    """How bad: a word in a shape; colour says nothing here."""
    level = _level(severity)
    return html.Span(where.say(f"severity.{level}"), className=f"severity severity-{level}")


def _level(severity: Severity | None) -> str:
    return severity.value if severity else "well"


def _cell(name: str, content: list[str | Component], where: Where) -> Component:
    # The phone shows a row as a block: there every figure needs its name beside it.
    nothing = " nothing" if content == [NOTHING] else ""
    cell = html.Td(html.Span(content, className="content"), className=f"col-{name}{nothing}")
    return with_data(cell, label=where.say(f"health.col_{name}"))


def _problems(health: GaugeHealth, where: Where) -> list[Component]:
    if not health.findings:
        said = where.say("health.well")
        if health.due_at is not None and health.mode is Mode.DRY:
            said = where.say("health.well_until", at=words.near_time(health.due_at, where.now))
        return [html.Span(said, className="finding-well")]
    first, *others = health.findings
    shown: list[Component] = [_finding(first, health, where, "finding")]
    if first.problem is Problem.SILENT:
        shown.append(html.Span(health_words.evidence(health, where.page.language), className="evidence"))
    shown += [_finding(each, health, where, "finding-more") for each in others]
    if made_up := health_words.made_up(health, where.now, where.page.language):
        shown.append(html.Span(made_up, className="evidence"))
    return shown


def _finding(finding: Finding, health: GaugeHealth, where: Where, class_name: str) -> Component:
    language = where.page.language
    said = html.B(health_words.problem(finding, health, language), className=class_name)
    since = health_words.since(finding, where.now, language)
    return html.Span([said, html.Span(since, className="since")] if since else [said], className="said")


def _heard(heard_at: datetime | None, where: Where) -> list[str | Component]:
    if heard_at is None:
        return [NOTHING]
    minutes = max(0, int((where.now - heard_at).total_seconds() // 60))
    return [
        html.Span(words.near_time(heard_at, where.now), className="time"),
        html.Small(words.age(where.page.language, minutes)),
    ]


def _interval(health: GaugeHealth, where: Where) -> list[str | Component]:
    language = where.page.language
    shown: list[str | Component] = [html.Span(health_words.interval(health.expected_s, language))]
    if said := health_words.mode(health, language):
        shown.append(html.Small(said))
    return shown


def _battery(health: GaugeHealth, where: Where) -> list[str | Component]:
    small = [f"{health.battery_v:.2f} V" if health.battery_v is not None else ""]
    if health.battery_days is not None:
        small.append(where.say("health.days_left", n=round(health.battery_days)))
    return _figure("" if health.battery_pct is None else f"{health.battery_pct:.0f} %", words.joined(*small))


def _signal(health: GaugeHealth) -> list[str | Component]:
    snr = "" if health.snr_db is None else f"SNR {health.snr_db:.0f} dB"
    return _figure("" if health.rssi_dbm is None else f"{health.rssi_dbm:.0f} dBm", snr)


def _figure(first: str, second: str) -> list[str | Component]:
    """One figure over another; the second alone takes the place of the first."""
    if not first:
        return [second or NOTHING]
    return [html.Span(first), html.Small(second)] if second else [first]
