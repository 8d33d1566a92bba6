"""The callbacks of the pages of messages to the public. What people type in is drawn once, and anew only where the
message itself says something else; the rest with every news."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from dash import Dash, Input, Output, State, dcc, no_update
from dash.development.base_component import Component

from alerts.public.protocol import Look, Reach
from alerts.public.records import Refused, Step
from alerts.public.records import State as MessageState
from dashboard.accounts.actor import Role
from dashboard.public_desk import PublicServices
from dashboard.staff import (
    issued_levels,
    messages_age,
    messages_forms,
    messages_page,
    messages_preview,
    messages_rows,
    messages_sent,
)
from dashboard.staff.addresses import Page, page_at
from dashboard.staff.leaving import while_at
from dashboard.staff.messages_words import Levels
from dashboard.staff.reader import reads_as
from dashboard.staff.watch import Watch
from ingest.stations import Registry

LATELY = 12
WAITING = (MessageState.DRAFT, MessageState.APPROVED)
OVER = (MessageState.PUBLISHED, MessageState.WITHDRAWN, MessageState.EXPIRED)
LARGEST_DIGITS = 18


async def out_now(watch: Watch, public: PublicServices, _: str | None, pathname: str | None) -> Component:
    """What is out."""
    found = await asyncio.to_thread(public.looks.in_force)
    return messages_rows.out_now(found, page_at(pathname), (await watch.latest()).at)


async def waiting(watch: Watch, public: PublicServices, _: str | None, pathname: str | None) -> Component:
    """What waits."""
    found = await asyncio.to_thread(public.looks.newest, 100, WAITING)
    needed = await asyncio.to_thread(public.looks.needed, found)
    return messages_rows.waiting(found, needed, page_at(pathname), (await watch.latest()).at)


async def ended(watch: Watch, public: PublicServices, _: str | None, pathname: str | None) -> Component:
    """What is over."""
    newest = await asyncio.to_thread(public.looks.newest, 10 * LATELY, OVER)
    out = {each.id for each in await asyncio.to_thread(public.looks.in_force)}
    found = [each for each in newest if each.id not in out][:LATELY]
    return messages_rows.ended(found, page_at(pathname), (await watch.latest()).at)


async def issued(watch: Watch, public: PublicServices, _: str | None, pathname: str | None) -> Any:
    """The issued alert levels."""
    levels = await _levels(watch, public)
    return [] if levels is None else issued_levels.listed(levels, page_at(pathname).language, (await watch.latest()).at)


async def issued_strip(watch: Watch, public: PublicServices, _: str | None, pathname: str | None) -> Any:
    """The issued alert levels on another page."""
    levels = await _levels(watch, public)
    return [] if levels is None else issued_levels.strip(levels, page_at(pathname), (await watch.latest()).at)


async def issued_form(watch: Watch, public: PublicServices, pathname: str | None) -> Any:
    """The form of an issued level, drawn once."""
    levels, picture = await _levels(watch, public), await watch.latest()
    return [] if levels is None else issued_levels.form(levels, picture.at, page_at(pathname).language)


async def _levels(watch: Watch, public: PublicServices) -> Levels | None:
    registry = await _registry(watch)
    return None if registry is None else Levels(await asyncio.to_thread(public.issued.in_force), registry)


async def _registry(watch: Watch) -> Registry | None:
    seen = (await watch.latest()).board
    return seen.registry if seen else None


def _look(public: PublicServices, here: Page) -> Look | None:
    if not here.item.isdecimal() or len(here.item) > LARGEST_DIGITS:
        return None
    try:
        return public.looks.look(int(here.item), "")
    except Refused:
        return None


def _reaches(public: PublicServices, look: Look) -> dict[Step, Reach]:
    """Whom it goes to; who they are is for those who may write to them, as in the API."""
    steps = {look.message.step} if look.message.is_open else {Step.CORRECTION, Step.CANCEL}
    found = {step: public.looks.reach(look.message.id, step) for step in steps}
    if reads_as(Role.OPERATOR):
        return found
    return {step: replace(each, people=()) for step, each in found.items()}


async def name(public: PublicServices, _: str | None, pathname: str | None) -> Any:
    """The title."""
    here = page_at(pathname)
    if here.item == messages_page.NEW:
        return no_update
    look = await asyncio.to_thread(_look, public, here)
    return messages_page.unknown(here) if look is None else messages_page.name(look.message, here.language)


async def age(watch: Watch, public: PublicServices, _: str | None, pathname: str | None) -> Any:
    """How old the values of a draft are; the news of messages come every minute at least."""
    here, picture = page_at(pathname), await watch.latest()
    look = await asyncio.to_thread(_look, public, here)
    return [] if look is None else messages_age.told(look.message, picture.board, picture.at, here.language)


async def acts(watch: Watch, public: PublicServices, _: str | None, mark: str | None, pathname: str | None) -> Any:
    """What is to be done; drawn anew where anything of the message changed."""
    here, levels = page_at(pathname), await _levels(watch, public)
    look = await asyncio.to_thread(_look, public, here)
    if look is None or levels is None:
        return []
    now = _acts_mark(look, levels, here)
    if now == mark:
        return no_update
    reaches = await asyncio.to_thread(_reaches, public, look)
    settings = await asyncio.to_thread(public.looks.settings)
    drawn = messages_page.acts(look, reaches, levels, settings, here, (await watch.latest()).at)
    return [drawn, _marked("message-acts", now)]


def _marked(place: str, mark: str) -> Component:
    """What a section was drawn from, kept in it: it is drawn anew only from something else."""
    return dcc.Store(id=f"{place}-mark", data=mark)


def _acts_mark(look: Look, levels: Levels, here: Page) -> str:
    against = [each.name for each in (look.not_approvable, look.not_publishable) if each]
    stands = (look.highest, look.unverified, look.unconfirmed, _issued_ids(look, levels))
    message, drafts = look.message, [each.id for each in look.drafts]
    return repr((here.path(), message.content_mark, len(message.decisions), against, stands, drafts, len(look.chain)))


async def editor(watch: Watch, public: PublicServices, _: str | None, mark: str | None, pathname: str | None) -> Any:
    """What can be written; drawn anew only where the message says something else, or another follows it."""
    here, levels = page_at(pathname), await _levels(watch, public)
    if levels is None:
        return []
    if here.item == messages_page.NEW:
        return await _new(watch, levels, here, mark)
    look = await asyncio.to_thread(_look, public, here)
    if look is None:
        return []
    if (now := _editor_mark(look, levels, here)) == mark:
        return no_update
    reaches = await asyncio.to_thread(_reaches, public, look)
    return [*messages_page.editor(look, reaches, levels, here), _marked("message-editor", now)]


def _editor_mark(look: Look, levels: Levels, here: Page) -> str:
    """What somebody writes in is drawn anew seldom: a draft is not about what still stands."""
    message = look.message
    stands = () if message.is_open else (look.highest, look.unverified, look.unconfirmed, _issued_ids(look, levels))
    return repr((here.path(), message.content_mark, message.state, [each.id for each in look.chain], stands))


def _issued_ids(look: Look, levels: Levels) -> list[int]:
    return [each.id for each in levels.of(look.message)]


async def _new(watch: Watch, levels: Levels, here: Page, mark: str | None) -> Any:
    seen = (await watch.latest()).board
    if mark == here.path() or seen is None:
        return no_update
    drawn = messages_page.new(messages_forms.new(seen.stations, levels, here.language))
    return [drawn, _marked("message-editor", here.path())]


async def course(watch: Watch, public: PublicServices, _: str | None, pathname: str | None) -> Any:
    """Who decided what."""
    here = page_at(pathname)
    look = await asyncio.to_thread(_look, public, here)
    return [] if look is None else messages_page.course(look, here, (await watch.latest()).at)


async def sent(public: PublicServices, _: str | None, __: str | None, pathname: str | None) -> Any:
    """What became of a message that went out."""
    here = page_at(pathname)
    look = await asyncio.to_thread(_look, public, here)
    if look is None or look.message.state is not MessageState.PUBLISHED:
        return []
    found = await asyncio.to_thread(public.looks.sent, look.message.id)
    return messages_sent.sent(found, here.language, names=reads_as(Role.OPERATOR))


async def preview(public: PublicServices, _: str | None, pathname: str | None) -> Any:
    """The message as residents get it."""
    here = page_at(pathname)
    if here.item == messages_page.NEW:
        return messages_preview.preview(None, here.language, live=True)
    look = await asyncio.to_thread(_look, public, here)
    if look is None:
        return []
    shown = await asyncio.to_thread(public.looks.shown, look.message.id)
    return messages_preview.preview(shown, here.language, live=look.message.is_open)


def register(app: Dash, watch: Watch, public: PublicServices | None) -> None:
    """Bind the callbacks of this file to an app; where there is no desk the pages stay empty."""
    if public is None:
        return
    news, here = Input("news-public", "data"), State("url", "pathname")
    drawn: dict[str, Callable[..., Any]] = {
        "messages-out": partial(out_now, watch, public),
        "messages-waiting": partial(waiting, watch, public),
        "messages-ended": partial(ended, watch, public),
        "issued-levels": partial(issued, watch, public),
        "issued-strip": partial(issued_strip, watch, public),
        "message-name": while_at("message", partial(name, public)),
        "message-age": while_at("message", partial(age, watch, public)),
        "message-course": while_at("message", partial(course, watch, public)),
        "message-preview": while_at("message", partial(preview, public)),
    }
    for place, draw in drawn.items():
        app.callback(Output(place, "children"), news, here)(draw)
    told = Input("news-incidents", "data")
    app.callback(Output("message-sent", "children"), news, told, here)(while_at("message", partial(sent, public)))
    app.callback(Output("issued-form", "children"), Input("url", "pathname"))(partial(issued_form, watch, public))
    for place, draw in (("message-acts", acts), ("message-editor", editor)):
        kept = State(f"{place}-mark", "data", allow_optional=True)  # a place where nothing is drawn keeps none
        app.callback(Output(place, "children"), news, kept, here)(while_at("message", partial(draw, watch, public)))
