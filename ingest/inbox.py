"""The bounded queue between the network thread and the worker: bounded in messages and in bytes."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ingest.messages import Message


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message and how to acknowledge it once it is durable."""

    message: Message
    acknowledge: Callable[[], None]


class Inbox:
    """Hands messages over in the order of arrival; a full inbox makes the network wait, never drops."""

    def __init__(self, most_messages: int = 4000, most_bytes: int = 64 * 1024 * 1024) -> None:
        self._waiting: deque[Arrived] = deque()
        self._bytes = 0
        self._most_messages = most_messages
        self._most_bytes = most_bytes
        self._changed = threading.Condition()
        self._closed = False

    def put(self, arrived: Arrived) -> None:
        """Wait for room and enter. After ``close`` messages are passed over: unacknowledged, they come again."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_room())
            if not self._closed:
                self._waiting.append(arrived)
                self._bytes += len(arrived.message.payload)
                self._changed.notify_all()

    def take(self, most: int, gather_s: float, wait_s: float) -> list[Arrived]:
        """Up to ``most`` messages: waits ``wait_s`` for the first, then at most ``gather_s`` for others."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._waiting) or self._closed, timeout=wait_s)
            until = time.monotonic() + gather_s
            while self._waiting and len(self._waiting) < most and not self._closed and self._has_room():
                left_s = until - time.monotonic()
                if left_s <= 0 or not self._changed.wait(left_s):
                    break
            taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
            self._bytes -= sum(len(each.message.payload) for each in taken)
            self._changed.notify_all()
            return taken

    def close(self) -> None:
        """Let nothing more in; what is inside can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def finished(self) -> bool:
        """Closed and empty."""
        with self._changed:
            return self._closed and not self._waiting

    def _has_room(self) -> bool:
        return len(self._waiting) < self._most_messages and self._bytes < self._most_bytes
