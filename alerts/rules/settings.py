"""The numbers of the rules: general ones, and others for a kind of station or for one station."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from alerts.rules.machine import Timing
from ingest.stations import Identifier, StationKind

DAY_S = 86400.0
LAYERS = ("kinds", "stations")
Override = dict[str, bool | int | float]


class RuleSettings(BaseModel):
    """What every rule has: whether it is on, how long and how often something must hold, and what differs where.

    ``kinds`` and ``stations`` name only what differs; a station's own comes before that of its kind.
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
    kinds: dict[StationKind, Override] = Field(default={}, description="other numbers for a kind of station")
    stations: dict[Identifier, Override] = Field(default={}, description="other numbers for one station, by its id")

    @model_validator(mode="after")
    def _overrides_are_good(self) -> Self:
        for layer in LAYERS:
            for name, override in getattr(self, layer).items():
                self._checked(override, f"{layer}.{name}")
        return self

    def _checked(self, override: Override, where: str) -> None:
        if inner := set(override) & {*LAYERS}:
            raise ValueError(f"{where} cannot hold {inner.pop()} again: write the numbers themselves")
        try:
            self._with(override)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(map(str, first["loc"]))
            raise ValueError(f"{where}.{key}: {first['msg'].removeprefix('Value error, ')}") from error

    def _with(self, *overrides: Override) -> Self:
        own = self.model_dump(exclude=set(LAYERS)) | {layer: {} for layer in LAYERS}
        for override in overrides:
            own |= override
        return type(self).model_validate(own)

    def at(self, kind: StationKind, station_id: str) -> Self:
        """The numbers for a station: its own, else those of its kind, else the general ones."""
        return self._with(self.kinds.get(kind, {}), self.stations.get(station_id, {}))

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


class StageSettings(RuleSettings):
    """The stage against the thresholds. An underpass begins at 5 cm: it has a hysteresis of its own."""

    hysteresis_m: float = Field(default=0.10, ge=0, le=100, description="metres below a threshold that count as below")
    kinds: dict[StationKind, Override] = Field(
        default={StationKind.UNDERPASS: {"hysteresis_m": 0.02}}, description="other numbers for a kind of station"
    )


class RulesSettings(BaseModel):
    """Every rule by its name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stage: StageSettings = Field(default=StageSettings(), description="the stage against the thresholds")

    def at(self, kind: StationKind, station_id: str) -> Self:
        """The numbers of every rule for a station."""
        return self.model_copy(
            update={name: getattr(self, name).at(kind, station_id) for name in type(self).model_fields}
        )

    def overridden_stations(self) -> set[str]:
        """The stations that any rule has numbers of their own for."""
        return {station_id for name in type(self).model_fields for station_id in getattr(self, name).stations}

    def of(self, rule: str) -> RuleSettings:
        """The settings of a rule by its name."""
        found = getattr(self, rule)
        assert isinstance(found, RuleSettings)
        return found
