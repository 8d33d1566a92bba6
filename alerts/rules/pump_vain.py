"""Running but not falling: a station whose pumps have run for a while, and whose inner stage does not go down. Pure.

The pump may turn without effect (air, a blocked screen, a closed gate), or more water may flow in than it can take: the
rule cannot tell which, and says so. It is about the station: the water is one, whichever pump moves it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from alerts.rules.course import LONG
from alerts.rules.facts import Facts, Found, in_trouble
from alerts.rules.findings import Finding
from alerts.rules.pumping import LOOKED_BACK, Pumping, equipment_ids, is_of_now, waters
from alerts.rules.settings.pumps import PumpVainSettings
from alerts.rules.settings.rules import RulesSettings
from alerts.rules.trend import rounded
from alerts.rules.watched import Unwatched, Why
from ingest.equipment.idle import start_of
from ingest.equipment.state import PumpState

NAME = "pump_vain"


def find(facts: Facts, rules: RulesSettings) -> Iterator[Found]:
    """Every station whose pumps run in vain, by its id.

    Where the inner gauge, or a pump that ran, says nothing of now, an alert that stands is left as it is. The detail
    holds what ``pumping.waters`` says, with ``rise_m_per_h`` over the time in which they ran, ``pump_ids`` (those that
    run), ``running_at`` (since when the first of them does), ``begins_m`` and ``limit_m_per_h``.
    """
    for place in facts.pumping.values():
        station = facts.registry.stations.get(place.station_id)
        own = rules.pump_vain if station is None else rules.pump_vain.at(station.kind, station.id)
        if station is not None and own.enabled:
            found = _found(place, own, facts.now)
            if found is not None:
                yield found


def judges(facts: Facts, subject_id: str, station_id: str) -> bool:
    """Whether the inner stage of the station is known."""
    del subject_id
    place = facts.pumping.get(station_id)
    return place is not None and place.inner is not None


def unwatched(facts: Facts, subject_id: str, station_id: str) -> Unwatched | None:
    """Why the station is not watched any more: it has no pumps."""
    del subject_id
    return None if facts.registry.pumps_of(station_id) else Unwatched(Why.REMOVED)


def _found(place: Pumping, own: PumpVainSettings, now: datetime) -> Found | None:
    inner = place.inner
    begins_m = start_of(place.pumps, inner) if inner else None
    running = [each for each in place.pumps if each.runs]
    if inner is None or begins_m is None or inner.stage_m < begins_m or not (running or _unheard(place)):
        return None
    if not running or not is_of_now(inner, now):
        return Found(place.station_id, place.station_id, Finding(0, frozenset(), now, believed=False))
    ran = _longest(place, running, now)
    if ran < timedelta(seconds=own.running_s):
        return None
    slope_m_per_h = place.course.slope_m_per_h(min(ran, LONG), inner.course[-1].observed_at)
    if slope_m_per_h is None or round(slope_m_per_h + own.fall_m_per_h, 6) <= 0:
        return None
    detail = {
        **waters(place),
        "rise_m_per_h": rounded(slope_m_per_h),
        "window_s": min(ran, LONG).total_seconds(),
        "pump_ids": equipment_ids(running),
        "running_at": _since(place, running),
        "running_s": ran.total_seconds(),
        "begins_m": begins_m,
        "limit_m_per_h": own.fall_m_per_h,
    }
    return in_trouble(place.station_id, place.station_id, own.level, now, detail)


def _unheard(place: Pumping) -> bool:
    """Whether a pump that ran when it was heard last may run still."""
    return any(each.running and not each.known for each in place.pumps)


def _longest(place: Pumping, running: list[PumpState], now: datetime) -> timedelta:
    """How long the pump that has run longest did; one that began before anybody looked has run for long enough."""
    begins = _begins(place, running)
    return max((LOOKED_BACK if each is None else now - each for each in begins), default=timedelta(0))


def _since(place: Pumping, running: list[PumpState]) -> datetime | None:
    """When the first of them began; None where nobody looked that far back."""
    begins = _begins(place, running)
    known = [each for each in begins if each is not None]
    return min(known) if known and len(known) == len(begins) else None


def _begins(place: Pumping, running: list[PumpState]) -> list[datetime | None]:
    return [place.runs[each.pump.id].since for each in running if each.pump.id in place.runs]
