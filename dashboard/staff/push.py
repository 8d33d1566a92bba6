"""Server push: a viewer is told which sections changed, and every two seconds that the server is there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from datetime import datetime

from dash import ctx
from dash.backends.ws import DashWebsocketCallback

from dashboard.staff.watch import Picture, Watch
from ingest.clock import Clock

BEAT_EVERY_S = 2.0
ASK_EVERY_S = 60.0
ANSWER_WITHIN_S = 10.0

sends: ContextVar[Callable[[str], Awaitable[None]]] = ContextVar("sends")
"""Sends a text to the viewer of this connection (``answering.SharedAnswers``); raises OSError where there is none."""


def news(picture: Picture, told: Mapping[str, str]) -> dict[str, str]:
    """The sections that a viewer has not been told of yet, with their tokens."""
    return {section: token for section, token in picture.tokens.items() if told.get(section) != token}


def beat(picture: Picture, clock: Clock, at: datetime) -> dict[str, object]:
    """What the page's clock lives on: the house's time and speed, and whether the store can be read since when."""
    return {
        "at_ms": round(at.timestamp() * 1000),
        "speed": clock.speed,
        "readable": picture.readable,
        "seen_ms": round(picture.at.timestamp() * 1000),
    }


async def push(watch: Watch, clock: Clock) -> None:
    """Runs for the life of a viewer's connection."""
    socket, loop = ctx.websocket, asyncio.get_running_loop()
    told: dict[str, str] = {}
    picture: Picture | None = None
    next_beat_s, next_ask_s = 0.0, loop.time() + ASK_EVERY_S
    while socket is not None and not socket.is_shutdown:
        picture = await watch.later(picture)
        changed = news(picture, told)
        said: dict[str, object] = {f"news-{section}": token for section, token in changed.items()}
        told |= changed
        if loop.time() >= next_beat_s:
            said["beat"] = beat(picture, clock, clock.now())
            next_beat_s = loop.time() + BEAT_EVERY_S
        if not await _tell(socket, said):
            return
        if loop.time() >= next_ask_s:
            if not await _is_there(socket):
                return
            next_ask_s = loop.time() + ASK_EVERY_S


async def _tell(socket: DashWebsocketCallback, said: Mapping[str, object]) -> bool:
    """One message with all of it, as Dash puts several into one; whether the viewer is there. Through Dash's queue each
    would be written and woken for by itself, for every viewer."""
    to = socket._renderer_id
    messages = [
        {"type": "set_props", "rendererId": to, "payload": {"componentId": name, "props": {"data": data}}}
        for name, data in said.items()
    ]
    try:
        if messages:
            await sends.get()(json.dumps(messages))
    except OSError:
        return False
    return True


async def _is_there(socket: DashWebsocketCallback) -> bool:
    # Tabs of a browser share one connection: a tab that was closed is known by its silence alone.
    try:
        await socket.get_prop("beat", "data", timeout=ANSWER_WITHIN_S)
    except TimeoutError:
        return False
    return True
