"""Server push: a viewer is told which sections changed, and every two seconds that the server is there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from dash import ctx, set_props
from dash.backends.ws import DashWebsocketCallback

from dashboard.staff.watch import Picture, Watch
from ingest.clock import Clock

BEAT_EVERY_S = 2.0
ASK_EVERY_S = 60.0
ANSWER_WITHIN_S = 10.0


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
        for section, token in news(picture, told).items():
            set_props(f"news-{section}", {"data": token})
            told[section] = token
        if loop.time() >= next_beat_s:
            set_props("beat", {"data": beat(picture, clock, clock.now())})
            next_beat_s = loop.time() + BEAT_EVERY_S
        if loop.time() >= next_ask_s:
            if not await _is_there(socket):
                return
            next_ask_s = loop.time() + ASK_EVERY_S


async def _is_there(socket: DashWebsocketCallback) -> bool:
    # Tabs of a browser share one connection: a tab that was closed is known by its silence alone.
    try:
        await socket.get_prop("beat", "data", timeout=ANSWER_WITHIN_S)
    except TimeoutError:
        return False
    return True
