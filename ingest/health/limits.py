"""From which figures on something counts as a problem of a device."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

HIGHEST_CELL_V = 6.0
"""A battery above this is a vehicle's or a solar panel's: nothing else that powers a gauge has so much."""


class Battery(StrEnum):
    """The usual batteries of gauges, by what their voltage says of what is left."""

    LITHIUM = "lithium"
    ALKALINE = "alkaline"
    LITHIUM_ION = "lithium_ion"
    LEAD_ACID = "lead_acid"


class Frozen(BaseModel):
    """Settings that refuse unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class BatteryLimits(Frozen):
    """Voltages at or below which a battery is low or critical."""

    low_v: float = Field(gt=0, description="volts at or below which the battery is low")
    critical_v: float = Field(gt=0, description="volts at or below which it may end any day")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.critical_v > self.low_v:
            raise ValueError("critical_v lies above low_v: write the lower of the two as critical_v")
        return self


class HealthSettings(Frozen):
    """From when on staff are told of a device. Volts per kind of battery; which kind a model has."""

    missing_share: float = Field(default=0.1, gt=0, le=1, description="share of a day's reports missing: a problem")
    lost_share: float = Field(default=0.05, gt=0, le=1, description="share of a day's messages lost: a problem")
    late_s: float = Field(default=900.0, gt=0, description="seconds from observation to receipt that count as late")
    late_share: float = Field(default=0.1, gt=0, le=1, description="share of late readings of a day: a problem")
    suspect_share: float = Field(default=0.2, gt=0, le=1, description="share of suspect readings of a day: a problem")
    restarts_a_day: int = Field(default=3, ge=1, description="restarts of a device's counter in a day: a problem")
    low_pct: float = Field(default=20.0, ge=0, le=100, description="per cent at or below which a battery is low")
    critical_pct: float = Field(default=10.0, ge=0, le=100, description="per cent at or below which it is critical")
    lithium: BatteryLimits = Field(
        default=BatteryLimits(low_v=3.3, critical_v=3.0), description="lithium thionyl chloride cell, 3.6 V"
    )
    alkaline: BatteryLimits = Field(
        default=BatteryLimits(low_v=2.5, critical_v=2.2), description="two alkaline cells, 3 V"
    )
    lithium_ion: BatteryLimits = Field(
        default=BatteryLimits(low_v=3.5, critical_v=3.3), description="rechargeable lithium-ion cell, 3.7 V"
    )
    lead_acid: BatteryLimits = Field(
        default=BatteryLimits(low_v=12.0, critical_v=11.5), description="lead battery of a solar panel, 12 V"
    )
    battery_of_model: Mapping[str, Battery] = Field(
        default={"decentlab": Battery.ALKALINE},
        description="battery by the beginning of a sensor's model; else by its voltage lead_acid or lithium",
    )
    days_to_empty: float = Field(default=60.0, gt=0, description="days left by its trend from which on staff are told")
    weak_rssi_dbm: float = Field(default=-120.0, lt=0, description="received power at or below which a signal is weak")
    weak_snr_db: float = Field(default=-15.0, description="signal to noise at or below which a signal is weak (LoRa)")
    links_kept_days: float = Field(default=30.0, ge=1, description="days for which a silent gateway stays on the list")

    def volts(self, model: str, seen_v: float) -> BatteryLimits:
        """The limits of a device's battery, by its model, else by its voltage."""
        limits = {
            Battery.LITHIUM: self.lithium,
            Battery.ALKALINE: self.alkaline,
            Battery.LITHIUM_ION: self.lithium_ion,
            Battery.LEAD_ACID: self.lead_acid,
        }
        return limits[self.battery(model, seen_v)]

    def battery(self, model: str, seen_v: float) -> Battery:
        """The kind of battery that a device has."""
        for beginning, kind in self.battery_of_model.items():
            if model.startswith(beginning):
                return kind
        return Battery.LEAD_ACID if seen_v > HIGHEST_CELL_V else Battery.LITHIUM
