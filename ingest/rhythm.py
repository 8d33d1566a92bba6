"""How often a gauge reports: one rule for whoever asks whether it is late.

A crisis-management gauge (危機管理型水位計) sends one heartbeat a day while the water is low, and every 2, 5 or 10
minutes once it is at or above its lowest threshold. It is late by the rule of the mode that it is in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from ingest.hazard import default_levels
from ingest.stations import Gauge, StationKind

LATE_AFTER_INTERVALS = 3.0
"""A gauge or camera is silent when this many of its intervals passed without a report."""
ALWAYS = datetime(1, 1, 1, tzinfo=UTC)


class Mode(StrEnum):
    """What decides a gauge's interval. ``steady`` has but one, whatever the water does."""

    DRY = "dry"
    FLOOD = "flood"
    STEADY = "steady"


def expected_s(gauge: Gauge, hazard: int) -> float:
    """Seconds between reports in the gauge's present mode: dry below hazard 1 where a dry interval is set."""
    return gauge.dry_interval_s if hazard == 0 and gauge.dry_interval_s is not None else gauge.interval_s


def is_overdue(newest: datetime, gauge: Gauge, hazard: int, now: datetime) -> bool:
    """Whether a gauge that was heard last at ``newest`` is silent at ``now``, in the mode of a hazard."""
    return (now - newest).total_seconds() > LATE_AFTER_INTERVALS * expected_s(gauge, hazard)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The intervals of a gauge, and from which stage on the shorter one counts.

    ``flood_from`` are (valid_from, stage_m) of the lowest threshold, oldest first; empty where there is no threshold
    or no dry interval. It is the same rule as ``expected_s``, kept small for tens of thousands of gauges.
    """

    interval_s: float
    dry_interval_s: float | None = None
    flood_from: tuple[tuple[datetime, float], ...] = ()

    @classmethod
    def of(cls, gauge: Gauge, kind: StationKind) -> Rhythm:
        """The rhythm of a gauge of the registry."""
        if gauge.dry_interval_s is None:
            return cls(gauge.interval_s)
        return cls(gauge.interval_s, gauge.dry_interval_s, _flood_from(gauge, kind))

    @property
    def calm(self) -> Mode:
        """The mode in which nothing happens."""
        return Mode.STEADY if self.dry_interval_s is None else Mode.DRY

    def mode_at(self, stage_m: float, at: datetime) -> Mode:
        """The mode that a reading puts the gauge in."""
        if self.dry_interval_s is None:
            return Mode.STEADY
        begun = [threshold_m for since, threshold_m in self.flood_from if since <= at]
        threshold_m = begun[-1] if begun else (self.flood_from[0][1] if self.flood_from else None)
        return Mode.FLOOD if threshold_m is not None and stage_m >= threshold_m else Mode.DRY

    def expected_s(self, mode: Mode) -> float:
        """Seconds between reports in a mode."""
        return self.dry_interval_s if mode is Mode.DRY and self.dry_interval_s is not None else self.interval_s


def _flood_from(gauge: Gauge, kind: StationKind) -> tuple[tuple[datetime, float], ...]:
    if not gauge.thresholds:
        levels = default_levels(kind, gauge)
        return ((ALWAYS, min(levels.values())),) if levels else ()
    sets = sorted(gauge.thresholds, key=lambda each: each.valid_from)
    return tuple((each.valid_from, min(each.levels.values(), default=math.inf)) for each in sets)
