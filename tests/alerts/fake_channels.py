"""Channels that need no other side."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from alerts.channels.channel import ChannelError
from alerts.records import Delivery


class Closed:
    """What all of them have: no key that the other side knows, nothing to give back."""

    idempotent = False

    def close(self) -> None:
        pass


class Broken(Closed):
    """A channel with a fault of ours; ``sound`` are the recipients that it works for."""

    def __init__(self, *sound: str) -> None:
        self.sound = sound

    def send(self, delivery: Delivery) -> str:
        if delivery.recipient_id not in self.sound:
            raise ZeroDivisionError("a fault of ours")
        return ""


class Counting(Closed):
    """A channel that counts what it was given, each after ``takes_s``."""

    def __init__(self, takes_s: float = 0.0) -> None:
        self.sent: list[int] = []
        self.to: list[str] = []
        self.most_at_once = 0
        self._at_once = 0
        self._takes_s = takes_s
        self._lock = threading.Lock()

    def send(self, delivery: Delivery) -> str:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        time.sleep(self._takes_s)
        with self._lock:
            self._at_once -= 1
            self.sent.append(delivery.id)
            self.to.append(delivery.recipient_id)
        return f"receipt-{delivery.id}"


class Failing(Counting):
    """A channel that takes a message, then raises what ``error`` makes of it, where it makes anything."""

    def __init__(self, error: Callable[[Delivery], ChannelError | None], *, idempotent: bool = False) -> None:
        super().__init__()
        self.error = error
        self.idempotent = idempotent

    def send(self, delivery: Delivery) -> str:
        receipt = super().send(delivery)
        error = self.error(delivery)
        if error is not None:
            raise error
        return receipt


class Hanging(Counting):
    """A channel that does not answer for some recipients until it is let go."""

    def __init__(self, *hangs: str) -> None:
        super().__init__()
        self.hangs = hangs
        self.error = ChannelError("let go")
        self.go = threading.Event()

    def send(self, delivery: Delivery) -> str:
        if delivery.recipient_id in self.hangs:
            assert self.go.wait(30)
        return super().send(delivery)
