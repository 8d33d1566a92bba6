"""The other side of the channels: a mail server and a web server of our own, each well or badly behaved by script."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


class Mailbox:
    """Takes mails, and misbehaves by the name in front of the @: refused, later, gone, spam.

    Without a ``goodbye`` it hangs up on whoever wants to leave.
    """

    def __init__(self) -> None:
        self.recipients: list[list[str]] = []
        self.mails: list[EmailMessage] = []
        self.goodbye = "221 Bye"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del session, options
        name = address.partition("@")[0]
        if name == "gone":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        answers = {"refused": "550 5.1.1 no such user", "later": "451 4.7.1 greylisted, come back"}
        if name not in answers:
            envelope.rcpt_tos.append(address)
        return answers.get(name, "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server, session
        if envelope.rcpt_tos[0].startswith("spam@"):
            return "554 5.7.1 looks like spam"
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients.append(envelope.rcpt_tos)
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del session, envelope
        if not self.goodbye:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return self.goodbye


class MailServer(Controller):
    """A mail server on a free port; the socket is there before the server, so the port cannot be taken."""

    def __init__(self, mailbox: Mailbox, **options: Any) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        super().__init__(mailbox, hostname="127.0.0.1", port=self.listening.getsockname()[1], **options)

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self.listening, ssl=self.ssl_context)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()


def nobody_signs_in(*arguments: object) -> AuthResult:
    del arguments
    return AuthResult(success=False, handled=False)


@dataclass
class Request:
    """What was posted."""

    head: str
    body: bytes

    def document(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str:
        lines = (line.partition(": ") for line in self.head.splitlines())
        return next(value for key, _, value in lines if key.lower() == name.lower())


@dataclass
class WebServer:
    """Answers one request after another by its script; the last behaviour is repeated."""

    script: tuple[Behaviour, ...]
    requests: list[Request] = field(default_factory=list)
    trust: ssl.SSLContext | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._server = _Threads(("127.0.0.1", 0), _Handler)
        self._server.peer = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        return f"{'https' if self.trust else 'http'}://127.0.0.1:{self._server.server_address[1]}/hook"

    @property
    def base(self) -> str:
        return self.url.removesuffix("/hook")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


Behaviour = Callable[[socket.socket, WebServer], None]


class _Threads(socketserver.ThreadingTCPServer):
    peer: WebServer


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, _Threads)
        peer = self.server.peer
        if peer.trust is not None:
            try:
                self.request = peer.trust.wrap_socket(self.request, server_side=True)
            except OSError:
                return
        with contextlib.suppress(ConnectionError):
            self.answer(peer)

    def finish(self) -> None:
        self.request.close()  # a socket in TLS is another one than the server's own

    def answer(self, peer: WebServer) -> None:
        peer.requests.append(_received(self.request))
        behave = peer.script[min(len(peer.requests), len(peer.script)) - 1]
        with contextlib.suppress(OSError):  # the client may hang up on us: that is what some tests are for
            behave(self.request, peer)


def _received(connection: socket.socket) -> Request:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    request = Request(head.decode(), body)
    while len(request.body) < int(request.header("Content-Length")):
        request.body += _more(connection)
    return request


def _more(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError("hung up before a whole request")
    return piece


@dataclass(frozen=True)
class Answer:
    """A behaviour: one well-formed answer."""

    status: int
    headers: tuple[str, ...] = ()
    body: str = ""

    def __call__(self, connection: socket.socket, peer: WebServer) -> None:
        del peer
        length = len(self.body.encode())
        lines = (f"HTTP/1.1 {self.status} As told", *self.headers, f"Content-Length: {length}", "Connection: close")
        connection.sendall(("\r\n".join((*lines, "", "")) + self.body).encode())


def reset(connection: socket.socket, peer: WebServer) -> None:
    """A behaviour: the connection is torn down without a word."""
    del peer
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def say_nothing(connection: socket.socket, peer: WebServer) -> None:
    """A behaviour: no answer as long as the test runs."""
    del connection
    peer.over.wait(30)


def never_end(connection: socket.socket, peer: WebServer) -> None:
    """A behaviour: accepted, with a body that goes on for ever."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not peer.over.is_set():
        connection.sendall(b"5\r\nwater\r\n")
        peer.over.wait(0.01)


def drip_head(connection: socket.socket, peer: WebServer) -> None:
    """A behaviour: headers that go on for ever, each in good time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not peer.over.is_set():
        connection.sendall(b"X-More: water\r\n")
        peer.over.wait(0.05)


def flood_head(connection: socket.socket, peer: WebServer) -> None:
    """A behaviour: headers without an end, as fast as they go."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not peer.over.is_set():
        connection.sendall(b"w" * 65536)


@dataclass(frozen=True)
class DripBody:
    """A behaviour: a head at once, and a body of which a little comes now and then, for ever."""

    status: int = 200

    def __call__(self, connection: socket.socket, peer: WebServer) -> None:
        connection.sendall(f"HTTP/1.1 {self.status} As told\r\nContent-Length: 1000000\r\n\r\n".encode())
        while not peer.over.is_set():
            connection.sendall(b"w")
            peer.over.wait(0.05)


def not_http(connection: socket.socket, peer: WebServer) -> None:
    """A behaviour: another protocol altogether."""
    del peer
    connection.sendall(b"220 mail.example.jp ESMTP\r\n")


class SlowMailServer:
    """Speaks SMTP one letter at a time, for ever, from a given word of the client on (empty: from the greeting)."""

    def __init__(self, drip_at: bytes) -> None:
        self._drip_at = drip_at
        self._over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self._socket.accept()
            with connection, connection.makefile("rb") as lines:
                self._talk(connection, lines)

    def _talk(self, connection: socket.socket, lines: Any) -> None:
        if not self._drip_at:
            self._drip(connection)
        connection.sendall(b"220 ready\r\n")
        for line in lines:
            if line.startswith(self._drip_at):
                self._drip(connection)
            connection.sendall(b"354 go on\r\n" if line.lower().startswith(b"data") else b"250 fine\r\n")
            if line.lower().startswith(b"data"):
                break
        for line in lines:
            if line == b".\r\n":
                self._drip(connection)

    def _drip(self, connection: socket.socket) -> None:
        while not self._over.is_set():
            connection.sendall(b"2")
            self._over.wait(0.05)
