"""Flooded and not running: a pump that should work by the inner stage and is not known to. Pure.

What counts is ingest.equipment.idle, the same as on the dashboard. Nothing that falls silent ends it: the last inner
stage known stands until another one comes, and a pump that is not heard is not known to run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from alerts.records import PUMP_IDLE as NAME
from alerts.rules.facts import Facts, Found, in_trouble
from alerts.rules.pumping import Pumping, equipment_ids, waters
from alerts.rules.settings.rules import RulesSettings
from alerts.rules.watched import Unwatched, Why, device
from ingest.equipment.idle import Idle, raised, standing_still, subjects
from ingest.equipment.state import PumpState

__all__ = ["NAME", "find", "judges", "unwatched"]


def find(facts: Facts, rules: RulesSettings) -> Iterator[Found]:
    """Every pump, or the pumps of a station that share the work, that stand still in the flood.

    The level is one above the hazard of the inner stage, at least that of the settings. Where the stage that is
    believed and one that is not make different levels, both are found. The detail holds what
    ``pumping.waters`` says, ``problem`` (``pump_stopped``, ``pump_unknown``, ``pump_never_heard``), ``pump_ids``,
    ``begins_m`` (the stage from which they should run), ``flooded_at``, ``stopped_at``, ``heard_at``, ``fault`` and
    ``raised_level`` (the hazard of the station).
    """
    for place in facts.pumping.values():
        station = facts.registry.stations.get(place.station_id)
        if station is None:
            continue
        own = rules.pump_idle.at(station.kind, station.id)
        if own.enabled:
            for idle in standing_still(station.id, place.pumps, place.inner, facts.now, never_heard=own.never_heard):
                yield from _found(facts, place, idle, own.level)


def judges(facts: Facts, subject_id: str, station_id: str) -> bool:
    """Whether their inner stage is known: else nobody can say that they need not run."""
    del subject_id
    place = facts.pumping.get(station_id)
    return place is not None and place.inner is not None


def unwatched(facts: Facts, subject_id: str, station_id: str) -> Unwatched | None:
    """Why these pumps are not watched there any more, as they were; None where they are."""
    pumps = facts.registry.pumps_of(station_id)
    if subject_id in subjects(station_id, [PumpState(each) for each in pumps]):
        return None
    gone = None if subject_id == station_id else device(facts, subject_id, station_id)
    return gone or Unwatched(Why.REGROUPED if pumps else Why.REMOVED)


def _found(facts: Facts, place: Pumping, idle: Idle, least: int) -> Iterator[Found]:
    """What is sure; and a higher level that only a suspect stage makes, in doubt."""
    believed = place.inner.believed if place.inner is not None and idle.believed else None
    sure = replace(place, inner=believed)
    sure_level = _level(sure, least) if believed is not None else 0
    if sure_level:
        yield _told(facts, sure, idle, sure_level)
    if (level := _level(place, least)) > sure_level:
        doubt = _told(facts, place, idle, level)
        yield replace(doubt, finding=replace(doubt.finding, believed=False))


def _level(place: Pumping, least: int) -> int:
    return max(least, _hazard(place))


def _hazard(place: Pumping) -> int:
    return raised(place.inner.hazard if place.inner else 0)


def _told(facts: Facts, place: Pumping, idle: Idle, level: int) -> Found:
    return in_trouble(idle.subject_id, place.station_id, level, facts.now, _detail(place, idle))


def _detail(place: Pumping, idle: Idle) -> dict[str, object | None]:
    runs = [place.runs.get(each.pump.id) for each in idle.pumps]
    stopped = [each.since for each in runs if each is not None and not each.running and each.turned]
    heard = [each.heard_at for each in idle.pumps if each.heard_at is not None]
    return {
        **waters(place),
        "problem": str(idle.why),
        "pump_ids": equipment_ids(idle.pumps),
        "begins_m": idle.begins_m,
        "flooded_at": idle.flooded_since,
        "stopped_at": max((each for each in stopped if each is not None), default=None),
        "heard_at": max(heard, default=None),
        "fault": next((each.fault for each in idle.pumps if each.faulty), None),
        "raised_level": _hazard(place),
    }
