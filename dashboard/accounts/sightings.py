"""When whose page was open, or which token was shown, last: known at once, written a little later, and never in the way
of who asks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

Seen = TypeVar("Seen")
log = logging.getLogger(__name__)

MOST_KEPT = 2000


class Sightings(Generic[Seen]):
    """Remembers and writes, in a thread of its own. A database that is full or locked costs nothing but that a restart
    finds older times: pages go on, and so do sessions and programs."""

    def __init__(self, write: Callable[[Mapping[int, Seen]], None], what: str) -> None:
        """``write`` keeps what was seen, by the numbers of sessions or tokens. Blocking; it may raise. ``what`` begins
        the sentence of the log where it does."""
        self._write = write
        self._what = what
        self._writer = ThreadPoolExecutor(1, "sightings")
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._seen: dict[int, Seen] = {}
        self._unwritten: dict[int, Seen] = {}
        self._waiting = False
        self._failing = False

    def last(self, number: int) -> Seen | None:
        """What is remembered; the database may have something newer of another process."""
        return self._seen.get(number)

    def note(self, number: int, seen: Seen) -> None:
        """It was seen. Does not block and does not raise."""
        with self._lock:
            self._seen.pop(number, None)
            self._seen[number] = self._unwritten[number] = seen
            if len(self._seen) > MOST_KEPT:
                oldest = next(iter(self._seen))
                del self._seen[oldest]
                self._unwritten.pop(oldest, None)
            if self._waiting:
                return
            self._waiting = True
        self._writer.submit(self.write)

    def write(self) -> None:
        """Write what is noted; what cannot be written now goes along with the next. Blocking."""
        with self._turn:
            with self._lock:
                self._waiting, noted, self._unwritten = False, self._unwritten, {}
            if not noted:
                return
            try:
                self._write(noted)
            except Exception:
                if not self._failing:
                    log.exception("%s cannot be written; nobody waits for it, and it is tried again", self._what)
                self._failing = True
                with self._lock:
                    self._unwritten = {**noted, **self._unwritten}
            else:
                self._failing = False
