"""The limits of the jump and stuck tests: a gauge's own, else those of its kind. docs/quality.md gives the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import inf

from ingest.roster import NO_LIMITS, Watched
from ingest.stations import QualityLimits, StationKind

LONGEST_GAP_S = 3 * 3600.0
"""A silence longer than this allows no greater step: after a day without readings any stage would pass."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What passes: a step up to ``spike_m`` at any speed, more of it up to ``rise_m_per_h``, in either direction;
    a value that stands for less than ``stuck_s`` (infinite where standing still is normal)."""

    spike_m: float
    rise_m_per_h: float
    stuck_s: float = inf

    def step_m(self, gap_s: float) -> float:
        """The largest step that passes after ``gap_s``."""
        return max(self.spike_m, self.rise_m_per_h * min(gap_s, LONGEST_GAP_S) / 3600.0)


DEFAULTS: Mapping[StationKind, Limits] = {
    StationKind.RIVER: Limits(spike_m=0.5, rise_m_per_h=3.0, stuck_s=48 * 3600.0),
    StationKind.WATERWAY: Limits(spike_m=0.5, rise_m_per_h=3.0),
    StationKind.UNDERPASS: Limits(spike_m=0.3, rise_m_per_h=2.0),
    StationKind.PUMP_STATION: Limits(spike_m=0.5, rise_m_per_h=3.0),
    StationKind.RETENTION_POND: Limits(spike_m=0.5, rise_m_per_h=3.0),
}


def limits_of(gauge: Watched) -> Limits:
    """The limits of a gauge."""
    return DEFAULTS[gauge.kind] if gauge.quality is NO_LIMITS else _own(gauge.kind, gauge.quality)


@lru_cache(maxsize=4096)
def _own(kind: StationKind, own: QualityLimits) -> Limits:
    default = DEFAULTS[kind]
    return Limits(
        spike_m=default.spike_m if own.spike_m is None else own.spike_m,
        rise_m_per_h=default.rise_m_per_h if own.rise_m_per_h is None else own.rise_m_per_h,
        stuck_s=default.stuck_s if own.stuck_h is None else own.stuck_h * 3600.0,
    )
