"""The callbacks of the chronology: what the address asks is read off the event loop and drawn."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from dash import Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from alerts.chronology.words import catalogue
from dashboard.accounts.actor import Role
from dashboard.chronicle import Chronicle
from dashboard.chronology_query import Query, Unclear, lines, query_of
from dashboard.i18n import text
from dashboard.staff import chronology_page
from dashboard.staff.addresses import page_at
from dashboard.staff.chronology_rows import Where
from dashboard.staff.reader import reads_as
from dashboard.staff.watch import Watch
from ingest.stations import Registry

KINDS = frozenset(catalogue("ja")["kinds"])
MOST_COUNTED = 1000
AUDITS = Role.APPROVER
"""Who may read the audit log (see ``accounts.rights``)."""


def asked(search: str | None) -> Query:
    """What the address asks, everything where that cannot be understood."""
    try:
        return query_of(search, KINDS)
    except Unclear:
        return Query()


def ways(search: str | None, pathname: str | None) -> list[Component]:
    """Order and following; the audit log for those who may read it."""
    return chronology_page.ways(asked(search), page_at(pathname), reads_as(AUDITS))


def exports(search: str | None, pathname: str | None) -> Component:
    """The links to take away what is shown."""
    return chronology_page.exports(asked(search), page_at(pathname))


async def filters(watch: Watch, chronicle: Chronicle, search: str | None, pathname: str | None) -> Component:
    """The form that narrows."""
    actors = await asyncio.to_thread(chronicle.log.actors)
    return chronology_page.filters(asked(search), await _registry(watch), actors, page_at(pathname))


async def entry(watch: Watch, pathname: str | None) -> Component:
    """The form that writes; drawn once a visit."""
    return chronology_page.entry_form(await _registry(watch), page_at(pathname))


async def listed(watch: Watch, chronicle: Chronicle, search: str | None, _: int | None, pathname: str | None) -> Any:
    """The lines that are asked for, with the number of the newest line when they were read."""
    here = page_at(pathname)
    try:
        query = query_of(search, KINDS)
    except Unclear as unclear:
        return chronology_page.unclear(unclear.name, unclear.written, here)
    found = await asyncio.to_thread(lines, chronicle.log, query)
    return chronology_page.shown(found, query, Where(await _registry(watch), here))


async def more(chronicle: Chronicle, _: str | None, shown: int | None, search: str | None, pathname: str | None) -> Any:
    """That new lines were written since, and how many; nothing on the pages of earlier ones."""
    query = asked(search)
    if shown is None:
        return no_update
    count = await asyncio.to_thread(chronicle.log.count, query.wanted(), shown) if query.newest_page else 0
    number = str(count) if count < MOST_COUNTED else f"{MOST_COUNTED}+"
    return text(page_at(pathname).language, "chronology.more", n=number) if count else ""


async def _registry(watch: Watch) -> Registry | None:
    seen = (await watch.latest()).board
    return seen.registry if seen else None


def register(app: Dash, watch: Watch, chronicle: Chronicle) -> None:
    """Bind the callbacks of this file to an app."""
    here, search, news = State("url", "pathname"), Input("url", "search"), Input("news-chronology", "data")
    # It comes with the first lines: news may be there before it.
    shown = Input("chronicle-shown", "data", allow_optional=True)
    app.callback(Output("chronicle-ways", "children"), search, here)(ways)
    app.callback(Output("chronicle-exports", "children"), search, here)(exports)
    app.callback(Output("chronicle-filter", "children"), search, here)(partial(filters, watch, chronicle))
    app.callback(Output("chronicle-entry", "children"), Input("url", "pathname"))(partial(entry, watch))
    app.callback(
        Output("chronicle-list", "children"),
        search,
        Input("chronicle-more", "n_clicks"),
        here,
    )(partial(listed, watch, chronicle))
    app.callback(
        Output("chronicle-more", "children"),
        news,
        shown,
        State("url", "search"),
        here,
    )(partial(more, chronicle))
