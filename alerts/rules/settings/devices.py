"""The numbers of the rules about what watches and tells: gauges, cameras, gateways, signs."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from alerts.rules.settings.every import DAY_S, RUNG, RuleSettings


class SilenceSettings(RuleSettings):
    """A gauge that is overdue by the rule of its mode, and stays so."""

    level: int = Field(default=2, ge=1, le=5, description=RUNG)
    duration_s: float = Field(default=600.0, ge=0, le=DAY_S, description="seconds that it must last before it counts")
    while_firing_level: int = Field(default=3, ge=1, le=5, description="the same while the gauge's stage alert holds")
    hold_s: float = Field(default=600.0, ge=0, le=30 * DAY_S, description="seconds that it must report before it ends")
    remind_s: float = Field(
        default=21600.0, ge=0, le=30 * DAY_S, description="seconds after which staff are told again; 0: never"
    )
    never_heard: bool = Field(default=False, description="whether a gauge that was never heard counts")


class CameraSettings(RuleSettings):
    """A camera that is offline."""

    level: int = Field(default=1, ge=1, le=5, description=RUNG)
    hold_s: float = Field(default=600.0, ge=0, le=30 * DAY_S, description="seconds that it must be back before it ends")
    remind_s: float = Field(
        default=DAY_S, ge=0, le=30 * DAY_S, description="seconds after which staff are told again; 0: never"
    )
    never_heard: bool = Field(default=False, description="whether a camera that was never heard counts")


class PictureSettings(RuleSettings):
    """A camera whose picture cannot be trusted, though it speaks. Each problem may be left out."""

    level: int = Field(default=1, ge=1, le=5, description=RUNG)
    wet_from_level: int = Field(default=1, ge=1, le=5, description="the hazard from which its station counts as wet")
    while_wet_level: int = Field(default=2, ge=1, le=5, description="the same while its station is wet")
    hold_s: float = Field(default=600.0, ge=0, le=30 * DAY_S, description="seconds that it must be well before it ends")
    remind_s: float = Field(
        default=DAY_S, ge=0, le=30 * DAY_S, description="seconds after which staff are told again; 0: never"
    )
    frozen: bool = Field(default=True, description="whether a picture that stands still counts")
    covered: bool = Field(default=True, description="whether a covered one counts")
    shifted: bool = Field(default=True, description="whether one that shows another view counts")
    dark: bool = Field(default=True, description="whether one that is dark by day, or though it is lit, counts")
    blurred: bool = Field(default=True, description="whether a blurred one counts")
    no_still: bool = Field(default=True, description="whether a camera that speaks and sends no stills counts")
    no_still_s: float = Field(
        default=600.0, ge=0, le=DAY_S, description="seconds without a still, while it speaks, before that counts"
    )
    own_word: bool = Field(default=True, description="whether one counts that calls itself degraded")


class BatterySettings(RuleSettings):
    """A battery that is low. What a solar panel lifts by day sinks again at night: it must be well for a day."""

    level: int = Field(default=1, ge=1, le=5, description=RUNG)
    critical_level: int = Field(default=2, ge=1, le=5, description="the same where it may end any day")
    hold_s: float = Field(default=DAY_S, ge=0, le=30 * DAY_S, description="seconds that it must be well before it ends")


class GatewaySettings(RuleSettings):
    """A gateway that hears nothing of what it should. It belongs to no station."""

    level: int = Field(default=2, ge=1, le=5, description=RUNG)
    hold_s: float = Field(default=600.0, ge=0, le=30 * DAY_S, description="seconds that it must hear before it ends")
    remind_s: float = Field(
        default=21600.0, ge=0, le=30 * DAY_S, description="seconds after which staff are told again; 0: never"
    )

    @model_validator(mode="after")
    def _is_of_no_station(self) -> Self:
        if self.kinds or self.stations:
            raise ValueError("a gateway belongs to no station: write its numbers without kinds and stations")
        return self


class SignRuleSettings(RuleSettings):
    """A sign or siren that does not confirm what it was told. It is over as soon as it does."""

    level: int = Field(default=3, ge=1, le=5, description=RUNG)
    unconfirmed_after_s: float = Field(
        default=60.0, ge=1, le=DAY_S, description="seconds without a confirmation after which staff are told"
    )
    hold_s: float = Field(default=0.0, ge=0, le=30 * DAY_S, description="seconds that it must obey before it ends")
    remind_s: float = Field(
        default=900.0, ge=0, le=30 * DAY_S, description="seconds after which staff are told again; 0: never"
    )
