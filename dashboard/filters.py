"""What somebody wants to see of the city: by kind, area, department and hazard, kept in the address. Pure.

Within one dimension any chosen value will do; of different dimensions all must hold. Nothing chosen means everything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dashboard.views import Board, StationView
from ingest.naming import Names
from ingest.stations import Registry, StationKind

DIMENSIONS = ("kind", "area", "department", "hazard")
STATES = ("5", "4", "3", "2", "1", "0", "none", "silent")
"""What ``hazard`` may say: the hazards, ``none`` where nothing was heard yet, ``silent`` where a gauge is overdue."""
NEVER_HIDDEN_FROM = 3
"""Of stations from this hazard on a filtered screen says how many it leaves out."""
CALM = "calm"
"""Says that calm stations are shown as well, however many they are."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen, by dimension; areas and departments by their Japanese names. ``calm`` unfolds the calm ones.

    ``kept`` is what else of the address stays when a choice changes: names and values of the page's own.
    """

    kind: frozenset[str] = frozenset()
    area: frozenset[str] = frozenset()
    department: frozenset[str] = frozenset()
    hazard: frozenset[str] = frozenset()
    calm: bool = False
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def filters(self) -> bool:
        """Whether anything may be left out."""
        return any(self.of(each) for each in DIMENSIONS)

    def of(self, dimension: str) -> frozenset[str]:
        """What is chosen of one dimension."""
        found: frozenset[str] = getattr(self, dimension)
        return found

    def turned(self, dimension: str, value: str) -> Choice:
        """With a value chosen that was not, or without one that was."""
        changes: dict[str, Any] = {dimension: self.of(dimension) ^ {value}}
        return replace(self, **changes)

    def without(self, *dimensions: str) -> Choice:
        """With nothing chosen of some dimensions."""
        changes: dict[str, Any] = dict.fromkeys(dimensions, frozenset())
        return replace(self, **changes)

    def unfolded(self, calm: bool) -> Choice:
        """With or without the calm stations."""
        return replace(self, calm=calm)

    def keeping(self, name: str, value: str) -> Choice:
        """With another value of the page's own; none where it is empty."""
        others = tuple(pair for pair in self.kept if pair[0] != name)
        return replace(self, kept=(*others, (name, value)) if value else others)

    def search(self) -> str:
        """As it stands in the address behind the path: ``?kind=river&hazard=4``, or nothing."""
        said = [(dimension, value) for dimension in DIMENSIONS for value in sorted(self.of(dimension))]
        said += [(CALM, "1")] if self.calm else []
        said += self.kept
        return f"?{urlencode(said)}" if said else ""

    def shows(self, view: StationView) -> bool:
        """Whether a station is wanted."""
        station = view.station
        return (
            _wanted(self.kind, {str(station.kind)})
            and _wanted(self.area, _key(station.area))
            and _wanted(self.department, _key(station.department))
            and _wanted(self.hazard, states(view))
        )


def states(view: StationView) -> frozenset[str]:
    """How a station is, as ``STATES`` say it: its hazard, and whether a gauge of it is silent."""
    hazard = "none" if view.hazard is None else str(view.hazard)
    return frozenset({hazard, "silent"} if view.silent else {hazard})


def choice_in(search: str | None, registry: Registry | None = None, kept: Collection[str] = ()) -> Choice:
    """What the address chooses; ``kept`` names what of it is the page's own. With a registry, what is no area or
    department of it is left out: better too much is shown than nothing, for a word that was misspelt or renamed."""
    pairs = parse_qsl((search or "").removeprefix("?"))
    found = {dimension: frozenset(value for name, value in pairs if name == dimension) for dimension in DIMENSIONS}
    found["kind"] &= frozenset(map(str, StationKind))
    found["hazard"] &= frozenset(STATES)
    if registry is not None:
        found["area"] &= frozenset(areas(registry))
        found["department"] &= frozenset(departments(registry))
    own = tuple(pair for pair in pairs if pair[0] in kept)
    return Choice(**found, calm=(CALM, "1") in pairs, kept=own)


def areas(registry: Registry) -> Mapping[str, Names]:
    """The areas of the stations by their Japanese names, in order of first mention."""
    return _named(station.area for station in registry.stations.values())


def departments(registry: Registry) -> Mapping[str, Names]:
    """The departments of the stations by their Japanese names, in order of first mention."""
    return _named(station.department for station in registry.stations.values())


def shown(seen: Board, choice: Choice) -> tuple[StationView, ...]:
    """The stations that are wanted, worst first."""
    return tuple(view for view in seen.stations if choice.shows(view)) if choice.filters else seen.stations


def left_out(seen: Board, choice: Choice) -> int:
    """How many stations of high hazard a choice hides: a filter must never make a danger invisible."""
    if not choice.filters:
        return 0
    return sum((view.hazard or 0) >= NEVER_HIDDEN_FROM and not choice.shows(view) for view in seen.stations)


def _wanted(chosen: frozenset[str], found: Iterable[str]) -> bool:
    return not chosen or not chosen.isdisjoint(found)


def _key(names: Names | None) -> frozenset[str]:
    return frozenset({names["ja"]} if names else ())


def _named(found: Iterable[Names | None]) -> Mapping[str, Names]:
    return {each["ja"]: each for each in found if each}
