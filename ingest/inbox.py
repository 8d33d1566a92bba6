"""The bounded queue between the network thread and the worker: bounded in messages and in bytes.

The two threads do not wake each other for every message: only a full queue makes the network thread wait, and only
an empty one the worker.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import NamedTuple

from ingest.messages import Message

LOOK_S = 0.05
"""How often a thread that waits looks whether the inbox was closed meanwhile."""


class Arrived(NamedTuple):
    """A message and how to acknowledge it once it is durable. ``entered_s`` is when by the monotonic clock, where that
    matters."""

    message: Message
    acknowledge: Callable[[], object]
    entered_s: float = 0.0


class Inbox:
    """Hands messages over in the order of arrival; a full inbox makes the network wait, never drops."""

    def __init__(self, most_messages: int = 4000, most_bytes: int = 64 * 1024 * 1024) -> None:
        self._waiting: deque[Arrived] = deque()
        self._most_messages = most_messages
        self._most_bytes = most_bytes
        # Apart, so that the thread that takes needs no lock; the other side has a second thread while one takes over.
        self._bytes_in = 0
        self._bytes_out = 0
        self._entering = threading.Lock()
        self._wanted = 1
        self._filled = threading.Event()
        self._drained = threading.Event()
        self._closed = False

    def put(self, arrived: Arrived) -> None:
        """Wait for room and enter. After ``close`` messages are passed over: unacknowledged, they come again."""
        while not self._closed and not self._has_room():
            self._drained.clear()
            if not self._has_room():
                self._drained.wait(LOOK_S)
        self._enter(arrived)

    def offer(self, arrived: Arrived, wait_s: float) -> bool:
        """As ``put``, but wait for room no longer than this; False where there was none."""
        if not self._closed and not self._has_room():
            self._drained.clear()
            if not self._has_room() and wait_s > 0:
                self._drained.wait(wait_s)
            if not self._closed and not self._has_room():
                return False
        self._enter(arrived)
        return True

    def _enter(self, arrived: Arrived) -> None:
        if self._closed:
            return
        with self._entering:
            self._bytes_in += len(arrived.message.payload)
            self._waiting.append(arrived)
        if len(self._waiting) >= self._wanted or not self._has_room():
            self._filled.set()

    def take(self, most: int, gather_s: float, wait_s: float, most_bytes: int | None = None) -> list[Arrived]:
        """Up to ``most`` messages: waits ``wait_s`` for the first, then at most ``gather_s`` for others.

        With ``most_bytes`` no more than those, but for a first one that is larger."""
        if not self._waiting:
            self._await(1, wait_s)
        if self._waiting and len(self._waiting) < most and self._has_room():
            self._await(most, gather_s)
        count = min(most, len(self._waiting))
        taken = [
            self._waiting.popleft() for _ in range(count if most_bytes is None else self._light(count, most_bytes))
        ]
        self._bytes_out += sum(len(each.message.payload) for each in taken)
        self._drained.set()
        return taken

    def close(self) -> None:
        """Let nothing more in; what is inside can still be taken."""
        self._closed = True
        self._filled.set()
        self._drained.set()

    @property
    def finished(self) -> bool:
        """Closed and empty."""
        return self._closed and not self._waiting

    @property
    def full(self) -> bool:
        """Whether the network thread has to wait before it may hand over another message."""
        return not self._has_room()

    def __len__(self) -> int:
        """Messages that wait."""
        return len(self._waiting)

    def _light(self, most: int, most_bytes: int) -> int:
        """How many of the first ``most`` hold no more than these bytes; at least one where any waits."""
        for number, each in enumerate(islice(self._waiting, most)):
            most_bytes -= len(each.message.payload)
            if most_bytes < 0:
                return max(number, 1)
        return most

    def _await(self, wanted: int, wait_s: float) -> None:
        """Sleep until that many messages wait, there is no room for more, or the time is over."""
        until = time.monotonic() + wait_s
        self._wanted = wanted
        while not self._closed and len(self._waiting) < wanted and self._has_room():
            self._filled.clear()
            if len(self._waiting) >= wanted or not self._has_room() or self._closed:
                return
            left_s = until - time.monotonic()
            if left_s <= 0 or not self._filled.wait(left_s):
                return

    def _has_room(self) -> bool:
        return len(self._waiting) < self._most_messages and self._bytes_in - self._bytes_out < self._most_bytes
