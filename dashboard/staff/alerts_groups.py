"""Alerts of one station belong together: in a storm every station has several. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alerts.records import OF_HAZARD, Incident


@dataclass(frozen=True, slots=True)
class Group:
    """Incidents of one station, the first of them leads; one of no station stands alone."""

    incidents: Sequence[Incident]

    @property
    def lead(self) -> Incident:
        """What the row of the group is about."""
        return self.incidents[0]

    @property
    def others(self) -> Sequence[Incident]:
        """What is folded below it."""
        return self.incidents[1:]

    @property
    def key(self) -> str:
        """Another one for every group of a list."""
        return self.lead.station_id or f"#{self.lead.id}"


def worst_first(found: Iterable[Incident]) -> list[Group]:
    """The group with the worst incident first, in it the worst first."""
    return _grouped(sorted(found, key=_worst))


def as_listed(found: Iterable[Incident]) -> list[Group]:
    """In the order in which they come."""
    return _grouped(found)


def _grouped(found: Iterable[Incident]) -> list[Group]:
    by_place: dict[str, list[Incident]] = {}
    for each in found:
        by_place.setdefault(each.station_id or f"#{each.id}", []).append(each)
    return [Group(tuple(each)) for each in by_place.values()]


def _worst(incident: Incident) -> tuple[int, bool, int]:
    """By level; of equals what is a hazard, then the oldest."""
    return -incident.level, incident.rule not in OF_HAZARD, incident.id
