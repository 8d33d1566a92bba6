"""Work that leaves the processor to those who look at pages."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

RESTS = 20.0
RESTS_AT_MOST_S = 6.0
"""A reading is on the site within ten seconds, also in a storm over a large city."""


class Rests:
    """Work that rests ``RESTS`` times as long as it computed, RESTS_AT_MOST_S at most: who looks at the dashboard,
    which is served beside it, does not wait for the page of the public at every reading."""

    def __init__(
        self,
        work: Callable[[], bool],
        time_s: Callable[[], float] = time.monotonic,
        cpu_s: Callable[[], float] = time.thread_time,
    ) -> None:
        """``work`` says whether there was anything to do: what did nothing needs no rest."""
        self._work, self._time_s, self._cpu_s = work, time_s, cpu_s
        self._until_s = -math.inf

    def turn(self) -> bool:
        """Do it, unless it rests; whether it was done. What failed computed too, and rests as well."""
        if self._time_s() < self._until_s:
            return False
        began_s, done = self._cpu_s(), True
        try:
            done = self._work()
        finally:
            took_s = self._cpu_s() - began_s
            self._until_s = self._time_s() + min(RESTS * took_s, RESTS_AT_MOST_S) if done else -math.inf
        return done
