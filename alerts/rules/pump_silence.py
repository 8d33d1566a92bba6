"""A pump or gate that is not heard any more, apart from the faults that it reports. Pure.

In a flood a pump that is not known to run has an alert of its own (``pump_idle``): while that one says so, its silence
is not told besides. What was told before stays told, and waits no longer once the water is down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.rules.facts import Facts, Found, in_trouble
from alerts.rules.pumping import Pumping, waters
from alerts.rules.settings.pumps import PumpSilenceSettings
from alerts.rules.settings.rules import RulesSettings
from ingest.equipment.idle import Standstill, standing_still
from ingest.equipment.state import MachineState, patience
from ingest.stations import Station

NAME = "pump_silence"
PROBLEM = "device_silent"
TOLD_ELSEWHERE_S = timedelta(days=30).total_seconds()
"""So long a silence waits that an alert of the flood tells already: longer than any flood."""


def find(facts: Facts, rules: RulesSettings) -> Iterator[Found]:
    """Every pump and gate that was heard once and is not heard any more.

    The detail holds what ``pumping.waters`` says, ``problem`` (``device_silent``), ``device_ids``, ``heard_at`` and,
    where the last that it said is a fault, ``fault`` (the device's number) and ``fault_at``.
    """
    for place in facts.pumping.values():
        station = facts.registry.stations.get(place.station_id)
        if station is None:
            continue
        own = rules.pump_silence.at(station.kind, station.id)
        if own.enabled:
            elsewhere = _told_elsewhere(place, station, rules, facts.now)
            for each in place.machines:
                if _is_silent(each, own, facts.now):
                    found = _found(place, each, own.level, facts.now)
                    yield replace(found, lasting_s=TOLD_ELSEWHERE_S) if each.device.id in elsewhere else found


def _told_elsewhere(place: Pumping, station: Station, rules: RulesSettings, now: datetime) -> set[str]:
    """The pumps of which an alert says already that they are not heard, so not known to run."""
    if not rules.pump_idle.at(station.kind, station.id).enabled:
        return set()
    idle = standing_still(station.id, place.pumps, place.inner, now)
    return {pump.pump.id for each in idle if each.why is Standstill.UNKNOWN for pump in each.pumps}


def _is_silent(state: MachineState, own: PumpSilenceSettings, now: datetime) -> bool:
    if state.heard_at is None:
        return False
    return now - state.heard_at > max(patience(state.device), timedelta(seconds=own.silent_after_s))


def _found(place: Pumping, state: MachineState, level: int, now: datetime) -> Found:
    detail = {
        **waters(place),
        "problem": PROBLEM,
        "device_ids": [state.device.id],
        "heard_at": state.heard_at,
        "fault": state.fault if state.faulty else None,
        "fault_at": state.fault_at if state.faulty else None,
    }
    return in_trouble(state.device.id, place.station_id, level, now, detail)
