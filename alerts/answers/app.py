"""The endpoint: the only file of the alerts that speaks HTTP to people. GET shows, and nothing but POST records.

Mail programs and their scanners open links to look at them; they press no buttons.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from alerts.answers.desk import AnswerDesk, Page, Services
from alerts.answers.limits import Limits
from alerts.answers.links import PATH
from alerts.answers.pages import page, policy
from alerts.answers.tokens import token_id
from alerts.incidents.acts import DeskError

log = logging.getLogger(__name__)

MOST_BYTES = 4096
"""Of a body: 200 letters of a note, each up to 12 bytes on the way, and the button."""
BODY_WITHIN_S = 10.0
RETRY_AFTER_S = "60"
RECEIVED = "received"
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class BadBody(Exception):
    """What was sent is too long, too slow, or no form."""


def create_app(
    services: Services, limits: Limits | None = None, monotonic: Callable[[], float] = time.monotonic
) -> Starlette:
    """The endpoint as an ASGI application."""
    endpoint = Endpoint(AnswerDesk(services), limits or Limits(), monotonic)
    routes = [
        Route(PATH + "{token}", endpoint.show, methods=["GET"]),
        Route(PATH + "{token}", endpoint.answer, methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers={404: nothing, 405: nothing})


async def nothing(_: Request, error: Exception) -> Response:
    """There is nothing else here."""
    status = getattr(error, "status_code", 404)
    return PlainTextResponse("ページがありません / Not found\n", status, headers=headers())


def headers(**more: str) -> dict[str, str]:
    """The headers of every answer."""
    return {**HEADERS, "Content-Security-Policy": policy(), **more}


class Endpoint:
    """Two routes on one path. Work on the database is done in threads, the limits are kept on the loop."""

    def __init__(self, desk: AnswerDesk, limits: Limits, monotonic: Callable[[], float]) -> None:
        self._desk = desk
        self._limits = limits
        self._monotonic = monotonic

    async def show(self, request: Request) -> Response:
        """The page of a link."""
        received = request.url.query == RECEIVED
        return await self._guarded(request, lambda token: self._shown(token, received=received))

    async def answer(self, request: Request) -> Response:
        """A button was pressed. What is recorded is shown by GET, so that loading the page again sends nothing."""
        try:
            form = await asyncio.wait_for(_form(request), BODY_WITHIN_S)
        except (BadBody, TimeoutError, ClientDisconnect):
            return _html(await run_in_threadpool(self._desk.apology, "wrong", 400))
        return await self._guarded(request, lambda token: self._answered(token, form))

    async def _guarded(self, request: Request, work: Callable[[str], Response | None]) -> Response:
        """Count, work, and turn what fails into a page that says so."""
        token = str(request.path_params["token"])
        try:
            good = await run_in_threadpool(self._desk.open, token)
            now_s = self._monotonic()
            allowed = self._limits.allows(token_id(token), now_s) if good else self._limits.allows_stranger(now_s)
            if not allowed:
                busy = await run_in_threadpool(self._desk.apology, "busy", 429)
                return _html(busy, **{"Retry-After": RETRY_AFTER_S})
            return await run_in_threadpool(work, token) or _html(
                await run_in_threadpool(self._desk.apology, "unknown", 404)
            )
        except DeskError as error:
            log.warning("an answer could not be taken: %s", error)
            return await self._down()
        except Exception:  # the top of a loop: what the database refuses must not end as a blank page
            log.exception("a link could not be served")
            return await self._down()

    async def _down(self) -> Response:
        return PlainTextResponse(
            "いまは記録できません。少し待ってもう一度押すか、当番に電話してください。\n"
            "It cannot be recorded now. Wait a little and press again, or call the duty officer.\n",
            503,
            headers=headers(**{"Retry-After": RETRY_AFTER_S}),
        )

    def _shown(self, token: str, *, received: bool) -> Response | None:
        opened = self._desk.open(token)
        return _html(self._desk.show(opened, received=received)) if opened else None

    def _answered(self, token: str, form: dict[str, str]) -> Response | None:
        opened = self._desk.open(token)
        if opened is None:
            return None
        refused = self._desk.answer(opened, form.get("reply", ""), form.get("note", ""), form.get("level", ""))
        if refused is not None:
            return _html(refused)
        return RedirectResponse(f"?{RECEIVED}", 303, headers=headers())


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, each once; BadBody for anything else."""
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/x-www-form-urlencoded":
        raise BadBody
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise BadBody
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=10, errors="strict")
    except (UnicodeDecodeError, ValueError) as error:
        raise BadBody from error
    return {name: values[0] for name, values in fields.items()}


def _html(shown: Page, **more: str) -> Response:
    return HTMLResponse(page(shown.view), shown.status, headers=headers(**more))
