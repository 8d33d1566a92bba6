"""A small real HTTP server that answers what a test tells it to, in the place of InfluxDB."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CUT, HANG = -1, -2
FINE = 204


@dataclass
class Faulty:
    """``answers`` are the statuses to come, FINE after the last; ``bodies`` are what was written and taken."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    said: bytes = b'{"message": "said the server"}'
    requests: int = 0
    bodies: list[bytes] = field(default_factory=list)
    hang_s: float = 1.0
    most_bytes: int = 1_000_000_000

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        self.requests += 1
        status = self.answers.pop(0) if self.answers else 413 if len(body) > self.most_bytes else FINE
        if status == HANG:
            time.sleep(self.hang_s)
        if status in (HANG, CUT):
            handler.close_connection = True
            return
        if status == FINE:
            self.bodies.append(body)
        handler.send_response(status)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0" if status == FINE else str(len(self.said)))
        handler.end_headers()
        if status != FINE:
            handler.wfile.write(self.said)


@contextmanager
def faulty_server() -> Iterator[Faulty]:
    """The server, until the block ends."""
    faulty = Faulty()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            faulty.answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    faulty.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield faulty
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
