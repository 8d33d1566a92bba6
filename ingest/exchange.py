"""HTTP exchanges that end at their time, whatever the other side does: for cameras that are asked, and for channels.

httpx bounds each wait for bytes, and this file all of them together, so that headers or a body that drip for ever hold
nobody. The environment's proxies are not used, and no address or header gets into a log: they carry secrets.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any
from weakref import WeakSet

import httpcore
import httpx

CONNECT_S = 5.0


class Transport(httpx.HTTPTransport):
    """httpx's own, with connections whose waits end with ``ending_in``; threads share it.

    There is no public way to give httpx's transport other connections, so one private name is set. ``ca_file`` names
    whom to trust, empty for the usual authorities; ``proxy`` is an address, empty for none.
    """

    def __init__(self, ca_file: str = "", proxy: str = "", most_connections: int = 100) -> None:
        for chatty in ("httpx", "httpcore"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        limits = httpx.Limits(max_connections=most_connections, max_keepalive_connections=20, keepalive_expiry=5.0)
        super().__init__(verify=_trust(ca_file), trust_env=False, proxy=proxy or None, limits=limits)
        self._backend = self._pool._network_backend = _Backend()

    def break_off(self) -> None:
        """End every exchange that is under way, and begin none any more: their threads get an error of httpx at once.

        ``close`` alone leaves a thread that waits for bytes waiting until its time-out.
        """
        self._backend.break_off()


def waits(timeout_s: float) -> httpx.Timeout:
    """The longest single waits of an exchange that may take ``timeout_s`` in all."""
    return httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s))


@contextmanager
def ending_in(seconds: float) -> Iterator[None]:
    """What this thread exchanges in the block ends that soon, with a time-out of httpx; of several ends the nearest."""
    before = _ends.at_s
    _ends.at_s = time.monotonic() + seconds if before is None else min(before, time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends.at_s = before


@cache
def _trust(ca_file: str) -> ssl.SSLContext:
    """Whom to trust; reading all the usual authorities takes long enough to do it once for all."""
    return ssl.create_default_context(cafile=ca_file or None)


class _Ends(threading.local):
    """When the exchange of this thread has to be over, by the monotonic clock; None where there is none."""

    at_s: float | None = None

    def within(self, timeout_s: float | None) -> float | None:
        """That time-out, or what is left until the end."""
        if self.at_s is None:
            return timeout_s
        left_s = max(0.001, self.at_s - time.monotonic())
        return left_s if timeout_s is None else min(timeout_s, left_s)


_ends = _Ends()


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends when its thread's exchange has to."""

    def __init__(self, stream: httpcore.NetworkStream, opened: Callable[[_Stream], None]) -> None:
        """``opened`` is told of every stream that takes this one's place."""
        self._stream = stream
        self._told = opened

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._still_time(httpcore.ReadTimeout)
        return self._stream.read(max_bytes, _ends.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._still_time(httpcore.WriteTimeout)
        self._stream.write(buffer, _ends.within(timeout))

    def _still_time(self, late: type[Exception]) -> None:
        """Bytes that are always there already would never let a wait time out."""
        if _ends.at_s is not None and time.monotonic() >= _ends.at_s:
            raise late("the exchange took longer than it may")

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = _Stream(self._stream.start_tls(ssl_context, server_hostname, _ends.within(timeout)), self._told)
        self._told(stream)
        return stream

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def break_off(self) -> None:
        """Wake the thread that waits for it. The call of the plain socket also serves one in TLS, without a word."""
        with suppress(OSError):
            socket.socket.shutdown(self.get_extra_info("socket"), socket.SHUT_RDWR)


class _Backend(httpcore.SyncBackend):
    """Makes such connections, and knows those that are open."""

    def __init__(self) -> None:
        self._open: WeakSet[_Stream] = WeakSet()
        self._lock = threading.Lock()
        self._over = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        if self._over:
            raise httpcore.ConnectError("no exchange is begun any more")
        opened = super().connect_tcp(host, port, _ends.within(timeout), local_address, socket_options)
        stream = _Stream(opened, self._opened)
        self._opened(stream)
        return stream

    def break_off(self) -> None:
        with self._lock:
            self._over = True
            streams = list(self._open)
        for each in streams:
            each.break_off()

    def _opened(self, stream: _Stream) -> None:
        with self._lock:
            self._open.add(stream)
        if self._over:
            stream.break_off()
