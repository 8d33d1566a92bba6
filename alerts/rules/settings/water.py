"""The numbers of the rules about the water itself: stage, rise and outlook."""

from __future__ import annotations

from pydantic import Field

from alerts.rules.settings.every import DAY_S, KINDS, RUNG, Kinds, RuleSettings
from ingest.stations import StationKind


class StageSettings(RuleSettings):
    """The stage against the thresholds. An underpass begins at 5 cm: it has a hysteresis of its own."""

    hysteresis_m: float = Field(default=0.10, ge=0, le=100, description="metres below a threshold that count as below")
    kinds: Kinds = Field(default={StationKind.UNDERPASS: {"hysteresis_m": 0.02}}, description=KINDS)


RISES: Kinds = {
    StationKind.WATERWAY: {"rise10_m_per_h": 1.2, "rise30_m_per_h": 0.6, "least_rise_m": 0.10},
    StationKind.PUMP_STATION: {"rise10_m_per_h": 1.2, "rise30_m_per_h": 0.6, "least_rise_m": 0.10},
    StationKind.UNDERPASS: {"rise10_m_per_h": 0.3, "rise30_m_per_h": 0.2, "least_rise_m": 0.03},
    StationKind.RETENTION_POND: {"rise10_m_per_h": 0.9, "rise30_m_per_h": 0.5},
}
"""The general numbers are a river's. docs/rules.md says where each comes from."""


class RiseSettings(RuleSettings):
    """How fast the water rises: over 10 or over 30 minutes, and on its way to a threshold."""

    level: int = Field(default=2, ge=1, le=5, description=RUNG)
    hold_s: float = Field(
        default=1800.0, ge=0, le=30 * DAY_S, description="seconds that it must be over before it ends"
    )
    rise10_m_per_h: float = Field(default=1.0, gt=0, le=1000, description="metres an hour over the last 10 minutes")
    rise30_m_per_h: float = Field(default=0.5, gt=0, le=1000, description="metres an hour over the last 30 minutes")
    least_rise_m: float = Field(default=0.15, ge=0, le=100, description="metres that it must have risen in that time")
    release_share: float = Field(default=0.5, gt=0, le=1, description="share of both limits below which it is over")
    reach_s: float = Field(
        default=1800.0, ge=0, le=7 * DAY_S, description="seconds in which it would reach the lowest threshold"
    )
    kinds: Kinds = Field(default=RISES, description=KINDS)


class OutlookSettings(RuleSettings):
    """When the next threshold would be reached: an extrapolation, for staff only."""

    hold_s: float = Field(default=600.0, ge=0, le=30 * DAY_S, description="seconds that it must be over before it ends")
    lead_s: float = Field(default=1800.0, gt=0, le=DAY_S, description="seconds ahead that count")
    from_level: int = Field(default=3, ge=2, le=5, description="the lowest hazard whose threshold is looked ahead to")
    least_rise_m: float = Field(default=0.10, ge=0, le=100, description="metres that it must have risen in 30 minutes")
    release_share: float = Field(default=1.5, ge=1, le=100, description="times lead_s from which on it is over")
    stale_s: float = Field(default=900.0, gt=0, le=DAY_S, description="a reading this old on arrival foresees nothing")
    kinds: Kinds = Field(default={StationKind.UNDERPASS: {"least_rise_m": 0.03, "lead_s": 900.0}}, description=KINDS)
