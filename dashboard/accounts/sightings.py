"""When whose page was open last: known at once, written a little later, and never in the way of a page."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

log = logging.getLogger(__name__)

MOST_KEPT = 2000


class Sightings:
    """Remembers and writes, in a thread of its own. A database that is full or locked costs nothing but that a restart
    finds older times: pages go on, and so do sessions."""

    def __init__(self, write: Callable[[Mapping[int, datetime]], None]) -> None:
        """``write`` keeps times by the numbers of sessions. Blocking; it may raise."""
        self._write = write
        self._writer = ThreadPoolExecutor(1, "sightings")
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._seen: dict[int, datetime] = {}
        self._unwritten: dict[int, datetime] = {}
        self._waiting = False
        self._failing = False

    def last(self, session_id: int, kept: datetime) -> datetime:
        """The newer of what was ``kept`` and what is remembered."""
        return max(kept, self._seen.get(session_id, kept))

    def note(self, session_id: int, at: datetime) -> None:
        """A page of the session was open. Does not block and does not raise."""
        with self._lock:
            self._seen.pop(session_id, None)
            self._seen[session_id] = self._unwritten[session_id] = at
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
                    log.exception("it cannot be written whose pages are open; the pages go on, and it is tried again")
                self._failing = True
                with self._lock:
                    self._unwritten = {**noted, **self._unwritten}
            else:
                self._failing = False
