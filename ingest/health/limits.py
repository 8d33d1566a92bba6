"""From which figures on something counts as a problem of a device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

HIGHEST_CELL_V = 6.0
"""A battery above this is a vehicle's or a solar panel's: nothing else that powers a gauge has so much."""


class Battery(StrEnum):
    """The usual batteries of gauges, by what their voltage says of what is left."""

    LITHIUM = "lithium"
    ALKALINE = "alkaline"
    LITHIUM_ION = "lithium_ion"
    LEAD_ACID = "lead_acid"


LOW_V = {Battery.LITHIUM: 3.3, Battery.ALKALINE: 2.5, Battery.LITHIUM_ION: 3.5, Battery.LEAD_ACID: 12.0}
CRITICAL_V = {Battery.LITHIUM: 3.0, Battery.ALKALINE: 2.2, Battery.LITHIUM_ION: 3.3, Battery.LEAD_ACID: 11.5}
"""At rest and at ordinary temperatures: one lithium thionyl chloride cell (3.6 V), two alkaline cells (3 V), one
rechargeable lithium-ion cell (3.7 V), a lead battery (12 V). Rules of thumb: a city sets what its makers say."""

Volts = Annotated[float, Field(gt=0, le=1000)]


@dataclass(frozen=True, slots=True)
class BatteryLimits:
    """Voltages at or below which a battery is low, or may end any day."""

    low_v: float
    critical_v: float


class HealthSettings(BaseModel):
    """From when on staff are told of a device."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    missing_share: float = Field(default=0.1, gt=0, le=1, description="share of a day's reports missing: a problem")
    lost_share: float = Field(default=0.05, gt=0, le=1, description="share of a day's messages lost: a problem")
    late_s: float = Field(default=900.0, gt=0, description="seconds from observation to receipt that count as late")
    late_share: float = Field(default=0.1, gt=0, le=1, description="share of late readings of a day: a problem")
    suspect_share: float = Field(default=0.2, gt=0, le=1, description="share of suspect readings of a day: a problem")
    restarts_a_day: int = Field(default=3, ge=1, description="restarts of a device's counter in a day: a problem")
    low_pct: float = Field(default=20.0, ge=0, le=100, description="per cent at or below which a battery is low")
    critical_pct: float = Field(default=10.0, ge=0, le=100, description="per cent at or below which it is critical")
    low_v: Mapping[Battery, Volts] = Field(default=LOW_V, description="volts at or below which a battery is low")
    critical_v: Mapping[Battery, Volts] = Field(
        default=CRITICAL_V, description="volts at or below which a battery is critical"
    )
    battery_of_model: Mapping[str, Battery] = Field(
        default={"decentlab": Battery.ALKALINE},
        description="battery by the beginning of a sensor's model; else by its voltage lead_acid or lithium",
    )
    days_to_empty: float = Field(default=60.0, gt=0, description="days left by its trend from which on staff are told")
    weak_rssi_dbm: float = Field(default=-120.0, lt=0, description="received power at or below which a signal is weak")
    weak_snr_db: float = Field(default=-15.0, description="signal to noise at or below which a signal is weak (LoRa)")
    links_kept_days: float = Field(default=30.0, ge=1, description="days for which a silent gateway stays on the list")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.critical_pct > self.low_pct:
            raise ValueError("critical_pct lies above low_pct: write the lower of the two as critical_pct")
        for kind in Battery:
            limits = self._volts(kind)
            if limits.critical_v > limits.low_v:
                raise ValueError(f"critical_v of {kind} lies above its low_v: write the lower of the two as critical_v")
        return self

    def volts(self, model: str, seen_v: float) -> BatteryLimits:
        """The limits of a device's battery, by its model, else by its voltage."""
        return self._volts(self.battery(model, seen_v))

    def _volts(self, kind: Battery) -> BatteryLimits:
        return BatteryLimits(({**LOW_V, **self.low_v})[kind], ({**CRITICAL_V, **self.critical_v})[kind])

    def battery(self, model: str, seen_v: float) -> Battery:
        """The kind of battery that a device has."""
        for beginning, kind in self.battery_of_model.items():
            if model.startswith(beginning):
                return kind
        return Battery.LEAD_ACID if seen_v > HIGHEST_CELL_V else Battery.LITHIUM
