"""What a device says of its battery and its signal, and which gateways heard it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from ingest.health.limits import HealthSettings
from ingest.health.problems import Problem
from ingest.readings import Vitals

DAY_S = 86400.0
MOST_DAYS = 30
LEAST_DAYS = 7
LEAST_FIT = 0.5
"""Share of the battery's ups and downs that a straight line must explain before it is believed."""
MOST_GATEWAYS = 8
LINK_KEPT_S = 7 * DAY_S
"""A gateway that did not hear a gauge for so long, while others did, is none of its gateways any more."""
NEWEST_WEIGHT = 0.25
"""Weight of the newest signal in the running mean: about the last ten messages count."""


class Low(NamedTuple):
    """The lowest value of a day, and when it was (seconds since 1970)."""

    at_s: float
    value: float


class Link(NamedTuple):
    """A gateway and when it heard the gauge last (seconds since 1970)."""

    gateway: str
    last_s: float


@dataclass(frozen=True, slots=True)
class Power:
    """The vitals of a device: newest battery and the lows of its last days, mean signal, gateways (newest first)."""

    heard_s: float
    battery_pct: float | None = None
    battery_v: float | None = None
    lows_pct: tuple[Low, ...] = ()
    lows_v: tuple[Low, ...] = ()
    rssi_dbm: float | None = None
    snr_db: float | None = None
    links: tuple[Link, ...] = ()


def said(before: Power | None, vitals: Vitals) -> Power:
    """The state after one more word of the device; what it does not speak of stays as it was."""
    at_s = vitals.received_at.timestamp()
    known = before or Power(at_s)
    if at_s < known.heard_s:  # it came late: of the present it says nothing
        return replace(known, links=_links(known.links, vitals.gateways, at_s))
    return Power(
        heard_s=at_s,
        battery_pct=known.battery_pct if vitals.battery_pct is None else vitals.battery_pct,
        battery_v=known.battery_v if vitals.battery_v is None else vitals.battery_v,
        lows_pct=_lows(known.lows_pct, at_s, vitals.battery_pct),
        lows_v=_lows(known.lows_v, at_s, vitals.battery_v),
        rssi_dbm=_mean(known.rssi_dbm, vitals.rssi_dbm),
        snr_db=_mean(known.snr_db, vitals.snr_db),
        links=_links(known.links, vitals.gateways, at_s),
    )


def _lows(lows: tuple[Low, ...], at_s: float, value: float | None) -> tuple[Low, ...]:
    if value is None:
        return lows
    if not lows or at_s // DAY_S > lows[-1].at_s // DAY_S:
        return (*lows, Low(at_s, value))[-MOST_DAYS:]
    return (*lows[:-1], Low(at_s, value)) if value < lows[-1].value else lows


def _mean(before: float | None, value: float | None) -> float | None:
    if value is None or before is None:
        return before if value is None else value
    return round(before + NEWEST_WEIGHT * (value - before), 2)


def _links(links: tuple[Link, ...], gateways: tuple[str, ...], at_s: float) -> tuple[Link, ...]:
    if not gateways:
        return links
    last = dict(links)
    last |= {gateway: max(at_s, last.get(gateway, at_s)) for gateway in gateways[:MOST_GATEWAYS]}
    newest_s = max(last.values())
    kept = [Link(gateway, last_s) for gateway, last_s in last.items() if last_s > newest_s - LINK_KEPT_S]
    return tuple(sorted(kept, key=lambda link: (-link.last_s, link.gateway))[:MOST_GATEWAYS])


def battery_problem(power: Power, model: str, limits: HealthSettings) -> Problem | None:
    """Whether the battery is low or critical now, by the worse of per cent and volts."""
    critical, low = False, False
    if power.battery_pct is not None:
        critical, low = power.battery_pct <= limits.critical_pct, power.battery_pct <= limits.low_pct
    if power.battery_v is not None:
        volts = limits.volts(model, power.battery_v)
        critical, low = critical or power.battery_v <= volts.critical_v, low or power.battery_v <= volts.low_v
    return Problem.BATTERY_CRITICAL if critical else Problem.BATTERY_LOW if low else None


def weak_signal(power: Power, limits: HealthSettings) -> bool:
    """Whether the mean signal is at the edge of what can be received."""
    weak_rssi = power.rssi_dbm is not None and power.rssi_dbm <= limits.weak_rssi_dbm
    return weak_rssi or (power.snr_db is not None and power.snr_db <= limits.weak_snr_db)


def days_left(power: Power, model: str, limits: HealthSettings) -> float | None:
    """Days until the battery is critical if it goes on falling as it did; None where it does not fall in a line.

    The lows of the days are taken, so that the sun on a solar panel does not hide the fall.
    """
    by_pct = _days_to(power.lows_pct, limits.critical_pct)
    by_volts = None
    if power.battery_v is not None:
        by_volts = _days_to(power.lows_v, limits.volts(model, power.battery_v).critical_v)
    return min((each for each in (by_pct, by_volts) if each is not None), default=None)


def _days_to(lows: tuple[Low, ...], end: float) -> float | None:
    """Least squares through the lows: days from the last of them to ``end``."""
    if len(lows) < LEAST_DAYS or lows[-1].value <= end:
        return None
    days = [(each.at_s - lows[-1].at_s) / DAY_S for each in lows]
    mean_day, mean = sum(days) / len(days), sum(each.value for each in lows) / len(lows)
    spread = sum((day - mean_day) ** 2 for day in days)
    rise = sum((day - mean_day) * (each.value - mean) for day, each in zip(days, lows, strict=True))
    scatter = sum((each.value - mean) ** 2 for each in lows)
    slope = rise / spread
    if slope >= 0 or rise**2 < LEAST_FIT * spread * scatter:
        return None
    return max(0.0, (end - (mean - slope * mean_day)) / slope)
