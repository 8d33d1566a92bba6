"""The numbers of the rules about pumps and gates."""

from __future__ import annotations

from pydantic import Field

from alerts.rules.settings.every import DAY_S, RUNG, RuleSettings


class PumpIdleSettings(RuleSettings):
    """Pumps that should run by the inner stage and are not known to.

    They had three of their intervals to say so before this begins; two minutes more let one take over from another.
    """

    level: int = Field(default=3, ge=1, le=5, description="the least that it weighs; else one more than the hazard")
    duration_s: float = Field(default=120.0, ge=0, le=DAY_S, description="seconds that it must last before it counts")
    hold_s: float = Field(default=300.0, ge=0, le=30 * DAY_S, description="seconds that they must run before it ends")
    remind_s: float = Field(
        default=3600.0, ge=0, le=30 * DAY_S, description="seconds after which staff are told again; 0: never"
    )
    never_heard: bool = Field(default=False, description="whether a pump that was never heard counts")


class PumpVainSettings(RuleSettings):
    """Pumps that run while the inner stage does not fall."""

    level: int = Field(default=2, ge=1, le=5, description=RUNG)
    running_s: float = Field(
        default=1200.0, ge=600, le=7200, description="seconds that a pump must have run without a break"
    )
    fall_m_per_h: float = Field(
        default=0.02, ge=0, le=10, description="metres an hour that the stage must fall by to count as falling"
    )
    duration_s: float = Field(default=300.0, ge=0, le=DAY_S, description="seconds that it must last before it counts")
    hold_s: float = Field(default=900.0, ge=0, le=30 * DAY_S, description="seconds that it must fall before it ends")


class PumpFaultSettings(RuleSettings):
    """A pump or gate that reports a fault."""

    level: int = Field(default=3, ge=1, le=5, description=RUNG + " while the station is wet")
    dry_level: int = Field(default=1, ge=0, le=5, description="the same while it is dry; 0: nobody is told")
    wet_before_m: float = Field(
        default=0.30, ge=0, le=100, description="metres below the start of the pumps from which on it is wet"
    )
    hold_s: float = Field(default=300.0, ge=0, le=30 * DAY_S, description="seconds without a fault before it ends")


class PumpSilenceSettings(RuleSettings):
    """A pump or gate that is not heard any more."""

    level: int = Field(default=1, ge=1, le=5, description=RUNG)
    silent_after_s: float = Field(
        default=1800.0, ge=0, le=30 * DAY_S, description="seconds without a word, at least three of its intervals"
    )
    hold_s: float = Field(default=300.0, ge=0, le=30 * DAY_S, description="seconds that it must speak before it ends")
    remind_s: float = Field(
        default=DAY_S, ge=0, le=30 * DAY_S, description="seconds after which staff are told again; 0: never"
    )
