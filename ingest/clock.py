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


SET_S = 3600.0
"""A clock that parted from the time that passes by more than this was set, and not only adjusted."""


class Steadiness:
    """Whether a clock went as time passes since the look before. ``monotonic`` gives real seconds, of any origin."""

    def __init__(self, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._lead_s: float | None = None

    def look(self) -> bool:
        """False at the first look, and at the first one after the clock was set."""
        lead_s = self._clock.now().timestamp() - self._monotonic() * self._clock.speed
        before_s, self._lead_s = self._lead_s, lead_s
        return before_s is not None and abs(lead_s - before_s) < SET_S
