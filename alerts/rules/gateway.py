"""A gateway that hears nothing of what it should. Its alert stands for those of all the gauges it silences. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.rules.facts import Facts, Found, in_trouble
from alerts.rules.settings.rules import RulesSettings

NAME = "gateway"
OF_NO_STATION = ""


def find(facts: Facts, rules: RulesSettings) -> Iterator[Found]:
    """Every gateway that is out; it belongs to no station.

    The detail holds ``heard_at`` (when it last heard anything), ``silenced`` (ids of the gauges that are silent because
    of it) and ``gauges`` (how many these are).
    """
    for each in facts.health.gateways:
        if each.out and rules.gateway.enabled:
            detail = {"heard_at": each.heard_at, "silenced": list(each.silenced), "gauges": len(each.silenced)}
            yield in_trouble(each.gateway_id, OF_NO_STATION, rules.gateway.level, facts.now, detail)
