"""Asks the cameras that are due, with a bounded number of threads, and hands on what they answer.

The scheduler wakes it each second. Quick cameras and slow ones (or such that fail) have threads of their own, and among
the quick ones nobody gets longer than a quick one needs: a valley whose link is down does not delay the pictures of the
others. A picture goes the way of one that came over MQTT.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from math import inf
from typing import Protocol

from ingest.cameras.asked import Asked
from ingest.devices import Camera, Pull
from ingest.inbox import Arrived
from ingest.messages import Message, Refusal
from ingest.pull.book import SLOW_S, Book
from ingest.pull.fetch import Fetched
from ingest.pull.freshness import Age, Served
from ingest.pull.vain import Cause, Vain
from ingest.readings import DeadLetter
from ingest.store.protocol import Appended, Appender, Batch, Unavailable
from ingest.topics import Address, Subject, parse

log = logging.getLogger(__name__)

MOST_WAITING_BYTES = 32 * 1024 * 1024
"""Pictures that wait to be kept; nobody is asked while there are more."""
MOST_AT_ONCE = 50
LONG_ASLEEP_S = 30.0
"""After so long without a turn another process may have asked the cameras: what is known is read again."""


class Fetches(Protocol):
    """What asks a camera."""

    def fetch(self, pull: Pull, within_s: float) -> Fetched:
        """The still at an address, within a time; raises Vain."""
        ...

    def close(self) -> None:
        """Break off what is under way."""
        ...


class Requests(Protocol):
    """Where it is kept how the requests go."""

    def known(self) -> Mapping[str, Asked]:
        """By camera."""
        ...

    def write(self, changed: Sequence[Asked]) -> None:
        """Replace what is known of some; raises Unavailable."""
        ...


class Puller:
    """One of a system asks: the process that has its housekeeping."""

    def __init__(
        self,
        cameras: Callable[[], Iterable[Camera]],
        fetcher: Fetches,
        requests: Requests,
        appender: Appender,
        now: Callable[[], datetime],
        workers: int,
        quick_s: float = SLOW_S,
    ) -> None:
        """``cameras`` are those of the registry that have a pull address. ``quick_s`` is how long a request may take
        among the quick ones. Call ``to`` before the first turn."""
        self._cameras = cameras
        self._fetcher = fetcher
        self._requests = requests
        self._appender = appender
        self._now = now
        self._quick_s = quick_s
        self._book = Book()
        self._keep: Callable[[Sequence[Arrived]], object] = _nobody_keeps
        self._came: deque[Arrived] = deque()
        self._lock = threading.Lock()
        self._held_up = False
        self._woken_s = -LONG_ASLEEP_S
        self._closed = False
        slow = max(1, workers // 3)
        self._quick_ones = ThreadPoolExecutor(workers - slow, thread_name_prefix="pull")
        self._slow_ones = ThreadPoolExecutor(slow, thread_name_prefix="pull-slow")

    @property
    def appender(self) -> Appender:
        """The appender for whoever keeps the pictures: it notes what became of each."""
        return _Noting(self._appender, self._book)

    def to(self, keep: Callable[[Sequence[Arrived]], object]) -> None:
        """Who keeps the pictures durably, with ``appender``; it raises where it cannot now, and is asked again."""
        self._keep = keep

    def turn(self) -> None:
        """Keep what came, write how it goes, ask who is due. While the store cannot write, nobody is asked: it is said
        once, not each second."""
        if self._closed:
            return
        try:
            self._turn()
        except (Unavailable, OSError) as error:
            if not self._held_up:
                log.error("the store cannot write (%s); no camera is asked until it can", error)
            self._held_up = True
        else:
            self._held_up = False

    def _turn(self) -> None:
        self._adopt()
        self._hand_on()
        self._write_news()
        if self._waiting_bytes() >= MOST_WAITING_BYTES:
            return
        for camera, slow in self._book.take_due(self._now()):
            self._begin(camera, inf if slow else self._quick_s)

    def _begin(self, camera: Camera, within_s: float) -> None:
        with suppress(RuntimeError):  # no thread begins anything once it was stopped
            (self._slow_ones if within_s == inf else self._quick_ones).submit(self._ask, camera, within_s)

    def stop(self) -> None:
        """Break off what is under way; what came is kept once more if it can be."""
        self._closed = True
        self._fetcher.close()
        for threads in (self._quick_ones, self._slow_ones):
            threads.shutdown(wait=True, cancel_futures=True)
        try:
            self._hand_on()
            self._write_news()
        except Exception as error:  # the cameras will be asked again at the next start
            log.warning("the last pictures of cameras could not be kept (%s)", error)

    def _adopt(self) -> None:
        now_s = time.monotonic()
        if now_s - self._woken_s >= LONG_ASLEEP_S:
            self._book.forget()
            self._known = dict(self._requests.known())
        self._woken_s = now_s
        self._book.adopt(self._cameras(), self._known, self._now())

    def _hand_on(self) -> None:
        while self._came:
            some = [self._came.popleft() for _ in range(min(MOST_AT_ONCE, len(self._came)))]
            try:
                self._keep(some)
            except BaseException:
                with self._lock:
                    self._came.extendleft(reversed(some))
                raise

    def _waiting_bytes(self) -> int:
        with self._lock:
            return sum(each.message.size_bytes for each in self._came)

    def _write_news(self) -> None:
        news = self._book.take_news()
        try:
            if news.requests:
                self._requests.write(list(news.requests.values()))
                self._known.update(news.requests)
                news.requests = {}
            if news.letters:
                self._appender.append(Batch(dead_letters=news.letters))
        except BaseException:
            self._book.give_back(news)
            raise

    def _ask(self, camera: Camera, within_s: float) -> None:
        """One request, in a thread of its own. Top of the thread: nothing leaves it.

        One that turns out slow goes on among the slow ones, from its beginning.
        """
        begun_at, begun_s = self._now(), time.monotonic()
        vain: Vain | None = None
        try:
            self._ask_for_picture(camera, within_s)
        except Vain as error:
            vain = error
        except Exception as error:
            log.exception("camera %s could not be asked", camera.id)
            vain = Vain(Cause.UNEXPECTED, f"a fault of ours: {type(error).__name__}")
        if vain is not None and vain.late and within_s < inf:
            return self._begin(camera, inf)
        if vain is not None and not self._closed:
            self._book.vain(camera.id, begun_at, vain)
        return self._book.ended(camera.id, begun_at, time.monotonic() - begun_s)

    def _ask_for_picture(self, camera: Camera, within_s: float) -> None:
        assert camera.pull is not None
        fetched = self._fetcher.fetch(camera.pull, within_s)
        received_at = self._now()
        content = hashlib.sha256(fetched.data).hexdigest()
        age, made_at = self._book.judged(
            camera.id, Served(content, fetched.modified_at, fetched.served_at), received_at
        )
        if age is Age.OLD:
            raise Vain(Cause.OLD, f"its file was last changed at {made_at:%Y-%m-%d %H:%M} UTC: nobody renews it")
        if age is Age.AGAIN:
            self._book.well(camera.id, received_at)
            return
        arrived = Arrived(_message(camera, fetched, received_at, made_at), _nobody_waits)
        with self._lock:
            self._came.append(arrived)


_CAUSES: Mapping[str, Cause] = {
    Refusal.UNREADABLE_IMAGE: Cause.NO_PICTURE,
    Refusal.OVERSIZED: Cause.OVERSIZED,
    Refusal.UNWRITABLE: Cause.UNEXPECTED,
    Refusal.UNEXPECTED: Cause.UNEXPECTED,
}
"""What becomes of a picture that came, and could not be kept."""


class _Noting:
    """Appends as another does, and notes which cameras' pictures were kept and which were refused."""

    def __init__(self, appender: Appender, book: Book) -> None:
        self._appender = appender
        self._book = book

    def append(self, batch: Batch) -> Appended:
        """As that one; what it refuses to write is not noted."""
        appended = self._appender.append(batch)
        for still in batch.stills:
            self._book.well(still.camera_id, still.received_at)
        for letter in batch.dead_letters:
            self._refused(letter)
        return appended

    def _refused(self, letter: DeadLetter) -> None:
        address = parse(letter.topic)
        if address is not None:
            vain = Vain(_CAUSES.get(letter.reason, Cause.REFUSED), letter.detail, answered=True)
            self._book.vain(address.device_id, letter.received_at, vain, traced=True)


def _message(camera: Camera, fetched: Fetched, received_at: datetime, made_at: datetime | None) -> Message:
    """The picture as a message of the camera's own topic. ``modified_at`` is what its server says of its age."""
    return Message(
        topic=Address(camera.station_id, camera.id, Subject.STILL).topic(),
        payload=fetched.data,
        received_at=received_at,
        size_bytes=len(fetched.data),
        properties={} if made_at is None else {"modified_at": made_at.isoformat()},
    )


def _nobody_waits() -> None:
    """How a picture that was fetched is acknowledged: nobody waits for it."""


def _nobody_keeps(_: Sequence[Arrived]) -> None:
    raise RuntimeError("say with `to` who keeps the pictures")
