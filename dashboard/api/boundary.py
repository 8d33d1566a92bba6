"""The edge of the API: what is not there is said to be not there, bodies have a bounded size, and where something broke
the answer is in the API's own form."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.problems import Refused, refused

logger = logging.getLogger(__name__)

PREFIX = "/api/v1"
MOST_BYTES = 64 * 1024
"""Nothing that a person writes is longer."""
LONGEST_LENGTH = 15
"""Digits of a length that are read as a number at all."""


class Boundary:
    """ASGI middleware for what is below ``PREFIX``; the rest passes."""

    def __init__(self, app: ASGIApp, known: Iterable[tuple[str, str]]) -> None:
        """``known`` are the methods and paths that there are: Dash answers every other address with its page."""
        self._app = app
        self._known = [(method, compile_path(path)[0]) for method, path in known]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body first, refuse one that is too large, and hand it on whole."""
        if scope["type"] != "http" or not scope["path"].startswith(f"{PREFIX}/"):
            await self._app(scope, receive, send)
            return
        if not any(scope["method"] == method and path.match(scope["path"]) for method, path in self._known):
            nothing = Refused(404, "no_address", method=scope["method"], path=scope["path"])
            await _answer(nothing, scope, receive, send)
            return
        try:
            body = await _body(scope, receive)
        except ClientDisconnect:
            return  # half of what somebody said is not what they said
        if body is None:
            await _answer(Refused(413, "too_large", kilobytes=MOST_BYTES // 1024), scope, receive, send)
            return
        await self._handled(scope, _replaying(body, receive), send)

    async def _handled(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception:
            if begun:
                raise
            logger.exception("%s %s could not be answered", scope["method"], scope["path"])
            await _answer(Refused(500, "broken"), scope, receive, send)


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """All of it, or None where that is too much; what it says of its length is believed only where that is too much."""
    said = dict(scope["headers"]).get(b"content-length", b"0")
    if said.isdigit() and (len(said) > LONGEST_LENGTH or int(said) > MOST_BYTES):
        return None
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return body


def _replaying(body: bytes, receive: Receive) -> Receive:
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _answer(error: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    response: Response = refused(Request(scope), error)
    await response(scope, receive, send)
