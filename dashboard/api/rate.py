"""How often one account may ask: a bucket that fills evenly. It forgets at a restart, and each process counts alone."""

from __future__ import annotations

import threading
from collections.abc import Callable

MOST_KEPT = 10_000
MINUTE_S = 60.0


class Rate:
    """So many a minute for each account, all of them at once where it has been quiet for a minute.

    ``monotonic`` gives seconds that only grow.
    """

    def __init__(self, per_minute: int, monotonic: Callable[[], float]) -> None:
        self._most = float(per_minute)
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._left: dict[int, tuple[float, float]] = {}

    def wait_s(self, account_id: int) -> float:
        """0 and one taken where it may be done now, else the seconds until then."""
        now_s = self._monotonic()
        with self._lock:
            left, at_s = self._left.pop(account_id, (self._most, now_s))
            left = min(self._most, left + (now_s - at_s) * self._most / MINUTE_S)
            allowed = left >= 1
            self._left[account_id] = (left - 1 if allowed else left, now_s)
            while len(self._left) > MOST_KEPT:
                del self._left[next(iter(self._left))]  # who asked longest ago
        return 0.0 if allowed else (1 - left) * MINUTE_S / self._most
