"""What a city can set of the pictures beside its alerts."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field, field_validator

from alerts.rules.settings.rules import RulesSettings

RULES = ("stage", "rise", "outlook", "pump_idle", "pump_vain", "pump_fault")


class PictureMessages(BaseModel):
    """Which changes a still is tied to, and how large it leaves the house."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    send: bool = Field(default=True, description="whether messages carry the picture where the channel takes one")
    rules: tuple[str, ...] = Field(default=RULES, description="the rules whose changes a still is tied to")
    within_s: float = Field(
        default=900.0, ge=0, le=86400, description="seconds between a change and its still, at most"
    )
    again_after_s: float = Field(
        default=300.0, ge=0, le=3600, description="seconds after which a still that is nearer takes its place, once"
    )
    longest_px: int = Field(default=1280, ge=160, le=4096, description="longer side of a picture in a message")
    most_bytes: int = Field(
        default=200_000, ge=20_000, le=5_000_000, description="most bytes of a picture in a message"
    )

    @field_validator("rules")
    @classmethod
    def _are_there(cls, rules: tuple[str, ...]) -> tuple[str, ...]:
        known = list(RulesSettings.model_fields)
        if unknown := [each for each in rules if each not in known]:
            raise ValueError(f"there is no rule {unknown[0]}: write some of {', '.join(known)}")
        return rules

    @property
    def within(self) -> timedelta:
        """The longest distance between a change and its still."""
        return timedelta(seconds=self.within_s)

    @property
    def again_after(self) -> timedelta:
        """When it is looked once more."""
        return timedelta(seconds=self.again_after_s)
