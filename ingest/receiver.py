"""The worker behind the inbox: messages to records, one durable commit per batch, then the acknowledgements."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import count
from typing import Protocol

from ingest.inbox import Arrived, Inbox
from ingest.messages import Message, Refusal
from ingest.pipeline import Kept, dead_letter, interpret
from ingest.quality import ClockLimits, Judgement, QualityControl
from ingest.quality.control import Recall
from ingest.readings import DeadLetter, Quality, Reading
from ingest.roster import Roster
from ingest.store.protocol import Appended, Appender, Batch, Unavailable

log = logging.getLogger(__name__)

MOST_PER_BATCH = 1000
GATHER_S = 0.05
WAIT_S = 0.5
MENTION_EVERY_S = 5.0
RETRY_S = (0.1, 0.5, 1.0, 2.0, 5.0)


class ImageFolder(Protocol):
    """Where images are written before their message is acknowledged."""

    def write(self, file: str, data: bytes) -> None:
        """Keep an image durably; raises OSError where the disk refuses."""
        ...


def nothing_known(_: Collection[str]) -> Mapping[str, Sequence[Reading]]:
    """What is recalled where there is no past."""
    return {}


def nothing_to_settle() -> None:
    """What is done after the acknowledgements of a batch where each was sent by itself."""


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

    def and_these(self, *others: Counts) -> Counts:
        """Together with those of others."""
        names = [each.name for each in fields(self)]
        return Counts(**{name: sum(getattr(each, name) for each in (self, *others)) for name in names})


class Mentions:
    """The log's lines of what was refused: one in a while, so that a device gone wild does not fill the log."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._count = 0
        self._not_before_s = -math.inf

    def refused(self, letters: Sequence[DeadLetter]) -> None:
        """Say so, or count until the next time."""
        self._count += len(letters)
        if letters and self._monotonic() >= self._not_before_s:
            last = letters[-1]
            log.warning("%d refused, the last on %r: %s, %s", self._count, last.topic, last.reason, last.detail)
            self._count, self._not_before_s = 0, self._monotonic() + MENTION_EVERY_S


class Receiver:
    """Takes from the inbox until it is closed and empty, or until it is told to stop.

    ``settle`` is called after the acknowledgements of a batch: for whoever sends them together.
    ``held_up`` says whether a batch is just being tried again.
    """

    def __init__(
        self,
        inbox: Inbox,
        roster: Callable[[], Roster],
        appender: Appender,
        images: ImageFolder,
        limits: ClockLimits,
        recall: Recall = nothing_known,
    ) -> None:
        self._inbox = inbox
        self._roster = roster
        self._appender = appender
        self._images = images
        self._limits = limits
        self.settle: Callable[[], None] = nothing_to_settle
        self._quality = QualityControl(recall, limits)
        self._stop = threading.Event()
        self._mentions = Mentions()
        self.held_up = False
        self.counts = Counts()

    def run(self) -> None:
        """Work until the inbox is finished. A batch that cannot be written is tried again, never acknowledged."""
        while not self._inbox.finished and not self._stop.is_set():
            batch = self._take()
            if batch:
                self._until_done(partial(self.keep, batch))

    def _take(self) -> Sequence[Arrived]:
        return self._inbox.take(MOST_PER_BATCH, GATHER_S, WAIT_S)

    def abandon(self) -> None:
        """Stop even where the store refuses: what is not acknowledged will be delivered again."""
        self._stop.set()

    def _until_done(self, work: Callable[[], None]) -> None:
        """Top of the worker's loop: whatever goes wrong is logged and tried again; only ``abandon`` ends it."""
        for attempt in count():
            try:
                work()
                return self._done()
            except (Unavailable, OSError) as error:
                log.error("the store cannot write (%s); nothing is acknowledged until it can", error)
            except Exception:
                log.exception("a batch could not be kept; it is tried again")
            self.held_up = True
            if self._stop.wait(RETRY_S[min(attempt, len(RETRY_S) - 1)]):
                return None
        return None

    def _done(self) -> None:
        if self.held_up:
            self.held_up = False
            self._recovered()

    def _recovered(self) -> None:
        """Work was held up, and is no more."""

    def keep(self, batch: Sequence[Arrived]) -> None:
        """Write a batch durably, then acknowledge its messages in the order of arrival."""
        roster = self._roster()
        self._write([self._interpret(each, roster) for each in batch], batch, roster)

    def _write(self, kept: Sequence[Kept], batch: Sequence[Arrived], roster: Roster) -> None:
        """A message that the store can never take is found by halving the batch, and becomes a dead letter."""
        stored = self._stored(kept, [each.message for each in batch])
        judgement = self._judged([reading for each in stored for reading in each.readings], roster)
        try:
            appended = self._appender.append(together(stored, judgement.readings))
        except (Unavailable, OSError):
            raise
        except Exception as error:
            return self._write_apart(kept, batch, roster, error)
        self._quality.adopt(judgement)
        self._until_done(partial(self._acknowledge, batch))
        self.counts = self.counts.plus(len(batch), appended)
        self._mentions.refused([letter for each in stored for letter in each.dead_letters])
        return None

    def _acknowledge(self, batch: Sequence[Arrived]) -> None:
        """Tried again by itself: a batch that is durable is not to be judged and counted once more."""
        for arrived in batch:
            arrived.acknowledge()
        self.settle()

    def _judged(self, readings: Sequence[Reading], roster: Roster) -> Judgement:
        """The readings with their quality. A fault of ours in the judgement must not hold up a flood: they are kept
        as not evaluated, which staff see as unconfirmed."""
        try:
            return self._quality.judge(readings, roster)
        except (Unavailable, OSError):
            raise
        except Exception:
            log.exception("%d readings could not be judged; they are kept as not evaluated", len(readings))
            return Judgement(tuple(map(_not_evaluated, readings)))

    def _write_apart(self, kept: Sequence[Kept], batch: Sequence[Arrived], roster: Roster, error: Exception) -> None:
        if len(batch) > 1:
            middle = len(batch) // 2
            self._until_done(partial(self._write, kept[:middle], batch[:middle], roster))
            self._until_done(partial(self._write, kept[middle:], batch[middle:], roster))
            return
        log.error("a message on %r could not be written: %r", batch[0].message.topic, error)
        letter = dead_letter(batch[0].message, Refusal.UNEXPECTED, repr(error))
        if kept[0].dead_letters == (letter,):
            raise error  # not even its trace can be written: then it is not acknowledged
        self._write([Kept(dead_letters=(letter,))], batch, roster)

    def _stored(self, kept: Sequence[Kept], messages: Sequence[Message]) -> list[Kept]:
        """The same once all of their images are on the disk."""
        return [self._with_images(each, message) for each, message in zip(kept, messages, strict=True)]

    def _with_images(self, kept: Kept, message: Message) -> Kept:
        """Write the images of a message. Readings must not wait for a folder that takes no pictures: where it
        refuses, the message leaves its trace instead."""
        try:
            for file, data in kept.images.items():
                self._images.write(file, data)
        except OSError as error:
            log.error("a still of %s could not be written: %s", message.topic, error)
            return Kept(dead_letters=(dead_letter(message, Refusal.UNWRITABLE, str(error)),))
        return kept

    def _interpret(self, arrived: Arrived, roster: Roster) -> Kept:
        try:
            return self._understood(arrived, roster)
        except Exception as error:  # a fault of ours must not stop the messages behind this one
            log.exception("a message on %s could not be interpreted", arrived.message.topic)
            return Kept(dead_letters=(dead_letter(arrived.message, Refusal.UNEXPECTED, repr(error)),))

    def _understood(self, arrived: Arrived, roster: Roster) -> Kept:
        return interpret(arrived.message, roster, self._limits)


def _not_evaluated(reading: Reading) -> Reading:
    return replace(reading, quality=Quality.NOT_EVALUATED) if reading.quality is Quality.GOOD else reading


def together(kept: Sequence[Kept], readings: Sequence[Reading]) -> Batch:
    """One batch of what several messages became, with the readings as they were judged."""
    return Batch(
        readings=readings,
        vitals=[each for one in kept for each in one.vitals],
        reports=[each for one in kept for each in one.reports],
        stills=[each for one in kept for each in one.stills],
        dead_letters=[each for one in kept for each in one.dead_letters],
    )
