"""Questions that come over a WebSocket for what is shared are answered with the text that was written for all.

Dash would take each of them through its own machinery: half a millisecond and three passes of JSON, for each viewer.
Whatever else a page asks goes on to Dash.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from dash.exceptions import PreventUpdate
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.staff import push
from dashboard.staff.sharing import Shared

logger = logging.getLogger(__name__)

SOCKET = "/_dash-ws-callback"
QUESTION = "callback_request"


class SharedAnswers:
    """ASGI middleware, inside of the guard: what it sends stops with the session as everything does."""

    def __init__(self, app: ASGIApp, sections: Mapping[str, Shared]) -> None:
        self._app = app
        self._sections = sections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but the questions that are answered here."""
        if scope["type"] != "websocket" or scope["path"] != SOCKET:
            await self._app(scope, receive, send)
            return
        sends = partial(_send, send)
        token = push.sends.set(sends)
        try:
            await self._app(scope, partial(self._next, receive, sends), send)
        finally:
            push.sends.reset(token)

    async def _next(self, receive: Receive, sends: Callable[[str], Awaitable[None]]) -> Message:
        """The next message that Dash is to have."""
        while True:
            message = await receive()
            answer = await self._answer(message.get("text") or "")
            if answer is None:
                return message
            try:
                await sends(answer)
            except OSError:
                # The viewer went away: that is the next message.
                continue

    async def _answer(self, text: str) -> str | None:
        """The answer to a question; None where it is for Dash, with everything that is wrong with it."""
        asked = _question(text)
        shared = self._sections.get(str(asked["payload"].get("output"))) if asked else None
        if asked is None or shared is None:
            return None
        given = shared.given_in(asked["payload"])
        try:
            made = await shared.made(given) if given is not None else None
        except PreventUpdate:
            return None
        except Exception:
            logger.exception("%s could not be made", shared.output)
            return None
        return None if made is None else _addressed(asked, made.answer)


async def _send(send: Send, text: str) -> None:
    await send({"type": "websocket.send", "text": text})


def _question(text: str) -> Mapping[str, Any] | None:
    if QUESTION not in text:
        return None
    try:
        said = json.loads(text)
    except ValueError:
        return None
    question = isinstance(said, dict) and said.get("type") == QUESTION and isinstance(said.get("payload"), dict)
    return said if question else None


def _addressed(asked: Mapping[str, Any], answer: str) -> str:
    """As Dash answers; what is the same for all stands last: ``deploy/web_sockets.py`` compresses it once."""
    to, which = json.dumps(asked.get("rendererId", "")), json.dumps(asked.get("requestId"))
    return f'{{"type":"callback_response","rendererId":{to},"requestId":{which},"payload":{answer}}}'
