"""How fast and how often a channel may be used. Pure; the counts of a month are kept in the database."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from pydantic import BaseModel, ConfigDict, Field

from ingest.clock import JST


class OutboxSettings(BaseModel):
    """How the outbox of one channel sends."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    workers: int = Field(default=8, ge=1, le=64, description="messages handed over at the same time")
    per_second: int = Field(default=0, ge=0, le=100_000, description="most messages in any second; 0 for no limit")
    per_minute: int = Field(default=0, ge=0, le=100_000, description="most messages in any minute; 0 for no limit")
    per_month: int = Field(
        default=0, ge=0, description="most messages in a calendar month (Japanese time), as the plan says; 0: no limit"
    )
    warn_share: float = Field(
        default=0.8, gt=0, le=1, description="share of the month's messages that staff are told of"
    )
    urgent_share: float = Field(
        default=0.2, ge=0, le=1, description="share of the month's messages kept for hazard 4 and 5"
    )

    @property
    def quota(self) -> Quota:
        """What a month allows."""
        return Quota(self.per_month, self.warn_share, self.urgent_share)


class Used(IntEnum):
    """How far a month's messages are used up."""

    ENOUGH = 0
    WARNED = 1
    RESERVE = 2
    ALL = 3


@dataclass(frozen=True, slots=True)
class Quota:
    """The messages of one calendar month; ``per_month`` 0 means that they are not limited."""

    per_month: int = 0
    warn_share: float = 0.8
    urgent_share: float = 0.2

    @property
    def ordinary(self) -> int:
        """How many may be used for what is not urgent."""
        return self.per_month - round(self.per_month * self.urgent_share)

    def allows(self, used: int, *, urgent: bool) -> bool:
        """Whether one more may be sent after so many."""
        return not self.per_month or used < (self.per_month if urgent else self.ordinary)

    def stands(self, used: int) -> Used:
        """How far it is used up after so many."""
        if not self.per_month:
            return Used.ENOUGH
        if used >= self.per_month:
            return Used.ALL
        if used >= self.ordinary:
            return Used.RESERVE
        return Used.WARNED if used >= self.per_month * self.warn_share else Used.ENOUGH

    def refusal(self, channel: str, used: int, month: str) -> str:
        """Why one more is not sent."""
        of = f"{used} of {self.per_month} messages of {month} over {channel} are used"
        kept = "" if used >= self.per_month else ", and the rest is kept for hazard 4 and 5"
        return f"not sent: {of}{kept}"


def month_of(at: datetime) -> str:
    """The calendar month in Japan, such as 2026-07: plans begin anew with it."""
    return at.astimezone(JST).strftime("%Y-%m")


class Rate:
    """At most so many within any second and any minute. Times are real seconds of any origin."""

    def __init__(self, per_second: int = 0, per_minute: int = 0, begun_s: Iterable[float] = ()) -> None:
        """``begun_s`` are the times of what was begun before: a restart does not begin the minute anew."""
        self._windows = [(1.0, per_second), (60.0, per_minute)]
        self._begun = deque(sorted(begun_s))

    def free(self, now_s: float) -> int | None:
        """How many may be begun now; None for as many as one likes."""
        left = [most - self._within(width_s, now_s) for width_s, most in self._windows if most]
        return max(0, min(left)) if left else None

    def take(self, count: int, now_s: float) -> None:
        """So many are begun."""
        if any(most for _, most in self._windows):
            self._forget(now_s)
            self._begun.extend([now_s] * count)

    def wait_s(self, now_s: float) -> float:
        """How long until the next one may be begun."""
        waits = [0.0]
        for width_s, most in self._windows:
            if most and self._within(width_s, now_s) >= most:
                waits.append(self._begun[-most] + width_s - now_s)
        return max(waits)

    def _within(self, width_s: float, now_s: float) -> int:
        return sum(1 for each in self._begun if each + width_s > now_s)

    def _forget(self, now_s: float) -> None:
        while self._begun and self._begun[0] + self._windows[-1][0] <= now_s:
            self._begun.popleft()
