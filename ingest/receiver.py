"""The worker behind the inbox: messages to records, one durable commit per batch, then the acknowledgements."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ingest.inbox import Arrived, Inbox
from ingest.messages import Message, Refusal
from ingest.pipeline import Kept, dead_letter, interpret
from ingest.quality import ClockLimits
from ingest.stations import Registry
from ingest.store.protocol import Appended, Appender, Batch, Unavailable

log = logging.getLogger(__name__)

MOST_PER_BATCH = 500
GATHER_S = 0.05
WAIT_S = 0.5
RETRY_S = (0.1, 0.5, 1.0, 2.0, 5.0)


class ImageFolder(Protocol):
    """Where images are written before their message is acknowledged."""

    def write(self, file: str, data: bytes) -> None:
        """Keep an image durably; raises OSError where the disk refuses."""
        ...


@dataclass(frozen=True, slots=True)
class Counts:
    """What went through since the start."""

    messages: int = 0
    readings: int = 0
    duplicates: int = 0
    dead_letters: int = 0

    def plus(self, messages: int, appended: Appended) -> Counts:
        """The counts after another batch."""
        return Counts(
            messages=self.messages + messages,
            readings=self.readings + appended.readings,
            duplicates=self.duplicates + appended.duplicates,
            dead_letters=self.dead_letters + appended.dead_letters,
        )


class Receiver:
    """Takes from the inbox until it is closed and empty, or until it is told to stop."""

    def __init__(
        self,
        inbox: Inbox,
        registry: Callable[[], Registry],
        appender: Appender,
        images: ImageFolder,
        limits: ClockLimits,
    ) -> None:
        self._inbox = inbox
        self._registry = registry
        self._appender = appender
        self._images = images
        self._limits = limits
        self._stop = threading.Event()
        self.counts = Counts()

    def run(self) -> None:
        """Work until the inbox is finished. A batch that cannot be written is tried again, never acknowledged."""
        while not self._inbox.finished and not self._stop.is_set():
            batch = self._inbox.take(MOST_PER_BATCH, GATHER_S, WAIT_S)
            if batch:
                self._keep_until_kept(batch)

    def abandon(self) -> None:
        """Stop even where the store refuses: what is not acknowledged will be delivered again."""
        self._stop.set()

    def _keep_until_kept(self, batch: Sequence[Arrived]) -> None:
        """A store that cannot write is tried again; a message that cannot be written is found by halving the batch."""
        attempt = 0
        while True:
            try:
                return self.keep(batch)
            except (Unavailable, OSError) as error:
                log.error("the store cannot write (%s); nothing is acknowledged until it can", error)
                if self._stop.wait(RETRY_S[min(attempt, len(RETRY_S) - 1)]):
                    return None
                attempt += 1
            except Exception as error:
                return self._keep_apart(batch, error)

    def _keep_apart(self, batch: Sequence[Arrived], error: Exception) -> None:
        if len(batch) > 1:
            middle = len(batch) // 2
            self._keep_until_kept(batch[:middle])
            self._keep_until_kept(batch[middle:])
            return
        log.error("a message on %r could not be written: %r", batch[0].message.topic, error)
        self._write([Kept(dead_letters=(dead_letter(batch[0].message, Refusal.UNEXPECTED, repr(error)),))], batch)

    def keep(self, batch: Sequence[Arrived]) -> None:
        """Write a batch durably, then acknowledge its messages in the order of arrival."""
        registry = self._registry()
        self._write([self._interpret(each.message, registry) for each in batch], batch)

    def _write(self, kept: Sequence[Kept], batch: Sequence[Arrived]) -> None:
        for each in kept:
            for file, data in each.images.items():
                self._images.write(file, data)
        appended = self._appender.append(together(kept))
        for arrived in batch:
            arrived.acknowledge()
        self.counts = self.counts.plus(len(batch), appended)

    def _interpret(self, message: Message, registry: Registry) -> Kept:
        try:
            return interpret(message, registry, self._limits)
        except Exception as error:  # a fault of ours must not stop the messages behind this one
            log.exception("a message on %s could not be interpreted", message.topic)
            return Kept(dead_letters=(dead_letter(message, Refusal.UNEXPECTED, repr(error)),))


def together(kept: Sequence[Kept]) -> Batch:
    """One batch of what several messages became."""
    whole = Batch()
    return replace(
        whole,
        readings=[each for one in kept for each in one.readings],
        reports=[each for one in kept for each in one.reports],
        stills=[each for one in kept for each in one.stills],
        dead_letters=[each for one in kept for each in one.dead_letters],
    )
