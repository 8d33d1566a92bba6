"""A camera with live views for a browser's tests: a stream of images, and a playlist with one segment."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from tests.dashboard import fakes

BOUNDARY = "frame"
PLAYLIST = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:2.0,\nseg-0.ts\n"


@dataclass
class LiveCamera:
    """What was asked of it, and how many streams are open now. ``quiet``: streams send nothing."""

    base: str
    asked: list[str] = field(default_factory=list)
    open: int = 0
    quiet: bool = False
    stopped: bool = False

    def wait_for(self, streams: int, within_s: float = 8.0) -> bool:
        """Whether so many streams are open before the time is over."""
        until = time.monotonic() + within_s
        while self.open != streams and time.monotonic() < until:
            time.sleep(0.05)
        return self.open == streams


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    camera: LiveCamera


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.server.camera.asked.append(self.path)
        if self.path == "/video.mjpg":
            self._stream(self.server.camera)
        elif self.path == "/live/index.m3u8":
            self._send("application/vnd.apple.mpegurl", PLAYLIST.encode())
        elif self.path == "/live/seg-0.ts":
            self._send("video/mp2t", b"\x47" + bytes(187))
        elif self.path == "/never":
            self._keep_silent(self.server.camera)
        elif self.path.startswith("/answers"):
            self._answer()
        else:
            self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _keep_silent(self, camera: LiveCamera) -> None:
        while not camera.stopped and not self._is_left():
            time.sleep(0.05)

    def _answer(self) -> None:
        """What the address says, e.g. ``/answers?status=401&read=yes``: a status, and whether a page may read it."""
        said = dict(parse_qsl(urlsplit(self.path).query))
        self.send_response(int(said.get("status", "200")))
        self.send_header("WWW-Authenticate", 'Basic realm="camera"')
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Type", "text/html")
        if "read" in said:
            self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"no")

    def _stream(self, camera: LiveCamera) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        self.end_headers()
        camera.open += 1
        try:
            while not camera.stopped and not self._is_left():
                self.wfile.write(b"" if camera.quiet else _part())
                time.sleep(0.1)
        except OSError:
            pass  # the browser has gone
        finally:
            camera.open -= 1

    def _is_left(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)


def _part() -> bytes:
    body = fakes.picture(1)
    head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body + b"\r\n"


@contextmanager
def live_camera() -> Iterator[LiveCamera]:
    """A camera that is served until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.camera = LiveCamera(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.camera
    finally:
        server.camera.stopped = True
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
