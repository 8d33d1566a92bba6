"""What the pages and the API read the chronology from."""

from __future__ import annotations

from dataclasses import dataclass, field

from alerts.chronology.wanted import ChronologyLog, NoChronology, NothingStands, StandsLog


@dataclass(frozen=True)
class Chronicle:
    """The chronology and what stands; both block. ``drill``: everything that is handed out is marked as a drill."""

    log: ChronologyLog = field(default_factory=NoChronology)
    record: StandsLog = field(default_factory=NothingStands)
    drill: bool = False
