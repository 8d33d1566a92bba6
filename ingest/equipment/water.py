"""The water that a pump station drains: its inner stage as it is known now. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ingest.hazard import Levels, hazard_at, levels_at
from ingest.readings import Quality, Reading, Reason
from ingest.stations import Gauge, StationKind
from ingest.store.protocol import Latest


@dataclass(frozen=True, slots=True)
class Inner:
    """The inner stage at a moment.

    ``stage_m``, ``observed_at`` and ``hazard`` are those of the newest reading that is not bad, or of the newest good
    one where that stands higher: what is not believed may raise and never lowers. ``believed_m`` and ``believed_at``
    are those of the good one alone. However old they are, they stand until another one comes. ``reasons`` are why the
    newest is not simply good. ``course`` are good readings, the oldest first, as far back as anybody asked.
    """

    gauge: Gauge
    levels: Levels
    stage_m: float
    observed_at: datetime
    believed_m: float | None
    believed_at: datetime | None = None
    reasons: tuple[Reason, ...] = ()
    course: tuple[Reading, ...] = ()

    @property
    def hazard(self) -> int:
        """The hazard of the stage."""
        return hazard_at(self.stage_m, self.levels)

    @property
    def lowest_m(self) -> float | None:
        """Where the lowest hazard begins; None without thresholds."""
        return min(self.levels.values(), default=None)

    @property
    def believed(self) -> Inner | None:
        """The same water as good readings alone have it; None where there are none."""
        if self.believed_m is None or self.believed_at is None:
            return None
        return replace(self, stage_m=self.believed_m, observed_at=self.believed_at, reasons=())

    def believed_from(self, begins_m: float) -> bool:
        """Whether a good reading stands at or above a stage."""
        return self.believed_m is not None and self.believed_m >= begins_m

    def since(self, begins_m: float) -> datetime | None:
        """From when on it has been at or above a stage, as far back as its course goes; None where that is not known:
        it begins with the stage at or above, or nothing good says so."""
        if not self.believed_from(begins_m) or not self.course:
            return None
        begin: datetime | None = None
        for each in reversed(self.course):
            if each.stage_m < begins_m:
                return begin or self.observed_at
            begin = each.observed_at
        return None


def inner_water(
    kind: StationKind, gauge: Gauge, latest: Latest | None, course: Sequence[Reading], now: datetime
) -> Inner | None:
    """The inner stage of a station by its gauge; None before its first reading. ``course`` as in ``Log.recent``."""
    if latest is None:
        return None
    good = latest.good
    newest = latest.reading if latest.reading.quality is not Quality.BAD else good
    if newest is None:
        return None
    doubted = newest.quality is not Quality.GOOD
    shown = good if doubted and good is not None and good.stage_m > newest.stage_m else newest
    return Inner(
        gauge=gauge,
        levels=levels_at(kind, gauge, now),
        stage_m=shown.stage_m,
        observed_at=shown.observed_at,
        believed_m=None if good is None else good.stage_m,
        believed_at=None if good is None else good.observed_at,
        reasons=newest.reasons,
        course=tuple(course),
    )
