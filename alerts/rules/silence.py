"""A gauge that does not report, by the rule of the mode that it is in: each gauge for itself, with the cause. Pure.

The pages show a gauge as silent three intervals after its newest observation. People are told later by as much as its
readings usually need to arrive: where they come twenty minutes late, three intervals without one mean little.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from alerts.rules.facts import Facts, Found, in_trouble
from alerts.rules.settings.rules import RulesSettings
from ingest.health.problems import SILENCES, Finding, GaugeHealth, Problem

NAME = "silence"
MOST_DELAY = timedelta(hours=1)
"""Whatever a gauge is used to, nobody waits longer for it."""


def find(facts: Facts, rules: RulesSettings) -> Iterator[Found]:
    """Every gauge that is overdue.

    The detail holds ``problem`` (why, see ingest.health.problems), ``last_at`` (its newest observation), ``heard_at``
    (anything of its device), ``expected_s`` and ``mode``, ``station_level`` (where its stage alert holds, the level)
    and, where a gateway is the cause, ``gateway_id``: that one has an alert of its own.
    """
    gateways = {gauge_id: each.gateway_id for each in facts.health.gateways for gauge_id in each.silenced}
    for each in facts.health.gauges:
        silence = next((found for found in each.findings if found.problem in SILENCES), None)
        if silence is not None and not _usual(each, facts.now):
            yield from _found(facts, rules, each, silence, gateways.get(each.gauge_id))


def _usual(health: GaugeHealth, now: datetime) -> bool:
    """Whether it is late by no more than it often is."""
    overdue_at = told_from(health)
    return overdue_at is not None and now <= overdue_at


def told_from(health: GaugeHealth) -> datetime | None:
    """From when on the silence of a gauge is told; None where it was never heard."""
    if health.silent_from is None:
        return None
    return health.silent_from + min(timedelta(seconds=health.usual_delay_s or 0.0), MOST_DELAY)


def _found(
    facts: Facts, rules: RulesSettings, health: GaugeHealth, silence: Finding, gateway_id: str | None
) -> Iterator[Found]:
    gauge = facts.registry.gauges.get(health.gauge_id)
    if gauge is None:  # retired since its health was judged
        return
    station = facts.registry.station_of(gauge)
    own = rules.silence.at(station.kind, station.id)
    if not own.enabled or (silence.problem is Problem.NEVER_HEARD and not own.never_heard):
        return
    station_level = facts.firing.get(gauge.id, 0)
    level = max(own.level, own.while_firing_level) if station_level else own.level
    detail = {
        "problem": str(silence.problem),
        "last_at": health.observed_at,
        "heard_at": health.heard_at,
        "expected_s": health.expected_s,
        "mode": str(health.mode),
        "station_level": station_level or None,
        "gateway_id": gateway_id,
    }
    yield in_trouble(gauge.id, station.id, level, facts.now, detail)
