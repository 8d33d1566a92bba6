"""Cameras that are asked: a small web server that gives simulated stills, and misbehaves when it is told to.

``/snapshot.jpg`` and ``/video.mjpg`` are those of the first camera, ``/CAMERA/snapshot.jpg`` those of each. A request
with ``?misbehave=NAME`` gets that fault (``simulators.http_faults``), and so does every one while the server is told a
fault. It knows one login for all.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from simulators.http_faults import BOUNDARY, FAULTS, whole
from simulators.http_login import Login

SNAPSHOT, VIDEO = "snapshot.jpg", "video.mjpg"
FRAME_EVERY_S = 0.5
PATIENCE_S = 30.0
"""How long a client may keep a write waiting before it is given up."""


class HttpCamera:
    """A server of stills, on loopback unless told otherwise; a port of 0 takes a free one. Use it as a context, or
    ``start`` and ``stop`` it."""

    def __init__(
        self,
        picture: Callable[[str], bytes | None],
        now: Callable[[], datetime],
        host: str = "127.0.0.1",
        port: int = 0,
        login: Login | None = None,
        misbehave: str = "",
        frame_every_s: float = FRAME_EVERY_S,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """``picture`` gives the JPEG of a camera at this moment; the empty name is the first one. None where it is
        off (503), KeyError where there is no such camera (404). With ``trust`` it speaks TLS."""
        self.picture = picture
        self.now = now
        self.login = login or Login()
        self.misbehave = misbehave
        self.frame_every_s = frame_every_s
        self.headers: Mapping[str, object] = {}
        """Further headers of every snapshot: a Last-Modified, for example."""
        self.asked: Counter[str] = Counter()
        self.over = threading.Event()
        self._server = _Server((host, port), _Handler)
        self._server.camera = self
        self._scheme = "http" if trust is None else "https"
        if trust is not None:  # shaking hands is for the thread of each request: a slow one must not stop the others
            self._server.socket = trust.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="http-camera"
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def url(self, camera_id: str = "", file: str = SNAPSHOT, misbehave: str = "") -> str:
        """An address of it."""
        host, port = self._server.server_address[:2]
        place = f"{camera_id}/{file}" if camera_id else file
        return f"{self._scheme}://{host!s}:{port}/{place}" + (f"?misbehave={misbehave}" if misbehave else "")

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """End, and every answer that would not end by itself."""
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    camera: HttpCamera

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked hung up: that is what limits are for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE_S
    server: _Server

    def do_GET(self) -> None:
        camera, asked = self.server.camera, urlsplit(self.path)
        self.over, self.now_s, self.picture = camera.over, camera.now().timestamp(), b""
        self.close_connection = True
        camera.asked[asked.path] += 1
        with contextlib.suppress(OSError):
            if not camera.login.admits("GET", self.path, self.headers.get("Authorization", "")):
                self.head(401, {"WWW-Authenticate": camera.login.challenge(), "Content-Length": 0})
                return
            self._answer(asked.path, *parse_qs(asked.query).get("misbehave", [camera.misbehave]))

    def _answer(self, path: str, misbehave: str, *_: str) -> None:
        *place, file = path.strip("/").split("/")
        camera_id = place[0] if place else ""
        try:
            picture = self.server.camera.picture(camera_id)
        except KeyError:
            picture = None
            file = ""
        if len(place) > 1 or file not in (SNAPSHOT, VIDEO) or (misbehave and misbehave not in FAULTS):
            self.head(404, {"Content-Length": 0})
        elif picture is None:
            self.head(503, {"Content-Length": 0})
        else:
            self.picture = picture
            self._show(camera_id, file, misbehave)

    def _show(self, camera_id: str, file: str, misbehave: str) -> None:
        if misbehave:
            FAULTS[misbehave](self)
        elif file == VIDEO:
            self._film(camera_id)
        else:
            whole(self, self.picture, self.server.camera.headers)

    def _film(self, camera_id: str) -> None:
        """One picture after another until somebody has enough (multipart/x-mixed-replace)."""
        camera = self.server.camera
        self.head(200, {"Content-Type": f"multipart/x-mixed-replace; boundary={BOUNDARY}", "Cache-Control": "no-store"})
        picture: bytes | None = self.picture
        while picture is not None:
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            self.send(head.encode() + picture + b"\r\n")
            if camera.over.wait(camera.frame_every_s):
                return
            picture = camera.picture(camera_id)

    def head(self, status: int, headers: Mapping[str, object]) -> None:
        """Status line and headers."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.send_header("Connection", "close")
        self.end_headers()

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self.wfile.write(data)

    def wire(self) -> socket.socket:
        """The connection itself."""
        wire: socket.socket = self.connection
        return wire

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The camera's own clock."""
        return super().date_time_string(self.now_s if timestamp is None else timestamp)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """A camera tells nobody of its visitors."""
        del format, arguments
