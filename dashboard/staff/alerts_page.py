"""The pages of the alerts: the list of incidents, and one incident. Their empty shapes, and the head of one. Pure."""

from __future__ import annotations

from functools import partial

from dash import dcc, html
from dash.development.base_component import Component

from alerts.incidents.seen import Case, Standing
from dashboard.i18n import text
from dashboard.staff import alerts_keys, alerts_rows, alerts_words, words
from dashboard.staff.addresses import Page
from dashboard.staff.alerts_words import Scene
from dashboard.staff.pieces import link, panel, sentence


def skeleton(page: Page) -> Component:
    """The empty list with a place for every section."""
    say = partial(_say, page)
    whole = [
        panel("waiting", say("waiting"), html.Div(id="incidents-waiting"), say("waiting_note")),
        panel("open", say("open"), html.Div(id="incidents-open")),
        panel("ended", say("ended_lately"), html.Div(id="incidents-ended")),
    ]
    beside = [
        panel("silences", say("silences"), html.Div(id="incidents-silences"), say("silences_note")),
        panel("works", say("works"), html.Div(id="incidents-works")),
        panel("mute", say("mute_more"), html.Div(id="incidents-mute", className="panel-body")),
    ]
    head = html.Div(
        [link(text(page.language, "app.back"), page.overview().path(), "back"), html.H1(say("title"))],
        className="devices-head",
    )
    keys = alerts_keys.help_button(page.language)
    return html.Div(
        [
            html.Div(id="incidents-drill"),
            html.Div([head, html.Div(id="incidents-counts", className="case-counts"), keys], className="devices-top"),
            html.Div(whole, className="case-lists"),
            html.Div(beside, className="beside"),
            *(dcc.Store(id=f"rows-{each}") for each in ("waiting", "open", "ended")),
            alerts_keys.said_place(),
            alerts_keys.help_dialog(page.language, alerts_keys.OF_LIST),
        ],
        className="alerts-page",
    )


def case_skeleton(page: Page) -> Component:
    """The empty page of one incident."""
    say = partial(_say, page)
    return html.Div(
        [
            html.Div(id="case-drill"),
            html.Div(id="case-head", className="case-head"),
            html.Div(
                [
                    panel("acts", say("acts"), html.Div(id="case-acts", className="panel-body")),
                    panel("answers", say("answers"), html.Div(id="case-answers")),
                ],
                className="beside",
                id="case-beside",
            ),
            html.Div(
                [
                    panel("course", say("course"), html.Div(id="case-course"), say("course_note")),
                    panel("told", say("told_title"), html.Div(id="case-told")),
                ],
                className="case-lists",
            ),
            alerts_keys.said_place(),
            alerts_keys.help_dialog(page.language, alerts_keys.OF_CASE),
        ],
        className="case-page",
    )


def _say(page: Page, name: str) -> str:
    return text(page.language, f"alerts_page.{name}")


def drill_band(scene: Scene) -> list[Component]:
    """That nothing of this is real, right across."""
    if not scene.drill:
        return []
    return [
        html.P([html.B(scene.say("alerts_page.drill")), html.Span(scene.say("app.drill_why"))], className="drill-band")
    ]


def unknown(page: Page) -> list[Component]:
    """What is said where there is no such incident."""
    return [
        link(text(page.language, "alerts_page.back"), page.at("alerts").path(), "back"),
        sentence(text(page.language, "alerts_page.unknown", number=page.item)),
    ]


def head(case: Case, standing: Standing, scene: Scene) -> list[Component]:
    """How the incident stands, and the one click."""
    incident = case.incident
    mark = alerts_words.level_mark(incident.rule, incident.level or incident.peak_level, scene, "large")
    station = (
        link(scene.say("alerts_page.open_station"), scene.page.station(incident.station_id).path(), "case-link")
        if incident.station_id in scene.registry.stations
        else html.Span()
    )
    title = html.Div(
        [
            html.Span([*alerts_rows.drill_mark(scene), html.Span(_about(case, scene))], className="quiet"),
            html.H1(alerts_words.place(incident.station_id, scene)),
            html.Span([*alerts_rows.doubts(incident, scene), *alerts_rows.mutes(incident, standing, scene)]),
        ]
    )
    act = [alerts_rows.acknowledge(incident, scene)] if incident.waits else []
    return [
        html.Div(
            [
                link(scene.say("alerts_page.back"), scene.page.at("alerts").path(), "back"),
                html.Span([alerts_keys.help_button(scene.language), station]),
            ],
            className="case-ways",
        ),
        html.Div([mark, title], className="head-name"),
        html.Div(_level(case, scene), className="case-level"),
        html.Div(_state(case, scene), className="case-state"),
        html.Div(act, className="case-act"),
    ]


def _about(case: Case, scene: Scene) -> str:
    incident = case.incident
    number = scene.say("alerts_page.number", n=incident.id)
    newest = case.transitions[-1] if case.transitions else None
    return words.joined(number, alerts_words.rule(incident.rule, scene), alerts_words.subject(newest, scene))


def _level(case: Case, scene: Scene) -> list[Component]:
    incident = case.incident
    if not incident.open:
        said = scene.say("alerts_page.peak", n=incident.peak_level)
        return [html.B(scene.say("alerts_page.is_over")), html.Span(said, className="quiet")]
    shown: list[Component] = [
        html.B(alerts_words.level_words(incident, incident.level, scene), className="hazard-label")
    ]
    if incident.peak_level > incident.level:
        shown.append(html.Span(scene.say("alerts_page.peak", n=incident.peak_level), className="quiet"))
    return [*shown, *alerts_rows.now_there(incident, scene)]


def _state(case: Case, scene: Scene) -> list[Component]:
    incident = case.incident
    since = scene.say("alerts_page.since", at=scene.time(incident.opened_at))
    lasted = alerts_words.span((incident.closed_at or scene.now) - incident.opened_at, scene)
    lines: list[Component] = [html.Span(words.joined(since, lasted), className="quiet")]
    if not incident.open:
        return [html.Span(alerts_rows.how_it_ended(incident, scene)), *lines]
    if incident.waits:
        newest = case.transitions[-1] if case.transitions else None
        waited = alerts_words.span(scene.now - alerts_words.waits_since(incident, newest), scene)
        lines.insert(0, html.Span(scene.say("alerts_page.waits", span=waited), className="case-wait"))
    taken = alerts_rows.taken_by(incident, scene)
    after = alerts_words.next_step(case.step, scene)
    lines += [html.Span(said) for said in (taken,) if said]
    lines.append(html.Span(after or scene.say("alerts_page.no_next"), className="case-next"))
    return lines
