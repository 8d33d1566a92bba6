"""A pump or gate that reports a fault. Pure.

While its station is wet a fault matters at once; while it is dry it is for the day's work. Silence takes no fault back:
what was said last stands until the device says that it is well. That it is not heard any more is another trouble with
an alert of its own (``pump_silence``): else nobody would hear of a fault that follows a silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.rules.facts import Facts, Found, in_trouble
from alerts.rules.pumping import Pumping, is_late, waters
from alerts.rules.settings.pumps import PumpFaultSettings
from alerts.rules.settings.rules import RulesSettings
from ingest.equipment.idle import start_of

NAME = "pump_fault"
UNHEARD = "gauge_silent"
"""Why nobody can say that the water is low: a low stage of long ago is none of now."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault of a pump or gate, and what it weighs."""

    device_id: str
    level: int
    problem: str
    heard_at: datetime | None
    fault: int | None = None
    fault_at: datetime | None = None
    believed: bool = True
    reasons: tuple[str, ...] = ()


def find(facts: Facts, rules: RulesSettings) -> Iterator[Found]:
    """Every pump and gate that reports a fault.

    The detail holds what ``pumping.waters`` says, ``problem`` (``fault_wet``, ``fault_dry``), ``device_ids``,
    ``heard_at``, ``fault`` (the device's number) and ``fault_at`` (when it was said last).
    """
    for place in facts.pumping.values():
        station = facts.registry.stations.get(place.station_id)
        if station is None:
            continue
        own = rules.pump_fault.at(station.kind, station.id)
        if own.enabled:
            for each in _troubles(place, own, facts.now):
                yield _found(place, each, facts.now)


def wet_from(place: Pumping, own: PumpFaultSettings) -> float | None:
    """The inner stage from which a station counts as wet: a little before its pumps have to work, or before its lowest
    threshold where that comes first. None where neither is known."""
    if place.inner is None:
        return None
    begins = [each for each in (start_of(place.pumps, place.inner), place.inner.lowest_m) if each is not None]
    return round(min(begins) - own.wet_before_m, 3) if begins else None


def _troubles(place: Pumping, own: PumpFaultSettings, now: datetime) -> Iterator[Trouble]:
    wet_m, inner = wet_from(place, own), place.inner
    unheard = inner is not None and is_late(inner, now)
    risen = wet_m is not None and inner is not None and inner.stage_m >= wet_m
    wet = risen or unheard
    believed = not wet or (risen and wet_m is not None and inner is not None and inner.believed_from(wet_m))
    level = max(own.level, own.dry_level) if wet else own.dry_level
    reasons = (UNHEARD,) if unheard and not risen else ()
    for each in place.machines:
        if each.faulty and level:
            problem = "fault_wet" if wet else "fault_dry"
            yield Trouble(each.device.id, level, problem, each.heard_at, each.fault, each.fault_at, believed, reasons)


def _found(place: Pumping, trouble: Trouble, now: datetime) -> Found:
    detail = {
        **waters(place),
        "problem": trouble.problem,
        "device_ids": [trouble.device_id],
        "heard_at": trouble.heard_at,
        "fault": trouble.fault,
        "fault_at": trouble.fault_at,
    }
    if trouble.reasons:
        detail["reasons"] = list(trouble.reasons)
    found = in_trouble(trouble.device_id, place.station_id, trouble.level, now, detail)
    return replace(found, finding=replace(found.finding, believed=trouble.believed))
