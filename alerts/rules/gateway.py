"""A gateway that hears nothing of what it should. Its alert stands for those of all the gauges it silences. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.rules.facts import Facts, Found, in_trouble
from alerts.rules.settings import RulesSettings

NAME = "gateway"
OF_NO_STATION = ""


def find(facts: Facts, rules: RulesSettings) -> Iterator[Found]:
    """Every gateway that is out; it belongs to no station.

    The detail holds ``since`` (when it last heard anything), ``silenced`` (ids of the gauges that are silent because of
    it) and ``heard_alone`` (how many gauges nobody else hears).
    """
    for each in facts.health.gateways:
        if each.out and rules.gateway.enabled:
            detail = {"since": each.heard_at, "silenced": list(each.silenced), "heard_alone": len(each.alone)}
            yield in_trouble(each.gateway_id, OF_NO_STATION, rules.gateway.level, facts.now, detail)
