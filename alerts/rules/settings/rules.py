"""Every rule's numbers by the name of the rule, and whether they name stations that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from alerts.rules.settings.devices import (
    BatterySettings,
    CameraSettings,
    GatewaySettings,
    PictureSettings,
    SignRuleSettings,
    SilenceSettings,
)
from alerts.rules.settings.every import RuleSettings
from alerts.rules.settings.pumps import PumpFaultSettings, PumpIdleSettings, PumpSilenceSettings, PumpVainSettings
from alerts.rules.settings.water import OutlookSettings, RiseSettings, StageSettings
from ingest.stations import Registry, StationKind


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
