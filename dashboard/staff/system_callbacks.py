"""The callbacks of the page of the system: each draws one section of what the watch saw."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from dash import Dash, Input, Output, State
from dash.development.base_component import Component

from dashboard.staff import device_tabs, system_page, system_panels
from dashboard.staff.addresses import chosen_in, page_at, word_in
from dashboard.staff.services import StaffServices
from dashboard.staff.system_page import CAMERAS, EQUIPMENT, SIGNS, SYSTEM, TABS
from dashboard.staff.system_rows import Around
from dashboard.staff.watch import Watch

MOST_LETTERS = 20


def tabs(search: str | None, pathname: str | None) -> Component:
    """What one can look at."""
    return system_page.tabs(page_at(pathname), chosen_in(search, TABS, SYSTEM, "d"))


def search_form(search: str | None, pathname: str | None) -> list[Component]:
    """The search of a kind of device; drawn once a question, so that nobody's typing is lost."""
    here, tab = page_at(pathname), chosen_in(search, TABS, SYSTEM, "d")
    query = word_in(search, "q")
    if here.place == "health":
        return [device_tabs.search(query, tab, here)] if tab in (CAMERAS, EQUIPMENT, SIGNS) else []
    return [device_tabs.search(query, "", here)]


async def summary(watch: Watch, _: str | None, __: str | None, pathname: str | None) -> Component:
    """How all is, in one sentence."""
    seen = await watch.latest()
    return system_page.summary(seen.system, seen.health.to_act_on if seen.health else None, page_at(pathname))


async def body(
    watch: Watch, services: StaffServices, _: str | None, search: str | None, pathname: str | None
) -> list[Component]:
    """What was chosen: the system, or a kind of device."""
    seen, here = await watch.latest(), page_at(pathname)
    tab = chosen_in(search, TABS, SYSTEM, "d")
    if tab in (CAMERAS, EQUIPMENT, SIGNS) and seen.board is not None and seen.system is not None:
        around = Around(here, seen.at)
        found = device_tabs.rows(tab, seen.board, seen.system.signs, around)
        return device_tabs.shown(found, word_in(search, "q"), around)
    shown = system_page.body(seen.system, here)
    reason = word_in(search, "r")
    if reason and seen.system is not None:
        letters = await asyncio.to_thread(services.system.letters, reason, MOST_LETTERS)
        shown = [*system_panels.newest_letters(reason, letters, Around(here, seen.system.at)), *shown]
    return shown


def register(app: Dash, services: StaffServices, watch: Watch) -> None:
    """Bind the callbacks of this file to an app."""
    here, search = State("url", "pathname"), Input("url", "search")
    news: Any = Input("news-system", "data")
    app.callback(Output("system-tabs", "children"), search, here)(tabs)
    app.callback(Output("device-search", "children"), search, here)(search_form)
    app.callback(Output("system-summary", "children"), news, Input("news-troubles", "data"), here)(
        partial(summary, watch)
    )
    app.callback(Output("system-body", "children"), news, search, here)(partial(body, watch, services))
