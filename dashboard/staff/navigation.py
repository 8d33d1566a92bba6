"""The links of the head: one row a page. Pure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.i18n import text
from dashboard.staff.addresses import Page
from dashboard.staff.pieces import link

LINKS = (
    ("overview", "nav.overview"),
    ("cameras", "nav.cameras"),
    ("alerts", "nav.alerts"),
    ("chronology", "nav.chronology"),
    ("messages", "nav.messages"),
)
"""By page its words, in the order of the head. The page of the devices stands last: its link says how many are in
trouble (``health_page.trouble_link``)."""


def links(here: Page) -> Component:
    """The way to every page from every other; that of the present one is marked."""
    return html.Ul([html.Li(_link(place, words, here)) for place, words in LINKS], className="links")


def _link(place: str, words: str, here: Page) -> Component:
    return link(
        text(here.language, words), here.at(place).path(), "nav-link here" if place == here.place else "nav-link"
    )
