"""Headers of every answer: what a browser may do with the staff's pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Origins = Mapping[str, Sequence[str]]
"""By rule of the policy, addresses elsewhere that a page needs: those of live cameras (``live_origins``)."""


def policy(script_hashes: Sequence[str], elsewhere: Origins | None = None) -> str:
    """The Content-Security-Policy: nothing from elsewhere but what is named, no inline script but the ones that Dash
    itself writes.

    Plotly writes style elements, so inline styles stay allowed. The player of live video feeds it from memory (blob).
    """
    rules = {
        "default-src": "'none'",
        "script-src": " ".join(["'self'", *script_hashes]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "media-src": "'self' blob:",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    more = elsewhere or {}
    return "; ".join(" ".join((name, value, *more.get(name, ()))) for name, value in rules.items())


class SecurityHeaders:
    """ASGI middleware that puts the headers on every HTTP answer of the app.

    ``elsewhere`` is asked for each page: cameras come and go.
    """

    def __init__(
        self, app: ASGIApp, script_hashes: Sequence[str], elsewhere: Callable[[], Awaitable[Origins]] | None = None
    ) -> None:
        self._app = app
        self._script_hashes = script_hashes
        self._elsewhere = elsewhere
        self._headers = {
            "Content-Security-Policy": policy(script_hashes),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; only the start of an HTTP answer is changed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, partial(self._send, scope, send))

    async def _send(self, scope: Scope, send: Send, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(self._headers)
            page = headers.get("content-type", "").startswith("text/html")
            if page:  # else "back" after signing out shows an empty frame from the browser's store
                headers.setdefault("Cache-Control", "no-store")
            # Where cameras are is nothing for somebody who is not signed in.
            known = scope.get("state", {}).get("actor") is not None
            if known and self._elsewhere is not None and page:
                headers["Content-Security-Policy"] = policy(self._script_hashes, await self._elsewhere())
        await send(message)
