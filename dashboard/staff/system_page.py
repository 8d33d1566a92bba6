"""The page of the system's own health, and the tabs that lead from it to the devices. Pure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.i18n import text
from dashboard.staff import system_panels, system_rows, system_words, words
from dashboard.staff.addresses import Page
from dashboard.staff.pieces import link, panel, sentence
from dashboard.staff.system_rows import Around
from dashboard.system_views import SystemView

SYSTEM, GAUGES, CAMERAS, EQUIPMENT, SIGNS = TABS = ("system", "gauges", "cameras", "equipment", "signs")
"""What one can look at; the gauges have a page of their own."""
MOST_FINDINGS = 12


def tabs(page: Page, chosen: str) -> Component:
    """The ways between the system and the kinds of devices."""
    links = [
        link(text(page.language, f"system.tab_{tab}"), tab_path(page, tab), f"tab-link{' chosen' * (tab == chosen)}")
        for tab in TABS
    ]
    return html.Nav(links, className="health-tabs", title=text(page.language, "system.tabs"))


def tab_path(page: Page, tab: str) -> str:
    """The address of a tab."""
    if tab == GAUGES:
        return page.at("devices").path()
    here = page.at("health").path()
    return here if tab == SYSTEM else f"{here}?d={tab}"


def skeleton(page: Page) -> Component:
    """The empty page with a place for every section."""
    language = page.language
    head = html.Div(
        [
            link(text(language, "app.back"), page.overview().path(), "back"),
            html.H1(text(language, "system.title")),
            html.Div(id="system-tabs"),
        ],
        className="devices-head",
    )
    return html.Div(
        [
            html.Div([head, html.Div(id="system-summary", className="system-summary")], className="devices-top"),
            html.Div(id="device-search"),
            html.Div(id="system-body"),
        ],
        className="system-page",
    )


def sick_link(view: SystemView | None, page: Page) -> list[Component]:
    """The mark in the head of every page while something is wrong with the system itself; nothing otherwise."""
    if view is None or not view.sick:
        return []
    said = text(page.language, "system.sick", n=view.sick)
    title = text(page.language, "system.sick_title")
    return [link([html.B(said, title=title)], page.at("health").path(), "trouble-link has-trouble sick-link")]


def summary(view: SystemView | None, to_act_on: int | None, page: Page) -> Component:
    """How all is, in one sentence."""
    said = system_words.sentence(view, to_act_on, page.language)
    if view is None or not view.sick:
        return html.P(said, className="system-sentence", role="status")
    return html.P(said, className="system-sentence is-sick", role="alert")


def body(view: SystemView | None, page: Page) -> list[Component]:
    """Everything of the system, the findings first."""
    if view is None:
        return [sentence(text(page.language, "system.unknown"))]
    around = Around(page, view.at)
    beside = [
        panel("storage", around.say("storage"), html.Div(system_panels.storage(view, around))),
        panel("clocks", around.say("clock"), system_panels.clock(view, around)),
    ]
    channels: Component = sentence(around.say("no_channels"))
    if view.channels:
        channels = system_rows.channels(view.channels, around)
    services = system_rows.parts(view.parts, around)
    main = [
        panel("services", around.say("services"), services, around.say("services_note")),
        panel("channels", around.say("channels"), channels),
        panel("letters", around.say("letters"), system_panels.letters(view, around), around.say("letters_note")),
    ]
    return [*findings(view, around), html.Div([html.Div(main), html.Div(beside)], className="system-grid")]


def findings(view: SystemView, around: Around) -> list[Component]:
    """What is wrong, worst first, where there is more than the first sentence tells."""
    if len(view.findings) <= system_words.MOST_SAID and view.sick == len(view.findings):
        return []
    rows = [
        html.Li(
            [
                system_rows.mark(each.severity, around),
                html.Span(system_words.whole(each, around.page.language), className="finding"),
                html.Span(
                    around.say("since", at=words.near_time(each.since, around.now)) if each.since else "",
                    className="since",
                ),
            ]
        )
        for each in view.findings[:MOST_FINDINGS]
    ]
    return [panel("findings", around.say("findings"), html.Ul(rows, className="system-findings"))]
