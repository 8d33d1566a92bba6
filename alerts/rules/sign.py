"""A sign or siren that does not show what it was told: silent since the command, or saying something else. Pure.

A broken sign is the one that people drive past. A retained report of an older command confirms nothing, and a command
that is repeated begins no new wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from alerts.channels.signs import DRILL, SignState, unconfirmed
from alerts.rules.facts import Facts, Found, in_trouble
from alerts.rules.settings.rules import RulesSettings
from ingest.stations import Registry

NAME = "sign"
SAYS_NOTHING = "sign_silent"
SAYS_ANOTHER = "sign_differs"


def find(facts: Facts, rules: RulesSettings) -> Iterator[Found]:
    """Every sign that has not confirmed for too long, by its topic, at the station whose gauge moved it.

    The detail holds ``problem`` (``sign_silent``, ``sign_differs``), ``commanded`` and ``commanded_at``, ``since``
    (from when on it is not known to obey), and, where it ever reported, ``confirmed`` and ``confirmed_at``.
    """
    for sign in facts.signs:
        station = facts.registry.stations.get(station_of(sign, facts.registry))
        own = rules.sign if station is None else rules.sign.at(station.kind, station.id)
        if own.enabled and unconfirmed([sign], facts.now, timedelta(seconds=own.unconfirmed_after_s)):
            detail = {
                "problem": problem_of(sign),
                "commanded": sign.commanded,
                "commanded_at": sign.commanded_at,
                "since": sign.differs_since,
                "confirmed": sign.confirmed or None,
                "confirmed_at": sign.confirmed_at,
            }
            yield in_trouble(sign.topic, station.id if station else "", own.level, facts.now, detail)


def problem_of(sign: SignState) -> str:
    """Whether it reports something else than it was told, or has not answered that command at all."""
    if sign.confirmed_at is None or sign.commanded_at is None or sign.confirmed_at < sign.commanded_at:
        return SAYS_NOTHING
    return SAYS_NOTHING if sign.confirmed == sign.commanded else SAYS_ANOTHER


def station_of(sign: SignState, registry: Registry) -> str:
    """The station of the gauge that moves it most: of the highest level, of those with the same the newest. Empty
    where none of its gauges is in the registry any more."""
    ranked = sorted(sign.levels.items(), key=lambda each: (each[1].level, each[1].at, each[0]), reverse=True)
    gauges = (registry.gauges.get(name.removeprefix(DRILL)) for name, _ in ranked)
    return next((each.station_id for each in gauges if each is not None), "")
