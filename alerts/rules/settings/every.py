"""What every rule has: general numbers, and others for a kind of station or for one station."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from alerts.rules.machine import Timing
from ingest.stations import Identifier, StationKind

DAY_S = 86400.0
LAYERS = ("kinds", "stations")
Override = dict[str, bool | int | float]
Kinds = dict[StationKind, Override]
ALONE = "the numbers of one place, which has no others below it"
KINDS = "other numbers for a kind of station"
RUNG = "what it weighs on the ladder of 1 to 5"


class RuleSettings(BaseModel):
    """What every rule has: whether it is on, how long and how often something must hold, and what differs where.

    ``kinds`` and ``stations`` name only what differs; a station's own comes before that of its kind. What is set for a
    kind goes over the defaults of that kind, number by number, and takes none of the others away.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    enabled: bool = Field(default=True, description="whether the rule is on")
    samples: int = Field(default=1, ge=1, le=100, description="so many findings in a row before a level counts")
    duration_s: float = Field(default=0.0, ge=0, le=DAY_S, description="seconds that it must last before it counts")
    hold_s: float = Field(
        default=1200.0, ge=0, le=30 * DAY_S, description="seconds that it must be over before the alert ends"
    )
    flap_turns: int = Field(
        default=3, ge=0, le=100, description="so many rises after a fall make it flapping; 0 for never"
    )
    flap_window_s: float = Field(default=10800.0, gt=0, le=7 * DAY_S, description="seconds in which these are counted")
    flap_quiet_s: float = Field(
        default=3600.0, ge=0, le=7 * DAY_S, description="seconds that it must be over before a flapping alert ends"
    )
    remind_s: float = Field(
        default=0.0,
        ge=0,
        le=30 * DAY_S,
        description="seconds after which staff are told again while it lasts; 0: never",
    )
    kinds: Kinds = Field(default={}, description=KINDS)
    stations: dict[Identifier, Override] = Field(default={}, description="other numbers for one station, by its id")

    @field_validator("kinds", mode="after")
    @classmethod
    def _over_the_defaults(cls, kinds: Kinds, info: ValidationInfo) -> Kinds:
        if info.context is ALONE:
            return kinds
        default: Kinds = cls.model_fields["kinds"].default
        named = [kind for kind in StationKind if kind in default or kind in kinds]
        return {kind: {**default.get(kind, {}), **kinds.get(kind, {})} for kind in named}

    @model_validator(mode="after")
    def _overrides_are_good(self) -> Self:
        for layer in LAYERS:
            for name, override in getattr(self, layer).items():
                self._checked(override, f"{layer}.{name}")
        return self

    def _checked(self, override: Override, where: str) -> None:
        if inner := set(override) & {*LAYERS}:
            raise ValueError(f"{where} cannot hold {inner.pop()} again: write the numbers themselves")
        if unknown := sorted(set(override) - set(type(self).model_fields)):
            names = ", ".join(sorted(set(type(self).model_fields) - {*LAYERS}))
            raise ValueError(f"{where} knows no {unknown[0]}: write one of {names}")
        try:
            self._with(override)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(map(str, (where, *first["loc"])))
            raise ValueError(f"{key}: {first['msg'].removeprefix('Value error, ')}") from error

    def _with(self, *overrides: Override) -> Self:
        own = self.model_dump() | {layer: {} for layer in LAYERS}
        for override in overrides:
            own |= override
        return type(self).model_validate(own, context=ALONE)

    def at(self, kind: StationKind, station_id: str) -> Self:
        """The numbers for a station: its own, else those of its kind, else the general ones."""
        of_kind, own = self.kinds.get(kind, {}), self.stations.get(station_id, {})
        return self._with(of_kind, own) if of_kind or own else self

    @property
    def reminds_anywhere(self) -> bool:
        """Whether people are told again of this rule at any station."""
        own = [each.get("remind_s", 0) for each in (*self.kinds.values(), *self.stations.values())]
        return bool(self.remind_s) or any(own)

    @property
    def timing(self) -> Timing:
        """How often and how long, in the form of the machine."""
        return Timing(
            samples=self.samples,
            duration=timedelta(seconds=self.duration_s),
            hold=timedelta(seconds=self.hold_s),
            flap_turns=self.flap_turns,
            flap_window=timedelta(seconds=self.flap_window_s),
            flap_quiet=timedelta(seconds=self.flap_quiet_s),
        )
