"""A battery that is low, or may end any day. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.rules.facts import Facts, Found, in_trouble
from alerts.rules.settings.rules import RulesSettings
from ingest.health.problems import GaugeHealth, Problem

NAME = "battery"
CRITICAL = frozenset({Problem.BATTERY_CRITICAL, Problem.SILENT_BATTERY})
LOW = frozenset({Problem.BATTERY_LOW, Problem.BATTERY_ENDING})
"""``battery_ending`` is what the trend of its days says."""


def find(facts: Facts, rules: RulesSettings) -> Iterator[Found]:
    """Every gauge whose battery must be looked after; one that died of it stays critical.

    The detail holds ``problem``, ``since``, ``battery_pct``, ``battery_v`` and ``battery_days``.
    """
    for each in facts.health.gauges:
        problem = next((found for found in each.findings if found.problem in CRITICAL | LOW), None)
        gauge = facts.registry.gauges.get(each.gauge_id)
        if problem is None or gauge is None:
            continue
        station = facts.registry.station_of(gauge)
        own = rules.battery.at(station.kind, station.id)
        if own.enabled:
            level = max(own.level, own.critical_level) if problem.problem in CRITICAL else own.level
            detail = {"problem": str(problem.problem), "since": problem.since, **_left(each)}
            yield in_trouble(gauge.id, station.id, level, facts.now, detail)


def _left(health: GaugeHealth) -> dict[str, float | None]:
    days = None if health.battery_days is None else round(health.battery_days, 1)
    return {"battery_pct": health.battery_pct, "battery_v": health.battery_v, "battery_days": days}
