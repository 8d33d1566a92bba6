"""The page of the devices: what is wrong with whom, the gateways, and how ingest itself is. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.i18n import known, text
from dashboard.staff import health_words, words
from dashboard.staff.addresses import Page
from dashboard.staff.health_rows import ALL, EVERY, KINDS, Where, called, chosen, device_table
from dashboard.staff.health_watch import HealthPicture
from dashboard.staff.pieces import link, panel, sentence
from dashboard.staff.system_page import GAUGES, tabs
from ingest.health.problems import GatewayHealth, GaugeHealth, Health, Severity
from ingest.rhythm import LATE_AFTER_INTERVALS, Mode
from ingest.stations import Registry

MOST_CALM = 12
MOST_TOPICS = 3


def skeleton(page: Page) -> Component:
    """The empty page with a place for every section."""
    language = page.language
    beside = [
        panel("reception", text(language, "health.reception"), html.Div(id="reception")),
        panel("gateways", text(language, "health.gateways"), html.Div(id="gateways")),
        panel("calm", text(language, "health.calm"), html.Div(id="calm"), text(language, "health.calm_note")),
    ]
    head = html.Div(
        [
            link(text(language, "app.back"), page.overview().path(), "back"),
            html.H1(text(language, "health.title")),
            tabs(page, GAUGES),
        ],
        className="devices-head",
    )
    return html.Div(
        [
            html.Div([head, html.Div(id="health-counts", className="health-counts")], className="devices-top"),
            html.Section(
                [html.Div(id="kinds"), html.Div(id="device-search"), html.Div(id="health-list")],
                className="panel panel-health",
            ),
            html.Div(beside, className="beside"),
        ],
        className="health",
    )


def trouble_link(count: int | None, page: Page) -> Component:
    """The way to this page from every other, with the number of devices in trouble."""
    language = page.language
    if count is None:
        return link(text(language, "health.link"), page.at("devices").path(), "trouble-link")
    said: list[str | Component] = [html.Span(text(language, "health.link_trouble"), className="words"), str(count)]
    return link(
        [html.Span(text(language, "health.link")), html.B(said if count else text(language, "health.link_well"))],
        page.at("devices").path(),
        "trouble-link has-trouble" if count else "trouble-link",
    )


def counts(health: Health, language: str) -> Component:
    """How many gauges are how, and gateways that are out."""
    found = Counter(each.severity for each in health.gauges)
    levels: list[Severity | None] = [*Severity, None]
    cells = [_count(level, found.get(level, 0), language) for level in levels]
    out = sum(gateway.out for gateway in health.gateways)
    if health.gateways:
        said = text(language, "health.gateways_out", out=out, n=len(health.gateways))
        cells.append(html.Li(html.Span(said, className="count-label"), className="" if out else "zero"))
    return html.Ul(cells)


def _count(severity: Severity | None, count: int, language: str) -> Component:
    level = severity.value if severity else "well"
    return html.Li(
        [
            html.Span(text(language, f"severity.{level}"), className=f"severity severity-{level}"),
            html.B(str(count)),
            html.Small(text(language, f"health.means_{level}")),
        ],
        className="" if count else "zero",
    )


def kinds(health: Health, chosen_kind: str, page: Page) -> Component:
    """The choice of a kind of problem; each with its number of devices."""
    links = []
    for kind in KINDS:
        gateways, gauges = chosen(health, kind)
        count = len(health.gauges) if kind == EVERY else len(gateways) + len(gauges)
        links.append(
            dcc.Link(
                [text(page.language, f"health.kind_{kind}"), html.Span(str(count), className="number")],
                href=f"{page.path()}?p={kind}",
                className="kind-link chosen" if kind == chosen_kind else "kind-link",
            )
        )
    return html.Nav(links, className="kinds", title=text(page.language, "health.kinds"))


def device_list(seen: HealthPicture, kind: str, registry: Registry, page: Page, query: str = "") -> list[Component]:
    """The table of what was chosen, and is called so, or the sentence that there is nothing; before it, loudly, that
    the word is old."""
    language = page.language
    if seen.health is None or seen.keeper_at is None:
        return [sentence(text(language, "health.not_yet"))]
    shown: list[Component] = []
    if seen.old:
        at = words.near_time(seen.keeper_at, seen.at)
        shown.append(html.P(text(language, "health.old", at=at), className="old-notice", role="alert"))
    where = Where(registry, page, seen.at)
    gateways, gauges = chosen(seen.health, EVERY if query and kind == ALL else kind)
    if query:
        gateways, gauges = called(query, gateways, gauges, where)
        if not gateways and not gauges:
            return [*shown, sentence(text(language, "system.none_found", q=query))]
    if not gateways and not gauges:
        key = "health.all_well" if kind == "all" else "health.none_of_kind"
        return [*shown, html.P(text(language, key, n=len(seen.health.gauges)), className="all-well")]
    return [*shown, device_table(gateways, gauges, where)]


def gateway_list(gateways: Sequence[GatewayHealth], where: Where) -> Component:
    """Every gateway: when it heard anything last, how many gauges in a day, how many of them it alone."""
    if not gateways:
        return sentence(where.say("health.no_gateways"))
    rows = [_gateway(each, where) for each in gateways]
    head = html.Tr(
        [html.Th(where.say(f"health.gateway_{name}"), scope="col") for name in ("name", "heard", "day", "alone")]
    )
    return html.Table([html.Thead(head), html.Tbody(rows)], className="gateways")


def _gateway(gateway: GatewayHealth, where: Where) -> Component:
    name: list[str | Component] = [html.Span(gateway.gateway_id, className="device-name")]
    if gateway.out:
        name.append(html.Span(where.say("health.gateway_is_out"), className="severity severity-down"))
    alone = html.Span(
        str(len(gateway.alone)),
        title=health_words.listed(
            [where.gauge_name(each) for each in gateway.alone if each in where.registry.gauges], where.page.language
        ),
    )
    cells: list[list[str | Component]] = [
        name,
        [words.near_time(gateway.heard_at, where.now)],
        [str(gateway.heard_day)],
        [alone],
    ]
    return html.Tr([html.Td(cell) for cell in cells])


def calm_list(gauges: Sequence[GaugeHealth], where: Where) -> Component:
    """Gauges that are quiet and well: dry, with longer since their last report than the flood mode would allow."""
    quiet = [each for each in gauges if is_calm(each, where)]
    if not quiet:
        return sentence(where.say("health.no_calm"))
    quiet.sort(key=lambda each: (each.observed_at is None, each.observed_at))
    rows = [_calm(each, where) for each in quiet[:MOST_CALM]]
    if len(quiet) > MOST_CALM:
        rows.append(html.Li(where.say("health.more", n=len(quiet) - MOST_CALM), className="more"))
    return html.Ul(rows, className="calm")


def is_calm(health: GaugeHealth, where: Where) -> bool:
    """Whether somebody might wrongly take its quiet for silence."""
    if health.mode is not Mode.DRY or health.silent or health.observed_at is None:
        return False
    wet_s = where.registry.gauges[health.gauge_id].interval_s
    return (where.now - health.observed_at).total_seconds() > LATE_AFTER_INTERVALS * wet_s


def _calm(health: GaugeHealth, where: Where) -> Component:
    heard = words.near_time(health.observed_at, where.now) if health.observed_at else "–"
    due = words.near_time(health.due_at, where.now) if health.due_at else "–"
    said = where.say("health.calm_row", heard=heard, due=due)
    return html.Li([where.gauge_link(health.gauge_id), html.Span(said, className="evidence")])


def reception(seen: HealthPicture, language: str) -> Component:
    """How ingest itself is: the last message, the keeper's last turn, what was refused and why."""
    lines = [
        _line("health.last_message", _when(seen.heard_at, seen, language), language),
        _line("health.last_turn", _when(seen.keeper_at, seen, language), language),
    ]
    letters = seen.letters
    total = sum(letters.counts.values())
    if not total:
        return html.Div([html.Dl(lines), html.P(text(language, "health.no_letters"), className="all-well")])
    newest = words.near_time(letters.newest_at, seen.at) if letters.newest_at else ""
    head = html.P(
        words.joined(
            text(language, "health.letters", n=total),
            text(language, "health.letters_newest", at=newest) if newest else "",
        ),
        className="letters-head",
    )
    return html.Div(
        [html.Dl(lines), head, html.Ul(_reasons(seen, language), className="letters"), *_topics(seen, language)]
    )


def _line(key: str, value: str, language: str) -> Component:
    return html.Div([html.Dt(text(language, key)), html.Dd(value)])


def _when(at: datetime | None, seen: HealthPicture, language: str) -> str:
    if at is None:
        return text(language, "health.never")
    minutes = max(0, int((seen.at - at).total_seconds() // 60))
    return words.joined(words.near_time(at, seen.at), words.age(language, minutes))


def _reasons(seen: HealthPicture, language: str) -> list[Component]:
    counts_ = sorted(seen.letters.counts.items(), key=lambda each: (-each[1], each[0]))
    return [
        html.Li([html.Span(known(language, "refusal", reason)), html.B(str(count))])
        for reason, count in counts_
        if count
    ]


def _topics(seen: HealthPicture, language: str) -> list[Component]:
    busiest = seen.letters.busiest[:MOST_TOPICS]
    if not busiest:
        return []
    rows = [html.Li([html.Code(each.topic), html.B(str(each.refused))]) for each in busiest]
    return [html.P(text(language, "health.busiest"), className="letters-head"), html.Ul(rows, className="letters")]
