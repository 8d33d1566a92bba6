"""The numbers of the rules: general ones, and others for a kind of station or for one station."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from alerts.rules.machine import Timing
from ingest.stations import Identifier, Registry, StationKind

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


class RulesSettings(BaseModel):
    """Every rule by its name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stage: StageSettings = Field(default=StageSettings(), description="the stage against the thresholds")
    rise: RiseSettings = Field(default=RiseSettings(), description="how fast the water rises")
    outlook: OutlookSettings = Field(default=OutlookSettings(), description="when the next threshold would be reached")
    silence: SilenceSettings = Field(default=SilenceSettings(), description="a gauge that is overdue")
    camera: CameraSettings = Field(default=CameraSettings(), description="a camera that is offline")
    picture: PictureSettings = Field(default=PictureSettings(), description="a camera whose picture cannot be trusted")
    battery: BatterySettings = Field(default=BatterySettings(), description="a battery that is low")
    gateway: GatewaySettings = Field(default=GatewaySettings(), description="a gateway that hears nothing")
    sign: SignRuleSettings = Field(
        default=SignRuleSettings(), description="a sign that does not confirm what it was told"
    )
    pump_idle: PumpIdleSettings = Field(default=PumpIdleSettings(), description="flooded, and the pumps do not run")
    pump_vain: PumpVainSettings = Field(
        default=PumpVainSettings(), description="pumps run, and the water does not fall"
    )
    pump_fault: PumpFaultSettings = Field(default=PumpFaultSettings(), description="a pump or gate with a fault")
    pump_silence: PumpSilenceSettings = Field(
        default=PumpSilenceSettings(), description="a pump or gate that is not heard any more"
    )

    @property
    def by_name(self) -> Mapping[str, RuleSettings]:
        """The settings of every rule by its name."""
        return {name: self.of(name) for name in type(self).model_fields}

    def at(self, kind: StationKind, station_id: str) -> Self:
        """The numbers of every rule for a station."""
        return self.model_copy(update={name: own.at(kind, station_id) for name, own in self.by_name.items()})

    def overridden_stations(self) -> set[str]:
        """The stations that any rule has numbers of their own for."""
        return {station_id for own in self.by_name.values() for station_id in own.stations}

    def of(self, rule: str) -> RuleSettings:
        """The settings of a rule by its name."""
        found = getattr(self, rule)
        assert isinstance(found, RuleSettings)
        return found


def check_stations(rules: RulesSettings, registry: Registry) -> list[str]:
    """A sentence for every station with numbers of its own that the registry does not know; empty where all is well.

    A name that nobody knows would leave the station that was meant with the general numbers, without a word.
    """
    return list(_strangers(rules, registry))


def _strangers(rules: RulesSettings, registry: Registry) -> Iterator[str]:
    for name, own in rules.by_name.items():
        for station_id in sorted(set(own.stations) - set(registry.stations)):
            yield (
                f"alerts.rules.{name}.stations.{station_id}: no station of the registry is called so; "
                f"write one of those that `mizumori registry export` lists, or take it out"
            )
