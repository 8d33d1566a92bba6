"""The other side of the webhooks of a measurement, as a program of its own: takes everything and says when it came.

``python -m deploy.benches.listener DELAY_S`` prints its port. ``GET /taken`` gives what came since the last asking, as
a list of [seconds since 1970, recipient, [gauges]].
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Listener(ThreadingHTTPServer):
    """``delay_s`` is how long it takes over each message."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, delay_s: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.delay_s = delay_s
        self._lock = threading.Lock()
        self._taken: list[tuple[float, str, list[str]]] = []

    def take(self, recipient: str, document: dict[str, Any]) -> None:
        """Note a message and its moment."""
        at_s = time.time()
        alerts = document.get("data", document).get("alerts", [])
        gauges = [str((each.get("gauge") or {}).get("id", "")) for each in alerts]
        with self._lock:
            self._taken.append((at_s, recipient, gauges))

    def taken(self) -> list[tuple[float, str, list[str]]]:
        """What came since the last asking."""
        with self._lock:
            found, self._taken = self._taken, []
        return found


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.server.take(self.path.rpartition("/")[2], json.loads(body))
        time.sleep(self.server.delay_s)
        self._answer(b"")

    def do_GET(self) -> None:
        self._answer(json.dumps(self.server.taken()).encode())

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is said of each request."""


if __name__ == "__main__":
    listener = Listener(float(sys.argv[1]))
    sys.stdout.write(f"{listener.server_port}\n")
    sys.stdout.flush()
    listener.serve_forever()
