"""Whether what an alert is about is still watched at its station. Pure.

What was taken out of the registry, or moved, was not found to be well by that: its alert ends, and says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from alerts.rules.facts import Facts
from ingest.stations import Device


class Why(StrEnum):
    """Why nobody watches it there any more: it is not in the registry, it is at another station, or its station has
    other pumps by now, which are watched together or each for itself."""

    REMOVED = "removed"
    MOVED = "moved"
    REGROUPED = "regrouped"


@dataclass(frozen=True, slots=True)
class Unwatched:
    """Why the alert of a subject ends at a station; ``moved_to`` is where it is by now, where it was moved."""

    why: Why
    moved_to: str = ""

    @property
    def detail(self) -> Mapping[str, str]:
        """What is kept with the transition for its message."""
        found = {"unwatched": str(self.why)}
        return found | {"moved_to": self.moved_to} if self.moved_to else found


def always(*_: object) -> None:
    """Of what the registry does not know: it is watched as long as anybody finds something about it."""


def device(facts: Facts, subject_id: str, station_id: str) -> Unwatched | None:
    """Why a gauge, camera, pump or gate is not watched at a station any more; None where it is."""
    registry = facts.registry
    kinds: tuple[Mapping[str, Device], ...] = (registry.gauges, registry.cameras, registry.pumps, registry.gates)
    found = next((kind[subject_id] for kind in kinds if subject_id in kind), None)
    if found is None:
        return Unwatched(Why.REMOVED)
    return None if found.station_id == station_id else Unwatched(Why.MOVED, found.station_id)
