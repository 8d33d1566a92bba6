"""A pump or gate that reports a fault: while its station is wet it matters at once, while it is dry it is for the day's
work. Pure. Silence takes no fault back: what was said last stands until the device says that it is well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.rules.facts import Facts, Found, in_trouble
from alerts.rules.pumping import Pumping, waters
from alerts.rules.settings import PumpFaultSettings, RulesSettings
from ingest.equipment.idle import start_of

NAME = "pump_fault"


@dataclass(frozen=True, slots=True)
class Faulty:
    """A pump or gate with a fault, and when it said so."""

    device_id: str
    number: int
    at: datetime | None


def find(facts: Facts, rules: RulesSettings) -> Iterator[Found]:
    """Every pump and gate that reports a fault.

    The detail holds what ``pumping.waters`` says, ``problem`` (``fault_wet``, ``fault_dry``), ``device_ids``,
    ``fault`` (the device's number), ``fault_at`` (when it was said last) and, where it is known, ``wet_m``.
    """
    for place in facts.pumping.values():
        station = facts.registry.stations.get(place.station_id)
        if station is None:
            continue
        own = rules.pump_fault.at(station.kind, station.id)
        if own.enabled:
            yield from _found(place, own, facts.now)


def _found(place: Pumping, own: PumpFaultSettings, now: datetime) -> Iterator[Found]:
    wet_m = wet_from(place, own)
    wet = wet_m is not None and place.inner is not None and place.inner.stage_m >= wet_m
    believed = not wet or wet_m is None or place.inner is None or place.inner.believed_from(wet_m)
    level = max(own.level, own.dry_level) if wet else own.dry_level
    if not level:
        return
    for each in _faulty(place):
        detail = {
            **waters(place),
            "problem": "fault_wet" if wet else "fault_dry",
            "device_ids": [each.device_id],
            "fault": each.number,
            "fault_at": each.at,
            "wet_m": wet_m,
        }
        found = in_trouble(each.device_id, place.station_id, level, now, detail)
        yield replace(found, finding=replace(found.finding, believed=believed))


def wet_from(place: Pumping, own: PumpFaultSettings) -> float | None:
    """The inner stage from which a station counts as wet: a little before its pumps have to work, or before its lowest
    threshold where that comes first. None where neither is known."""
    if place.inner is None:
        return None
    begins = [each for each in (start_of(place.pumps, place.inner), place.inner.lowest_m) if each is not None]
    return round(min(begins) - own.wet_before_m, 3) if begins else None


def _faulty(place: Pumping) -> Iterator[Faulty]:
    for pump in place.pumps:
        if pump.fault:
            yield Faulty(pump.pump.id, pump.fault, pump.fault_at)
    for gate in place.gates:
        if gate.fault:
            yield Faulty(gate.gate.id, gate.fault, gate.fault_at)
