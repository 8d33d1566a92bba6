"""Threads that hand deliveries to a channel."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

from alerts.deliveries.policy import Attempt
from alerts.records import Delivery

log = logging.getLogger(__name__)


class Senders:
    """Up to ``most`` deliveries are with the channel at the same time; what became of each is fetched by ``finished``.

    ``attempt`` makes the attempt and never raises; ``done`` is called after each.
    """

    def __init__(self, name: str, most: int, attempt: Callable[[Delivery], Delivery], done: Callable[[], None]) -> None:
        self._name = name
        self._most = most
        self._attempt = attempt
        self._done = done
        self._given: queue.SimpleQueue[Delivery | None] = queue.SimpleQueue()
        self._finished: queue.SimpleQueue[Attempt] = queue.SimpleQueue()
        self._with_channel: dict[int, Delivery] = {}
        self._threads: list[threading.Thread] = []

    @property
    def busy(self) -> list[Delivery]:
        """Those that were given and not fetched yet."""
        return list(self._with_channel.values())

    @property
    def free(self) -> int:
        """How many more may be given."""
        return self._most - len(self._with_channel)

    def give(self, delivery: Delivery) -> None:
        """Hand it over. A thread is made when one is needed; where that fails it is not handed over."""
        if len(self._threads) < min(len(self._with_channel) + 1, self._most):
            number = len(self._threads) + 1
            thread = threading.Thread(target=self._run, name=f"{self._name}-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)
        self._with_channel[delivery.id] = delivery
        self._given.put(delivery)

    def finished(self) -> list[Attempt]:
        """The attempts that have ended since the last time."""
        found: list[Attempt] = []
        while not self._finished.empty():
            found.append(self._finished.get())
            del self._with_channel[found[-1].before.id]
        return found

    def wait(self, within_s: float) -> bool:
        """Until every attempt has ended; False where that took too long."""
        until = time.monotonic() + within_s
        while self._finished.qsize() < len(self._with_channel):
            if time.monotonic() > until:
                return False
            time.sleep(0.005)
        return True

    def end(self) -> None:
        """Begin nothing more. An attempt that goes on is left to itself: its thread does not hold up the process."""
        for _ in self._threads:
            self._given.put(None)

    def _run(self) -> None:
        while (delivery := self._given.get()) is not None:
            self._finished.put(Attempt(delivery, self._attempt(delivery)))
            self._done()
