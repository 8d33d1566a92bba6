"""The callbacks of the handover. The sheet is drawn when it is asked for, and not with every news: it is a document."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from dash import Dash, Input, Output, State

from alerts.chronology.wanted import Wanted
from dashboard.chronicle import Chronicle
from dashboard.chronology_query import Unclear, query_of
from dashboard.handover import Broken, Handover, Span, broken, handover, happened, shift, shift_entries
from dashboard.staff import chronology_page, handover_page
from dashboard.staff.addresses import page_at
from dashboard.staff.chronology_callbacks import KINDS
from dashboard.staff.chronology_rows import Where
from dashboard.staff.watch import Watch
from ingest.clock import Clock


def span_of(chronicle: Chronicle, clock: Clock, search: str | None) -> Span:
    """The shift that the address names, else the usual one; Unclear for what is no time. Blocking."""
    asked, now = query_of(search, KINDS), clock.now()
    last = next(iter(chronicle.log.newest(Wanted(kinds=["handover"]), 1)), None)
    return shift(now, asked.since, asked.until, last)


def summary(chronicle: Chronicle, span: Span, out: Broken) -> Handover:
    """What the next watch must know. Blocking."""
    log, record = chronicle.log, chronicle.record
    counted = log.counts(Wanted(span.since, span.until))
    opened = record.opened(span.since, span.until)
    done = happened(shift_entries(log, span.since, span.until), opened, counted)
    if span.past is not None:
        return handover(span, record.stood(span.past), done, None)
    return handover(span, record.stands(span.now), done, out)


async def span_form(chronicle: Chronicle, clock: Clock, search: str | None, pathname: str | None) -> Any:
    """From when to when."""
    here = page_at(pathname)
    try:
        span = await asyncio.to_thread(span_of, chronicle, clock, search)
    except Unclear as unclear:
        return chronology_page.unclear(unclear.name, unclear.written, here)
    return handover_page.span_form(span, here)


async def sheet(watch: Watch, chronicle: Chronicle, clock: Clock, search: str | None, pathname: str | None) -> Any:
    """The summary."""
    picture, here = await watch.latest(), page_at(pathname)
    out = broken(picture.health.health if picture.health else None, picture.board)
    try:
        span = await asyncio.to_thread(span_of, chronicle, clock, search)
    except Unclear:
        return []
    told = await asyncio.to_thread(summary, chronicle, span, out)
    registry = picture.board.registry if picture.board else None
    return handover_page.sheet(told, Where(registry, here), chronicle.drill)


async def write_form(chronicle: Chronicle, clock: Clock, search: str | None, pathname: str | None) -> Any:
    """The form that hands over."""
    try:
        span = await asyncio.to_thread(span_of, chronicle, clock, search)
    except Unclear:
        return []
    return handover_page.write_form(span, page_at(pathname))


def register(app: Dash, watch: Watch, chronicle: Chronicle, clock: Clock) -> None:
    """Bind the callbacks of this file to an app."""
    here, search = State("url", "pathname"), Input("url", "search")
    app.callback(Output("handover-span", "children"), search, here)(partial(span_form, chronicle, clock))
    app.callback(Output("handover-sheet", "children"), search, here)(partial(sheet, watch, chronicle, clock))
    app.callback(Output("handover-write", "children"), search, here)(partial(write_form, chronicle, clock))
