"""Hand-written stand-ins for what carries messages and for time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulators.delivery import SendError


@dataclass
class ListSender:
    """Keeps what it is given; calls ``after_each`` with the number so far, fails where ``fail_on`` names the count."""

    sent: list[tuple[str, bytes]] = field(default_factory=list)
    after_each: Callable[[int], None] = lambda _: None
    fail_on: int = -1

    def send(self, topic: str, payload: bytes) -> None:
        """Keep one message."""
        if len(self.sent) == self.fail_on:
            self.fail_on = -1
            raise SendError("the broker is away")
        self.sent.append((topic, payload))
        self.after_each(len(self.sent))

    def topics(self, ending: str) -> list[str]:
        """The topics with an ending."""
        return [topic for topic, _ in self.sent if topic.endswith(ending)]


@dataclass
class StepClock:
    """Stands still until somebody waits for it."""

    at: datetime
    speed: float = 1.0

    def now(self) -> datetime:
        """The present."""
        return self.at


class SteppingStop(threading.Event):
    """An event whose waits take no time but move a clock; it is set once the clock has reached ``until``."""

    def __init__(self, clock: StepClock, until: datetime) -> None:
        super().__init__()
        self.clock = clock
        self.until = until

    def wait(self, timeout: float | None = None) -> bool:
        """Move the clock by the scaled time-out."""
        self.clock.at += timedelta(seconds=(timeout or 0.0) * self.clock.speed)
        if self.clock.at >= self.until:
            self.set()
        return self.is_set()
