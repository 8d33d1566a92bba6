"""A web application on an address."""

from __future__ import annotations

import threading
import time
from typing import Any

import uvicorn

from deploy.monitor.web_probe import WebProbe
from deploy.services import STOP_WITHIN_S
from deploy.web_sockets import SharedSockets
from ingest.pulse import Part


class _Turning(uvicorn.Server):
    """Remembers when its loop came round last."""

    turned_at_s = 0.0

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        self.turned_at_s = time.monotonic()
        return await super().on_tick(counter)


class WebServer:
    """An ASGI application on an address, in a thread of its own."""

    def __init__(
        self, application: Any, host: str, port: int, most_connections: int | None = None, part: Part | None = None
    ) -> None:
        """``most_connections`` at once, more are answered 503; None: as many as there are. ``part`` is what it does for
        those who look after the services."""
        self.part = part
        self._server = _Turning(
            uvicorn.Config(
                application,
                host=host,
                port=port,
                ws=SharedSockets,
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=2,
                server_header=False,
                limit_concurrency=most_connections,
            )
        )
        self._thread = threading.Thread(target=self._server.run, name=f"web-{port}", daemon=True)

    @property
    def probe(self) -> WebProbe:
        """What looks whether it still serves."""
        return WebProbe(self._thread.is_alive, self._turned_s, f"{self.part or self._thread.name} server")

    def _turned_s(self) -> float:
        turned_at_s = self._server.turned_at_s
        return time.monotonic() - turned_at_s if turned_at_s else 0.0

    def start(self) -> None:
        """Listen; raises OSError where the server ended before it listened."""
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.05)
            if not self._thread.is_alive():
                raise OSError("the web server could not start")

    def stop(self) -> None:
        """Close the connections and end."""
        self._server.should_exit = True
        self._thread.join(STOP_WITHIN_S)
