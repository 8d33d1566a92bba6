"""The alerts in memory, and what one turn changes of them. Nothing here is written: the engine records it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from alerts.records import STAGE, Transition
from alerts.rules.findings import Change
from alerts.rules.kept import Alert
from alerts.rules.machine import Standing
from alerts.store.record import Key


@dataclass(frozen=True, slots=True)
class Changed:
    """A change of an alert, with the transition that will be written of it."""

    key: Key
    change: Change
    transition: Transition


@dataclass
class Book:
    """``known`` is what was recorded, ``changed`` what this turn makes of it."""

    known: Mapping[Key, Alert]
    changed: dict[Key, Alert] = field(default_factory=dict)
    changes: list[Changed] = field(default_factory=list)

    def alert(self, key: Key, station_id: str) -> Alert:
        """The alert as it stands in this turn. ``station_id`` is where its subject is now, ``""`` where that does not
        matter: what was moved belongs to the new place as soon as nothing holds at the old one."""
        found = self.changed.get(key) or self.known.get(key) or Alert(station_id)
        moved = station_id and found.station_id != station_id and not found.standing.level
        return replace(found, station_id=station_id) if moved else found

    def put(self, key: Key, alert: Alert, standing: Standing) -> Alert:
        """Let it stand so from now on."""
        after = replace(alert, standing=standing)
        self.changed[key] = after
        return after

    def note(self, key: Key, change: Change, transition: Transition) -> None:
        """A change, and the transition that will be written of it."""
        self.changes.append(Changed(key, change, transition))

    def told(self, key: Key, level: int) -> None:
        """People are told of this level."""
        self.changed[key] = replace(self.changed.get(key) or self.known[key], told=level)

    def mark(self, key: Key) -> tuple[Alert | None, int]:
        """How this turn has left an alert so far: for ``go_back``."""
        return self.changed.get(key), len(self.changes)

    def go_back(self, key: Key, mark: tuple[Alert | None, int]) -> None:
        """Forget what this turn did to an alert since then."""
        before, count = mark
        del self.changes[count:]
        self.changed.pop(key, None)
        if before is not None:
            self.changed[key] = before

    def to_keep(self) -> dict[Key, Alert]:
        """What must be written: an alert that is normal as it was keeps nothing that cannot be forgotten."""
        return {key: each for key, each in self.changed.items() if _matters(key, self.known.get(key), each)}


def _matters(key: Key, before: Alert | None, after: Alert) -> bool:
    """Whether anything is new but the time of the newest finding. That of the stage counts: by it the engine tells,
    also after a restart, what is late."""
    if key[0] == STAGE:
        return after != before
    known = before or Alert(after.station_id)
    return (_timeless(after.standing), after.told) != (_timeless(known.standing), known.told)


def _timeless(standing: Standing) -> Standing:
    return replace(standing, observed_at=None)
