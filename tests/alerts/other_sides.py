"""The other sides of four channels, which count what they get: a mail server, and a web server that is Slack, LINE and
somebody's webhook. What they have received is what a person would read."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.alerts.servers import Mailbox, MailServer

SLOW_S = 0.3
SLOW_EVERY = 7
"""Each seventh message is answered only after so long."""


@dataclass
class Count:
    """How often each numbered message arrived, and how often it was accepted: a repeat of a known key is not."""

    arrived: Counter[int] = field(default_factory=Counter)
    accepted: Counter[int] = field(default_factory=Counter)
    keys: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, number: int, key: str = "") -> bool:
        """A message is here; whether its key was known."""
        with self.lock:
            known = bool(key) and key in self.keys
            self.keys |= {key} - {""}
            self.arrived[number] += 1
            self.accepted[number] += not known
            return known


def is_slow(number: int) -> bool:
    """Whether the answer takes its time."""
    return number % SLOW_EVERY == 0


class _Mailbox(Mailbox):
    def __init__(self, count: Count) -> None:
        super().__init__()
        self.count = count

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server, session
        number = int(envelope.rcpt_tos[0].strip("d").partition("@")[0])
        self.count.take(number)
        await asyncio.sleep(SLOW_S if is_slow(number) else 0)
        return "250 OK"


class _Web(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    count: Count

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever called was killed: that is what these tests are for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Web

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        line = "X-Line-Retry-Key" in self.headers
        number = int(json.loads(body)["to"][1:], 16) if line else int(re.findall(r"\d+$", self.path)[0])
        key = self.headers.get("Idempotency-Key") or self.headers.get("X-Line-Retry-Key") or ""
        known = self.server.count.take(number, key)
        time.sleep(SLOW_S if is_slow(number) else 0)
        if line and known:
            self._answer(409, b"{}", "X-Line-Accepted-Request-Id")
        else:
            self._answer(200, b"ok" if "slack" in self.path else b"{}", "X-Line-Request-Id")

    def _answer(self, status: int, body: bytes, name: str) -> None:
        self.send_response(status)
        self.send_header(name, "request-1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        del format, arguments


class OtherSides:
    """All of them, on free ports, while the block runs."""

    def __init__(self) -> None:
        self.count = Count()
        self.mail = MailServer(_Mailbox(self.count))
        self.web = _Web(("127.0.0.1", 0), _Handler)
        self.web.count = self.count
        self._thread = threading.Thread(target=self.web.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def web_port(self) -> int:
        return self.web.server_address[1]

    def address(self, channel: str, number: int) -> str:
        """Where a numbered message goes."""
        addresses = {"email": f"d{number}@x.jp", "line": f"U{number:032x}"}
        return addresses.get(channel, f"http://127.0.0.1:{self.web_port}/{channel}/{number}")

    def __enter__(self) -> Self:
        self.mail.start()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.mail.stop()
        self.web.shutdown()
        self._thread.join()
        self.web.server_close()
