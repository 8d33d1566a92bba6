"""Why nobody is told of a transition. Pure, and it never hides anything: the transition is recorded all the same.

Nothing mutes the stage from hazard 4 on, on its way up or down, nor pumps that stand still in such water.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alerts.records import Incident, Maintenance, Silence, Transition, may_never_wait
from ingest.health.problems import Health

GAUGE_SILENCE = "silence"
"""The rule of the silence of a gauge."""
OF_OTHERS = frozenset({"camera", "picture", "gateway", "sign", "pump_fault", "pump_silence"})
"""Rules whose subjects are no gauges: work on a gauge says nothing of them."""
INNER = "inner_id"
"""Where the detail of a transition names the gauge that its rule goes by: pumps stand idle by the inner stage."""


@dataclass(frozen=True, slots=True)
class Mutes:
    """All that may mute now. ``gateways_out`` names for a gauge the gateway whose failure explains its silence."""

    silences: Sequence[Silence] = ()
    maintenance: Sequence[Maintenance] = ()
    gateways_out: Mapping[str, str] = field(default_factory=dict)

    def muted(self, transition: Transition, at: datetime) -> str:
        """Why nobody is told, or nothing."""
        return muted(transition, self.silences, self.maintenance, self.gateways_out, at)


def muted(
    transition: Transition,
    silences: Iterable[Silence],
    maintenance: Iterable[Maintenance],
    gateways_out: Mapping[str, str],
    at: datetime,
) -> str:
    """``maintenance 3``, ``silence 12``, ``gateway gw-1``, or nothing where somebody is told."""
    if transition.urgent:
        return ""
    where, rule, subject_id = transition.station_id, transition.rule, transition.subject_id
    gauge_id = gauge_of(rule, subject_id, transition.detail)
    for work in maintenance:
        if rule not in OF_OTHERS and work.station_id == where and work.holds(gauge_id, at):
            return f"maintenance {work.id}"
    for silence in silences:
        if covers(silence, where, rule, at):
            return f"silence {silence.id}"
    if rule == GAUGE_SILENCE and subject_id in gateways_out:
        return f"gateway {gateways_out[subject_id]}"
    return ""


def gauge_of(rule: str, subject_id: str, detail: Mapping[str, Any]) -> str:
    """The gauge by which a rule speaks of a subject: work on it concerns what is said. The subject itself else."""
    return subject_id if rule in OF_OTHERS else str(detail.get(INNER, subject_id))


def covers(silence: Silence, station_id: str, rule: str, at: datetime) -> bool:
    """Whether a silence is for a station and rule at a time."""
    return (
        silence.begins_at <= at < silence.ends_at
        and (not silence.station_ids or station_id in silence.station_ids)
        and (not silence.rules or rule in silence.rules)
    )


def held_back(incident: Incident, subject_ids: Sequence[str], mutes: Mutes, at: datetime) -> str:
    """Why nobody is told again of an incident now; it stays due. ``subject_ids`` are those that are at a level."""
    if may_never_wait(incident.rule, incident.level):
        return ""
    reasons = [mutes.muted(_of(incident, each, at), at) for each in subject_ids]
    return reasons[0] if reasons and all(reasons) else ""


def gateways_out(health: Health) -> dict[str, str]:
    """By gauge, the gateway that is out and explains its silence."""
    return {gauge_id: each.gateway_id for each in health.gateways for gauge_id in each.silenced}


def _of(incident: Incident, subject_id: str, at: datetime) -> Transition:
    """What would be told again of a subject."""
    return Transition(
        incident.rule,
        subject_id,
        incident.station_id,
        incident.level,
        incident.level,
        "",
        observed_at=at,
        recorded_at=at,
    )
