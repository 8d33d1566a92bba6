"""How a simulated HTTP camera misbehaves: one function a fault, by the name with which it is asked for."""

from __future__ import annotations

import socket
import struct
import threading
import zlib
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Protocol, TypeAlias

BOUNDARY = "picture"
BOMB_SIDE_PX = 50_000
ENDLESS_PIECE = b"\xff" * 16_384
OLD_S = 40 * 86_400
SLOW_S = 4.0
NO_HEADERS: Mapping[str, object] = {}


class Connection(Protocol):
    """What a fault writes to."""

    over: threading.Event
    """Set when the camera is switched off: every fault ends then."""
    picture: bytes
    now_s: float

    def send(self, data: bytes) -> None:
        """Bytes as they are; raises OSError where the other side hung up."""
        ...

    def head(self, status: int, headers: Mapping[str, object]) -> None:
        """Status line and headers."""
        ...

    def wire(self) -> socket.socket:
        """The connection itself."""
        ...


Fault: TypeAlias = Callable[[Connection], None]


def whole(to: Connection, data: bytes, headers: Mapping[str, object] = NO_HEADERS) -> None:
    """A well-formed answer."""
    to.head(200, {"Content-Type": "image/jpeg", "Content-Length": len(data), **headers})
    to.send(data)


def _status(status: int, headers: Mapping[str, object] = NO_HEADERS) -> Fault:
    def refuse(to: Connection) -> None:
        to.head(status, {"Content-Length": 0, **headers})

    return refuse


def _never_ends(to: Connection) -> None:
    """As fast as it goes, for ever."""
    to.head(200, {"Content-Type": "image/jpeg"})
    to.send(to.picture)
    while not to.over.is_set():
        to.send(ENDLESS_PIECE)


def _drips(to: Connection) -> None:
    """A byte now and then: each in good time."""
    to.head(200, {"Content-Type": "image/jpeg", "Content-Length": len(to.picture)})
    for byte in to.picture:
        to.send(bytes((byte,)))
        if to.over.wait(0.05):
            return


def _drips_head(to: Connection) -> None:
    to.send(b"HTTP/1.1 200 OK\r\n")
    while not to.over.wait(0.05):
        to.send(b"X-More: water\r\n")


def _floods_head(to: Connection) -> None:
    """A header without an end, as fast as it goes."""
    to.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not to.over.is_set():
        to.send(b"w" * 16_384)


def _silent(to: Connection) -> None:
    to.over.wait()


def _slow(to: Connection) -> None:
    to.over.wait(SLOW_S)
    whole(to, to.picture)


def _hangs_up(to: Connection) -> None:
    """The connection is torn down without a word."""
    to.wire().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    to.wire().close()


def _breaks_off(to: Connection) -> None:
    """Half of what was announced, then the end."""
    to.head(200, {"Content-Type": "image/jpeg", "Content-Length": len(to.picture)})
    to.send(to.picture[: len(to.picture) // 2])
    to.wire().shutdown(socket.SHUT_RDWR)


def _truncated(to: Connection) -> None:
    """Half a picture, served as if it were whole."""
    whole(to, to.picture[: len(to.picture) // 2])


def _web_page(to: Connection) -> None:
    whole(to, b"<!DOCTYPE html><title>Camera</title><p>Please log in.</p>")


def _redirects(to: Connection) -> None:
    to.head(302, {"Location": "http://user:word@127.0.0.1:1/internal?token=1", "Content-Length": 0})


def _packed(to: Connection) -> None:
    """A gzip bomb: 100 MB in 100 kB."""
    whole(to, _gzip_bomb(), {"Content-Encoding": "gzip"})


def _gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(100)) + packer.flush()


def _oversized(to: Connection) -> None:
    to.head(200, {"Content-Type": "image/jpeg", "Content-Length": 40_000_000})
    to.send(to.picture)


def _old(to: Connection) -> None:
    whole(to, to.picture, {"Last-Modified": formatdate(to.now_s - OLD_S, usegmt=True)})


def _bomb(to: Connection) -> None:
    whole(to, bomb(), {"Content-Type": "image/png"})


def _bad_stream(to: Connection) -> None:
    """An MJPEG stream in which no picture ever ends."""
    to.head(200, {"Content-Type": f"multipart/x-mixed-replace; boundary={BOUNDARY}"})
    to.send(f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\n\r\n".encode())
    while not to.over.is_set():
        to.send(ENDLESS_PIECE)


def bomb() -> bytes:
    """A PNG of 50,000×50,000 pixels in some hundred bytes; the pixels that it promises are not in it."""
    size = struct.pack(">IIBBBBB", BOMB_SIDE_PX, BOMB_SIDE_PX, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", size), (b"IDAT", zlib.compress(bytes(100_000), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


FAULTS: Mapping[str, Fault] = {
    "never_ends": _never_ends,
    "drips": _drips,
    "drips_head": _drips_head,
    "floods_head": _floods_head,
    "silent": _silent,
    "slow": _slow,
    "hangs_up": _hangs_up,
    "breaks_off": _breaks_off,
    "truncated": _truncated,
    "web_page": _web_page,
    "redirects": _redirects,
    "packed": _packed,
    "oversized": _oversized,
    "old": _old,
    "bomb": _bomb,
    "bad_stream": _bad_stream,
    "401": _status(401, {"WWW-Authenticate": 'Basic realm="camera"'}),
    "403": _status(403),
    "404": _status(404),
    "429": _status(429),
    "500": _status(500),
}
"""The faults by name."""
