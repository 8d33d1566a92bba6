"""The limits of the jump and stuck tests: a gauge's own, else those of its kind. docs/quality.md gives the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import inf

from ingest.roster import NO_LIMITS, Watched
from ingest.stations import QualityLimits, StationKind

LONGEST_GAP_S = 3600.0
"""A silence longer than this allows no greater step: after a day without readings any stage would pass."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What passes: a step up to ``spike_m`` at any speed, a larger one up to ``rise_m_per_h`` upwards and
    ``fall_m_per_h`` downwards; a value that stands for less than ``stuck_s``. ``rests``: whether water that fell may
    well stand still where it fell to, on a dry bottom or behind a gate.
    """

    spike_m: float
    rise_m_per_h: float
    fall_m_per_h: float
    stuck_s: float = inf
    rests: bool = True

    def passes(self, step_m: float, gap_s: float) -> bool:
        """QARTOD rate of change test for a step after ``gap_s``, either of which may be negative."""
        speed_m_per_h = self.rise_m_per_h if step_m > 0 else self.fall_m_per_h
        most_m = max(self.spike_m, speed_m_per_h * min(abs(gap_s), LONGEST_GAP_S) / 3600.0)
        # Rounded as a difference: binary fractions must not make a step at the limit look larger.
        return round(abs(step_m), 6) <= most_m


DEFAULTS: Mapping[StationKind, Limits] = {
    StationKind.RIVER: Limits(spike_m=0.5, rise_m_per_h=2.0, fall_m_per_h=1.5, stuck_s=168 * 3600.0, rests=False),
    StationKind.WATERWAY: Limits(spike_m=0.5, rise_m_per_h=2.0, fall_m_per_h=2.0),
    StationKind.UNDERPASS: Limits(spike_m=0.3, rise_m_per_h=2.0, fall_m_per_h=2.0),
    StationKind.PUMP_STATION: Limits(spike_m=0.5, rise_m_per_h=3.0, fall_m_per_h=3.0),
    StationKind.RETENTION_POND: Limits(spike_m=0.5, rise_m_per_h=3.0, fall_m_per_h=3.0),
}


def limits_of(gauge: Watched) -> Limits:
    """The limits of a gauge."""
    return DEFAULTS[gauge.kind] if gauge.quality is NO_LIMITS else _own(gauge.kind, gauge.quality)


@lru_cache(maxsize=4096)
def _own(kind: StationKind, own: QualityLimits) -> Limits:
    default = DEFAULTS[kind]
    rise_m_per_h = default.rise_m_per_h if own.rise_m_per_h is None else own.rise_m_per_h
    return Limits(
        spike_m=default.spike_m if own.spike_m is None else own.spike_m,
        rise_m_per_h=rise_m_per_h,
        fall_m_per_h=rise_m_per_h * default.fall_m_per_h / default.rise_m_per_h,
        stuck_s=default.stuck_s if own.stuck_h is None else own.stuck_h * 3600.0,
        rests=default.rests,
    )
