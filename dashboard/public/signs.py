"""The sign of a spot: a shape for every hazard, and whether it is of now. The same in lists, on maps and in counts."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from dashboard.public.spots import Spot
from ingest.stations import Registry, Station

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sign:
    """``shape`` is a hazard, ``0`` to ``5``, or ``unknown``. ``past`` says that it is what was last known, not what is
    now: such a danger keeps its shape, in outline."""

    shape: str
    past: bool = False

    @property
    def urgency(self) -> tuple[bool, int, bool]:
        """Sorts the worst first: dangers, then what is not known, then what is low."""
        hazard = -1 if self.shape == UNKNOWN else int(self.shape)
        return (hazard == 0, -hazard, self.past)


LOW = Sign("0")
Tally: TypeAlias = tuple[tuple[Sign, int], ...]
"""How many spots have each sign, the worst first."""


def sign_of(spot: Spot) -> Sign:
    """The sign of what decides: a gauge, or pumps that stand still in the water."""
    hazard, past = spot.hazard, spot.last_known
    if hazard is None or (past and not hazard):
        return _sign(UNKNOWN)
    return _sign(str(hazard), past)


@cache
def _sign(shape: str, past: bool = False) -> Sign:
    return Sign(shape, past)


def tally(spots: Iterable[Spot]) -> Tally:
    """How many spots have each sign, the worst first."""
    return _worst_first(Counter(sign_of(spot) for spot in spots))


def together(tallies: Iterable[Tally]) -> Tally:
    """The sum of tallies."""
    found: Counter[Sign] = Counter()
    for each in tallies:
        found.update(dict(each))
    return _worst_first(found)


def _worst_first(found: Counter[Sign]) -> Tally:
    return tuple(sorted(found.items(), key=lambda each: each[0].urgency))


def places(registry: Registry) -> Sequence[Station]:
    """The stations that can be found: those with a gauge, in the order of the registry."""
    gauged = {gauge.station_id for gauge in registry.gauges.values()}
    return [station for station in registry.stations.values() if station.id in gauged]


def order(registry: Registry) -> str:
    """Which stations there are in which order, and what the city calls their levels: letters and places of different
    ones are not to be put together."""
    known = ([each.id for each in places(registry)], registry.labels)
    return f"{zlib.crc32(repr(known).encode()):08x}"


def letters(spots: Iterable[Spot], registry: Registry) -> str:
    """The sign of every station of ``places``, a letter each: its hazard, ``a`` (0) to ``f`` (5) where that is the last
    known one, ``u`` where it is not known."""
    found = {spot.station.id: _letter(spot) for spot in spots}
    return "".join(found[station.id] for station in places(registry))


def _letter(spot: Spot) -> str:
    if spot.hazard is None:
        return "u"
    return "abcdef"[spot.hazard] if spot.last_known else str(spot.hazard)
