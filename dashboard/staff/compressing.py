"""What is sent is compressed, but for pictures, which are so already."""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

LEAST_BYTES = 1_000
LEVEL = 4
"""Fast: the scripts of a first visit are packed while somebody waits for them, and kept by the browser afterwards."""
PLAIN = ("/still/",)


class Compressed:
    """ASGI middleware: everything by gzip where the browser takes it, except below ``PLAIN``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._packed = GZipMiddleware(app, minimum_size=LEAST_BYTES, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; only bodies of HTTP answers are changed."""
        plain = scope["type"] != "http" or scope["path"].startswith(PLAIN)
        await (self._app if plain else self._packed)(scope, receive, send)
