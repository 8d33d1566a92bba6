"""The vocabulary of alerts: what is recorded before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What became of a delivery so far."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Transition:
    """A recorded change of a gauge's alert level.

    ``observed_at`` is the device's time of the reading that caused it, ``recorded_at`` the house's.
    ``unconfirmed`` marks a rise on a suspect reading: for staff only.
    """

    gauge_id: str
    station_id: str
    from_hazard: int
    to_hazard: int
    stage_m: float
    observed_at: datetime
    recorded_at: datetime
    reading_seq: int
    reason: str
    unconfirmed: bool = False
    id: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one recipient over one channel, with what became of it."""

    transition_id: int
    recipient_id: str
    channel: str
    address: str
    subject: str
    body: str
    outcome: Outcome
    attempts: int
    due_at: datetime
    settled_at: datetime | None = None
    error: str = ""
    id: int = 0


class AlertLog(Protocol):
    """What the rooms above may read of the alerts."""

    def last_transition_id(self) -> int:
        """The end of the record: it grows with every transition."""
        ...

    def transitions(self, limit: int = 100, gauge_id: str | None = None) -> list[Transition]:
        """The newest transitions first, of one gauge or of all."""
        ...

    def current(self) -> dict[str, Transition]:
        """The newest transition of every gauge that ever had one, by gauge: its alert is at ``to_hazard``."""
        ...

    def deliveries_of(self, transition_ids: list[int]) -> list[Delivery]:
        """The deliveries that some transitions caused."""
        ...
