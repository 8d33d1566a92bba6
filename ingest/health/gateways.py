"""Gateways, known by the gauges that they hear: whether one is out, and whom that silences.

A gateway says nothing of itself here. It is out when at least two gauges that it still heard in time when it was last
heard should have been heard through it since, by the rules of their own modes. One gauge alone proves nothing: that
may as well be the gauge. Dry gauges, heard once a day, prove nothing for days, and are no proof against either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.health.fold import Device, GaugeState
from ingest.health.limits import HealthSettings
from ingest.health.power import DAY_S, Power
from ingest.health.problems import Finding, GatewayHealth, GaugeHealth, Problem
from ingest.rhythm import LATE_AFTER_INTERVALS

LEAST_PROOF = 2


@dataclass(frozen=True, slots=True)
class Heard:
    """A gauge as a gateway heard it last. ``alone`` says that no other gateway heard it on that gauge's last day."""

    gauge_id: str
    last_s: float
    alone: bool
    patience_s: float

    def heard_in_time(self, at_s: float) -> bool:
        """Whether it was not overdue at a time."""
        return at_s - self.last_s <= self.patience_s


def near(power: Power) -> tuple[str, ...]:
    """The gateways that heard a device on the last day on which any did, the newest first."""
    return tuple(link.gateway for link in power.links if link.last_s > power.links[0].last_s - DAY_S)


def links_of(states: Mapping[str, GaugeState], devices: Mapping[str, Device]) -> dict[str, list[Heard]]:
    """By gateway, the gauges that it heard."""
    found: dict[str, list[Heard]] = defaultdict(list)
    for gauge_id, state in states.items():
        if state.felt is None:
            continue
        rhythm, close = devices[gauge_id].rhythm, near(state.felt.power)
        mode = state.told.course.mode if state.told else rhythm.calm
        for link in state.felt.power.links:
            alone = close == (link.gateway,)
            patience_s = LATE_AFTER_INTERVALS * rhythm.expected_s(mode)
            found[link.gateway].append(Heard(gauge_id, link.last_s, alone, patience_s))
    return dict(found)


def gateways(
    heard: Mapping[str, Sequence[Heard]], gauges: Mapping[str, GaugeHealth], now: datetime, limits: HealthSettings
) -> list[GatewayHealth]:
    """Every gateway that was heard within the days that one is kept."""
    oldest_s = now.timestamp() - limits.links_kept_days * DAY_S
    return [
        _gateway(gateway, links, gauges, now)
        for gateway, links in heard.items()
        if max(link.last_s for link in links) > oldest_s
    ]


def _gateway(gateway: str, links: Sequence[Heard], gauges: Mapping[str, GaugeHealth], now: datetime) -> GatewayHealth:
    now_s, last_s = now.timestamp(), max(link.last_s for link in links)
    out = is_out(links, now_s)
    heard_at = datetime.fromtimestamp(last_s, UTC)
    alone = tuple(sorted(link.gauge_id for link in links if link.alone))
    proof = {link.gauge_id for link in links if link.heard_in_time(last_s)}
    silenced = tuple(each for each in alone if out and each in proof and gauges[each].silent)
    return GatewayHealth(
        gateway_id=gateway,
        heard_at=heard_at,
        heard_day=sum(link.last_s > now_s - DAY_S for link in links),
        alone=alone,
        silenced=silenced,
        findings=(Finding(Problem.GATEWAY_OUT, heard_at),) if out else (),
    )


def is_out(links: Sequence[Heard], now_s: float) -> bool:
    """Whether enough gauges that were heard in time until the gateway's last word are overdue through it."""
    last_s = max(link.last_s for link in links)
    overdue = [link for link in links if link.heard_in_time(last_s) and now_s - last_s > link.patience_s]
    return len(overdue) >= LEAST_PROOF
