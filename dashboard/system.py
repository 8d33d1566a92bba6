"""What the house knows of itself: its services, channels, disks and refused messages, as they were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from alerts.channel_state import ChannelState, SignSeen
from ingest.pulse import Lag, Part, Pulse
from ingest.readings import DeadLetter
from ingest.store.protocol import LetterReason


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """What was read at one look, at ``read_at`` by the clock of the machine.

    ``gone`` are processes of this host that surely run no more, ``expected`` the parts that must run somewhere.
    ``room`` is what was free of the disks over the last days: by host and folder, the oldest first, in bytes.
    """

    read_at: datetime | None = None
    pulses: Sequence[Pulse] = ()
    gone: frozenset[str] = frozenset()
    expected: frozenset[Part] = frozenset()
    lags: Mapping[Part, Lag] = field(default_factory=dict)
    channels: Sequence[ChannelState] = ()
    signs: Sequence[SignSeen] = ()
    letters: Sequence[LetterReason] = ()
    room: Mapping[tuple[str, str], Sequence[tuple[datetime, int]]] = field(default_factory=dict)


class SystemLog(Protocol):
    """Where it is read. Blocking."""

    def look(self, now: datetime) -> SystemFacts:
        """Everything; ``now`` is the house's time."""
        ...

    def letters(self, reason: str, limit: int) -> Sequence[DeadLetter]:
        """The newest messages that were refused for a reason."""
        ...


class NoSystem:
    """A house that knows nothing of itself."""

    def look(self, now: datetime) -> SystemFacts:
        """Nothing."""
        del now
        return SystemFacts()

    def letters(self, reason: str, limit: int) -> Sequence[DeadLetter]:
        """Nothing."""
        del reason, limit
        return ()
