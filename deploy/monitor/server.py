"""The small HTTP server of /metrics and /health, with nothing but the standard library."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from deploy.monitor.metrics import CONTENT_TYPE, Metrics
from deploy.monitor.signs import Check, Probe, Sample, State, checks_of, samples_of, worst

log = logging.getLogger(__name__)

REQUEST_WITHIN_S = 5.0


class Monitor:
    """Serves what the probes say. It is a service like the others, and the last to start."""

    def __init__(self, service: str, version: str, probes: Sequence[Probe], host: str, port: int) -> None:
        self._service = service
        self._version = version
        self._probes = probes
        self._address = (host, port)
        self._metrics = Metrics(self.samples)
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Listen. Where the port is taken it says so, and the service goes on: it matters more than its monitor."""
        pages = {"/metrics": self._metrics_page, "/health": self._health_page}
        try:
            self._server = _server(self._address, pages)
        except OSError as error:
            host, port = self._address
            log.error(
                "no metrics and health of %s: port %d of %s (%s); set [monitor]", self._service, port, host, error
            )
            return
        threading.Thread(target=self._server.serve_forever, name="monitor", daemon=True).start()

    def stop(self) -> None:
        """End."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def checks(self) -> list[Check]:
        """How the service is now."""
        return checks_of(self._probes)

    def samples(self) -> list[Sample]:
        """All numbers of now."""
        info = {"version": self._version, "service": self._service}
        return [
            Sample("build_info", "the version that runs", 1, info),
            *samples_of(self._probes),
            *(
                Sample("check_state", "0 ok, 1 degraded, 2 failed: the checks of /health", each.state, {"check": name})
                for name, each in {each.name: each for each in self.checks()}.items()
            ),
        ]

    def _metrics_page(self) -> tuple[int, str, bytes]:
        return 200, CONTENT_TYPE, self._metrics.text()

    def _health_page(self) -> tuple[int, str, bytes]:
        checks = self.checks()
        state = worst(checks)
        document = {
            "status": state.name.lower(),
            "service": self._service,
            "version": self._version,
            "checks": [
                {"name": each.name, "status": each.state.name.lower(), "sentence": each.sentence} for each in checks
            ],
        }
        body = json.dumps(document, ensure_ascii=False, indent=1).encode()
        return (503 if state is State.FAILED else 200), "application/json; charset=utf-8", body


Page = Callable[[], tuple[int, str, bytes]]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    pages: dict[str, Page]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = REQUEST_WITHIN_S
    server_version = "mizumori"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, body: bool) -> None:
        page = self.server.pages.get(self.path.partition("?")[0])
        try:
            status, kind, data = page() if page else (404, "text/plain", b"there are /metrics and /health\n")
        except Exception:
            log.exception("%s could not be made", self.path)
            status, kind, data = 500, "text/plain", b"see the log\n"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        log.debug(format, *arguments)


def _server(address: tuple[str, int], pages: dict[str, Page]) -> _Server:
    server = _Server(address, _Handler)
    server.pages = pages
    return server
