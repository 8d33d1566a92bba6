"""What the pages are made of: by name of ``addresses.PLACES`` the empty page, drawn before its content comes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dash import html
from dash.development.base_component import Component

from dashboard.i18n import text
from dashboard.staff import (
    accounts_page,
    alerts_page,
    audit_page,
    cameras_page,
    chronology_page,
    handover_page,
    health_page,
    messages_page,
    overview,
    station,
    system_page,
    wall_page,
)
from dashboard.staff.addresses import Page, page_at
from dashboard.staff.pieces import link, sentence

SKELETONS: Mapping[str, Callable[[Page], Component]] = {
    "overview": overview.skeleton,
    "station": station.skeleton,
    "devices": health_page.skeleton,
    "health": system_page.skeleton,
    "cameras": cameras_page.skeleton,
    "wall": wall_page.skeleton,
    "chronology": chronology_page.skeleton,
    "handover": handover_page.skeleton,
    "alerts": alerts_page.skeleton,
    "incident": alerts_page.case_skeleton,
    "audit": audit_page.skeleton,
    "accounts": accounts_page.skeleton,
    "messages": messages_page.skeleton,
    "message": messages_page.one_skeleton,
}


def page(pathname: str | None) -> Component:
    """The skeleton of the page that the address names."""
    here = page_at(pathname)
    if here.found:
        return SKELETONS[here.place](here)
    said = sentence(text(here.language, "app.no_page"))
    return html.Div([said, link(text(here.language, "app.back"), here.overview().path(), "back")])
