"""What a gauge's device says of its battery and its signal: pure, the same whenever the same message is sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from simulators.chance import between, interpolated, share

GATEWAYS = ("gw-north", "gw-south")
BATTERY_LASTS_DAYS = 1500.0
CHANGED_AT_PCT = 35.0
"""Whoever looks after them changes a battery long before its end."""
CELL_V = ((0.0, 2.7), (5.0, 2.95), (12.0, 3.25), (30.0, 3.5), (100.0, 3.65))
"""Per cent left → volts of a lithium thionyl chloride cell: flat for years, steep at the end."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """What goes beside a reading."""

    battery_pct: float
    battery_v: float
    rssi_dbm: float
    snr_db: float
    gateway: str


def vitals(gauge_id: str, at: datetime, battery_pct: float | None = None, gateway: str = "") -> Vitals:
    """The vitals of a gauge at a time; with a weak battery or a gateway of its own where its fault says so."""
    pct = _charge_pct(gauge_id, at) if battery_pct is None else battery_pct
    moment = int(at.timestamp())
    strength_dbm = between(-110, -82, gauge_id, "rssi")
    return Vitals(
        battery_pct=round(pct),
        battery_v=round(interpolated(pct, CELL_V) + between(-0.01, 0.01, gauge_id, moment, "volts"), 2),
        rssi_dbm=round(strength_dbm + between(-4, 4, gauge_id, moment, "rssi")),
        snr_db=round((strength_dbm + 115) / 3 + between(-1.5, 1.5, gauge_id, moment, "snr"), 1),
        gateway=gateway or GATEWAYS[int(share(gauge_id, "gateway") * len(GATEWAYS))],
    )


def _charge_pct(gauge_id: str, at: datetime) -> float:
    """Falls evenly from one change of the battery to the next."""
    whole_days = BATTERY_LASTS_DAYS * (100 - CHANGED_AT_PCT) / 100
    days = (at.timestamp() / 86400 + share(gauge_id, "battery") * whole_days) % whole_days
    return 100 - 100 * days / BATTERY_LASTS_DAYS
