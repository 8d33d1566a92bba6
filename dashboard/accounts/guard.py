"""The guard: it stands before every route of the staff's server, pages, callbacks, WebSocket, stills and API alike."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from urllib.parse import quote

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.accounts import rights
from dashboard.accounts.actor import Actor
from dashboard.accounts.gate import Gate
from dashboard.accounts.hosts import address_of
from dashboard.accounts.pages import language_of, local, refused_page, refused_words
from dashboard.accounts.sessions import Signed, Step
from dashboard.accounts.turns import BUSY_S, NoTurn
from dashboard.accounts.verdict import Asked, Code, Refusal, verdict
from dashboard.api.problems import Refused, refused

log = logging.getLogger(__name__)

ASK_AGAIN_S = 5.0
"""How often an open WebSocket is asked whether its session still stands, and with the same rights."""
REFUSED_SOCKET, ENDED_SOCKET = 4403, 4401
STEPS: Mapping[Step, str] = {Step.CODE: "/login/code", Step.ENROL: "/login/enrol", Step.PASSWORD: "/login/password"}
"""Where somebody goes on who is half in."""


class Guard:
    """ASGI middleware. What it lets through finds ``state.actor`` (None on the open pages) and ``state.signed``."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through or refuse."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        signed, refusal = await self._judged(connection, scope["method"])
        answered = _Answered(send)
        try:
            if refusal is None:
                await self._app(scope, receive, answered)
            else:
                await _answer(connection, refusal)(scope, receive, answered)
        finally:
            # Also of an answer that broke off: what was asked may have been done.
            if signed is not None and scope["path"].startswith("/api/") and scope["method"] not in rights.SAFE:
                await self._wrote(signed, connection, answered.status)

    async def _wrote(self, signed: Signed, connection: HTTPConnection, status: int) -> None:
        what = f"{connection.scope['method']} {connection.scope['path']}"
        try:
            await self._gate.wrote(signed, what, status, address_of(connection))
        except Exception:
            # The act is done and answered; its own record, the chronology, is in the act's transaction.
            log.exception("a line of the audit log is lost: %s of %s was answered %d", what, signed.actor.name, status)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        signed, refusal = await self._judged(connection, rights.SOCKET)
        if signed is None or refusal is not None:
            await receive()
            await send({"type": "websocket.close", "code": REFUSED_SOCKET})
            return
        await self._app(scope, receive, _Watched(self._gate, connection, signed.actor, send))

    async def _judged(self, connection: HTTPConnection, method: str) -> tuple[Signed | None, Refusal | None]:
        connection.state.signed = connection.state.actor = None
        if not self._gate.answers_to(connection.headers.get("host", "")):
            return None, Refusal(Code.HOST)
        try:
            signed = await self._gate.who(connection)
        except NoTurn:
            return None, Refusal(Code.BUSY)
        connection.state.signed = signed
        connection.state.actor = signed.actor if signed and signed.step is Step.IN else None
        return signed, verdict(Asked(method, connection.scope["path"], connection.headers), signed)


class _Answered:
    """Remembers the status of an answer."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
        await self._send(message)


class _Watched:
    """Sends while the session stands with the rights that the connection began with, then closes: a screen of somebody
    who was signed out is told nothing more, and one of somebody with other rights now connects anew with those."""

    def __init__(self, gate: Gate, asking: HTTPConnection, began: Actor, send: Send) -> None:
        self._gate = gate
        self._asking = asking
        self._began = began
        self._send = send
        self._ask_at_s = asyncio.get_running_loop().time() + ASK_AGAIN_S
        self._over = False

    async def __call__(self, message: Message) -> None:
        now_s = asyncio.get_running_loop().time()
        if not self._over and now_s >= self._ask_at_s:
            self._ask_at_s = now_s + ASK_AGAIN_S
            if not await self._stands():
                self._over = True
                await self._send({"type": "websocket.close", "code": ENDED_SOCKET})
        if not self._over:
            await self._send(message)

    async def _stands(self) -> bool:
        try:
            signed = await self._gate.who(self._asking)
        except NoTurn:
            return True  # nothing is known against it; it is asked again
        except Exception:  # what the database raises where it could not be read for long
            log.exception("whose an open screen is cannot be read; it is closed")
            return False
        return signed is not None and signed.step is Step.IN and signed.actor == self._began


def _answer(connection: HTTPConnection, refusal: Refusal) -> Response:
    page = connection.scope["method"] in ("GET", "HEAD") and "text/html" in connection.headers.get("accept", "")
    headers = {"Cache-Control": "no-store"}
    if refusal.code is Code.BUSY:
        headers["Retry-After"] = str(BUSY_S)
    if page and refusal.code is Code.SIGN_IN:
        way = STEPS[refusal.step] if refusal.step else "/login"
        return RedirectResponse(f"{way}?next={quote(_here(connection))}", 303, headers=headers)
    if page:
        language = language_of(connection)
        words = refused_words(refusal, language)
        return HTMLResponse(refused_page(words, language), refusal.status, headers=headers)
    values = {"method": connection.scope["method"], "path": connection.scope["path"]}
    said = values if refusal.code is Code.NOTHING else {}
    return refused(Request(connection.scope), Refused(refusal.status, refusal.word, headers, **said))


def _here(connection: HTTPConnection) -> str:
    query = connection.url.query
    return local(connection.scope["path"] + (f"?{query}" if query else ""))
