"""What goes wrong with pumps, by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

KINDS = {
    "idle": "it does not start, and reports nothing wrong",
    "fault": "it trips with a fault and stands still",
    "vain": "it turns and moves no water",
    "silent": "it works and says nothing",
}
"""The faults and what each of them is."""
TRIPPED = 17
"""The number that a pump gives its fault."""


@dataclass(frozen=True, slots=True)
class PumpFault:
    """What is wrong with a pump from ``since`` on (None: always); a sound one has no ``kind``."""

    kind: str = ""
    since: datetime | None = None

    def __post_init__(self) -> None:
        if self.kind and self.kind not in KINDS:
            raise ValueError(f"there is no fault {self.kind!r} of a pump; there are: {', '.join(KINDS)}")

    def stands(self, at: datetime) -> bool:
        """Whether it has begun."""
        return bool(self.kind) and (self.since is None or at >= self.since)

    @property
    def stops(self) -> bool:
        """Whether the pump stands still by it."""
        return self.kind in ("idle", "fault")

    @property
    def in_vain(self) -> bool:
        """Whether the pump turns without effect by it."""
        return self.kind == "vain"


SOUND_PUMP = PumpFault()
