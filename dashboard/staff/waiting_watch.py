"""The alerts that nobody has acknowledged, as all screens see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.records import Incident, may_never_wait
from dashboard.staff.services import StaffServices


@dataclass(frozen=True, slots=True)
class Waiting:
    """An incident that waits for a person, and since when."""

    incident: Incident
    since: datetime

    @property
    def key(self) -> str:
        """Another one for every level that it asks for: a rise is a new alert."""
        return f"{self.incident.id}/{self.incident.level}"

    @property
    def urgent(self) -> bool:
        """Whether it is a hazard of 4 or 5."""
        return may_never_wait(self.incident.rule, self.incident.level)


class WaitingWatch:
    """Asks for the incidents at every look, and since when they wait where others do. Blocking; for one thread."""

    def __init__(self, services: StaffServices) -> None:
        self._services = services
        self._asked: Sequence[Incident] = ()
        self._since: dict[int, datetime] = {}

    def look(self) -> tuple[Waiting, ...]:
        """Those that wait now, the worst first, of equals the one that waits longest."""
        found = self._services.alerts.waiting()
        if found != self._asked:
            self._since, self._asked = self._services.alerts.waiting_since(found) if found else {}, found
        waiting = [Waiting(each, self._since.get(each.id, each.opened_at)) for each in found]
        return tuple(sorted(waiting, key=lambda each: (not each.urgent, -each.incident.level, each.since)))
