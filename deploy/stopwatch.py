"""Elapsed time that stands still until it is started and after it is stopped."""

from __future__ import annotations

from collections.abc import Callable


class Stopwatch:
    """Counts real seconds of ``monotonic`` between ``start`` and ``stop``."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._started_s: float | None = None
        self._stopped_s: float | None = None

    def start(self) -> None:
        """Begin to count."""
        self._started_s = self._monotonic()

    def stop(self) -> None:
        """Stand still from now on."""
        self._stopped_s = self._monotonic()

    def elapsed_s(self) -> float:
        """Seconds counted so far."""
        if self._started_s is None:
            return 0.0
        now_s = self._stopped_s if self._stopped_s is not None else self._monotonic()
        return now_s - self._started_s
