"""What can be started and stopped."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol, Self

from ingest.inbox import Inbox
from ingest.mqtt import Subscriber
from ingest.receiver import Counts, Receiver

log = logging.getLogger(__name__)

STOP_WITHIN_S = 10.0
CONNECT_WITHIN_S = 5.0


class Service(Protocol):
    """Something that runs beside the main thread."""

    def start(self) -> None:
        """Begin; raises where it cannot."""
        ...

    def stop(self) -> None:
        """End, and return when ended."""
        ...


class House:
    """Services that start in order and stop in the reverse order, also when one cannot start."""

    def __init__(self, services: Sequence[Service]) -> None:
        self.services = services
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            for service in self.services:
                service.start()
                starting.callback(service.stop)
            self._stack = starting.pop_all()
        # What was loaded to start stays for good: the collector must not look through it again and again.
        gc.collect()
        gc.freeze()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


@dataclass(frozen=True)
class Lane:
    """An inbox and the worker behind it."""

    name: str
    inbox: Inbox
    receiver: Receiver


class IngestService:
    """The subscriber, its lanes and their workers."""

    def __init__(self, subscriber: Subscriber, *lanes: Lane) -> None:
        self.subscriber = subscriber
        self.lanes = lanes
        self._workers = []
        for lane in lanes:
            lane.receiver.settle = subscriber.settle
            self._workers.append(threading.Thread(target=lane.receiver.run, name=lane.name, daemon=True))

    def start(self) -> None:
        """Begin to work, then to receive; waits a little for the broker, and goes on trying where it is away."""
        for worker in self._workers:
            worker.start()
        self.subscriber.start()
        until = time.monotonic() + CONNECT_WITHIN_S
        while not self.subscriber.connected and time.monotonic() < until:
            time.sleep(0.02)
        if not self.subscriber.connected:
            log.warning("the broker does not answer yet; ingest goes on trying")

    @property
    def connected(self) -> bool:
        """Whether the subscription stands now."""
        return self.subscriber.connected

    @property
    def counts(self) -> Counts:
        """What went through all lanes since the start."""
        return Counts().and_these(*(lane.receiver.counts for lane in self.lanes))

    @property
    def waiting(self) -> int:
        """Messages that wait to be written."""
        return sum(len(lane.inbox) for lane in self.lanes)

    def give_up(self) -> None:
        """End without keeping what is in the inboxes: it was not acknowledged, and another process has it already."""
        for lane in self.lanes:
            lane.receiver.abandon()
            lane.inbox.close()
        self.subscriber.stop()

    def stop(self) -> None:
        """Keep and acknowledge what is in the inboxes, then disconnect."""
        for lane in self.lanes:
            lane.inbox.close()
        until = time.monotonic() + STOP_WITHIN_S
        for worker, lane in zip(self._workers, self.lanes, strict=True):
            worker.join(max(0.0, until - time.monotonic()))
            lane.receiver.abandon()
        self.subscriber.stop()


class Worker:
    """A function that runs until its event is set."""

    def __init__(self, name: str, work: Callable[[threading.Event], object]) -> None:
        self._stop = threading.Event()
        self._work = work
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Set the event and wait."""
        self._stop.set()
        self._thread.join(STOP_WITHIN_S)

    def join(self, timeout_s: float) -> bool:
        """Wait for the function to end by itself; whether it did."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._work(self._stop)
        except Exception:
            log.exception("%s ended", self._thread.name)
