"""Time as an argument: a clock that can be the real one or the scaled one of a replay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Protocol

JST = timezone(timedelta(hours=9), "JST")
"""Japan's time, for screens, messages and files that people read; inside, all times are in UTC."""


class Clock(Protocol):
    """Tells the house's time (aware UTC) and how many of its seconds pass in a real one."""

    @property
    def speed(self) -> float:
        """House seconds per real second; 1.0 outside a replay."""
        ...

    def now(self) -> datetime:
        """The present of the house, aware, in UTC."""
        ...


@dataclass(frozen=True)
class TrueClock:
    """The real time, from the source that the composition root hands in."""

    source: Callable[[], datetime]
    speed: float = 1.0

    def now(self) -> datetime:
        """The source's time."""
        return self.source()


@dataclass(frozen=True)
class ScaledClock:
    """Starts at ``start`` and runs ``speed`` times as fast as ``monotonic`` (real seconds, any origin)."""

    start: datetime
    speed: float
    monotonic: Callable[[], float]
    origin_s: float

    def now(self) -> datetime:
        """``start`` plus the scaled real time since ``origin_s``."""
        return self.start + timedelta(seconds=(self.monotonic() - self.origin_s) * self.speed)
