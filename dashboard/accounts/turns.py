"""Work of the accounts off the event loop, in threads of its own: pages and pictures have the others to themselves."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
BUSY_S = 5
"""When it is worth to try again where too many wait."""


class NoTurn(Exception):
    """Too many wait already. Nothing was done: say "try again in a moment"."""


class Turns:
    """A few threads, and a bounded number of people who wait for them, of one place no more than half."""

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self.most = threads + waiting
        self._of_one_place = max(1, self.most // 2)
        self._threads = ThreadPoolExecutor(threads, name)
        self._lock = threading.Lock()
        self._inside: Counter[str] = Counter()

    async def take(self, work: Callable[[], T], place: str = "") -> T:
        """What the work returns, once it had its turn. NoTurn where too many are inside, or too many from ``place``;
        somebody who goes away meanwhile holds the place until the work is done."""
        with self._lock:
            if self._inside.total() >= self.most or self._inside[place] >= self._of_one_place:
                raise NoTurn
            self._inside[place] += 1
        future = self._threads.submit(work)
        future.add_done_callback(lambda done: self._leave(place, done))
        return await asyncio.wrap_future(future)

    def _leave(self, place: str, _: Future[T]) -> None:
        with self._lock:
            self._inside[place] -= 1
            if not self._inside[place]:
                del self._inside[place]


MOST_ASKING = 2000
"""Requests whose session is looked up at once: each is a request that the server holds open anyway."""


@dataclass(frozen=True)
class AccountTurns:
    """Who waits for what. Strangers who fill their turns take none from those who sign in where they did before."""

    looking: Turns = field(default_factory=lambda: Turns("sessions", 4, MOST_ASKING))
    """Whose session is this? Only reads."""
    programs: Turns = field(default_factory=lambda: Turns("tokens", 2, 200))
    """Whose token is this? Only reads."""
    known: Turns = field(default_factory=lambda: Turns("known", 2, 40))
    """Signing in from a known browser or network, and what people do with their own account."""
    strangers: Turns = field(default_factory=lambda: Turns("strangers", 2, 20))
    """Signing in from elsewhere."""
    books: Turns = field(default_factory=lambda: Turns("audit", 1, MOST_ASKING))
    """Lines of the audit log about requests that were answered."""
