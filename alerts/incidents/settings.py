"""What a city can set of its incidents: who is told when nobody acknowledges, how long anything may be muted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from alerts.records import URGENT_LEVEL
from ingest.stations import Identifier

DAY_S = 86400.0


class Step(BaseModel):
    """One step of an escalation."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    after_s: float = Field(ge=30, le=DAY_S, description="seconds after the message, or the step, before it")
    groups: tuple[Identifier, ...] = Field(
        default=(), description="who is told then; empty for the staff whom the alert concerns"
    )


class EscalationRule(BaseModel):
    """What follows while nobody acknowledges an alert of ``min_level`` or more."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    min_level: int = Field(ge=1, le=5, description="the lowest level that it is for")
    steps: tuple[Step, ...] = Field(min_length=1, max_length=10, description="who is told, and when")
    repeat_s: float = Field(
        default=0.0, ge=0, le=DAY_S, description="seconds until the last step is taken again, and again; 0 for never"
    )

    @model_validator(mode="after")
    def _urgent_repeats(self) -> Self:
        if 0 < self.repeat_s < 60:
            raise ValueError("repeat_s is 60 or more, or 0 for never")
        if self.min_level >= URGENT_LEVEL and not self.repeat_s:
            raise ValueError("hazard 4 and 5 are repeated until somebody acknowledges: write repeat_s = 600")
        return self


def _one_per_level(rules: tuple[EscalationRule, ...]) -> tuple[EscalationRule, ...]:
    for level, count in Counter(each.min_level for each in rules).items():
        if count > 1:
            raise ValueError(f"min_level = {level} is there {count} times: make one [[alerts.escalation]] of them")
    urgent = governing(rules, URGENT_LEVEL)
    if urgent is not None and not urgent.repeat_s:
        raise ValueError(
            f"min_level = {urgent.min_level} holds for hazard 4 and 5 as well, which are repeated until somebody "
            "acknowledges: write another [[alerts.escalation]] with min_level = 4 and repeat_s = 600"
        )
    return rules


Escalation = Annotated[tuple[EscalationRule, ...], AfterValidator(_one_per_level)]
"""``[[alerts.escalation]]``: one for each level from which on it is another."""

ESCALATION = (
    EscalationRule(min_level=4, steps=(Step(after_s=300),), repeat_s=600),
    EscalationRule(min_level=3, steps=(Step(after_s=900),)),
)
"""As long as a city sets nothing else, the staff are told again; whoever else there is only the city knows."""


def governing(rules: Sequence[EscalationRule], level: int) -> EscalationRule | None:
    """The escalation of a level: of those that begin at or below it the highest."""
    return max((each for each in rules if each.min_level <= level), key=lambda each: each.min_level, default=None)


class IncidentSettings(BaseModel):
    """How long anything may be muted, and what is kept as evidence."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    silence_most_s: float = Field(default=DAY_S, ge=300, le=7 * DAY_S, description="the longest silence")
    maintenance_most_s: float = Field(
        default=14 * DAY_S,
        ge=300,
        le=90 * DAY_S,
        description="the longest maintenance without a new word",
    )
    evidence_rules: tuple[str, ...] = Field(
        default=("stage", "rise", "outlook", "silence", "pump_idle", "pump_vain", "pump_fault"),
        description="the rules whose incidents keep evidence",
    )
    evidence_before_s: float = Field(
        default=6 * 3600.0, ge=0, le=30 * DAY_S, description="seconds before an incident that are kept as evidence"
    )
    evidence_after_s: float = Field(
        default=DAY_S, ge=0, le=30 * DAY_S, description="seconds after its end that are kept as evidence as well"
    )

    @property
    def silence_most(self) -> timedelta:
        """The longest silence."""
        return timedelta(seconds=self.silence_most_s)

    @property
    def maintenance_most(self) -> timedelta:
        """The longest maintenance."""
        return timedelta(seconds=self.maintenance_most_s)

    @property
    def evidence_before(self) -> timedelta:
        """What is kept of the time before an incident."""
        return timedelta(seconds=self.evidence_before_s)

    @property
    def evidence_after(self) -> timedelta:
        """What is kept of the time after it."""
        return timedelta(seconds=self.evidence_after_s)
