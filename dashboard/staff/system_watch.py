"""The house's own health, as staff see it: read every few seconds and judged by our own clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime

from dashboard.staff.services import StaffServices
from dashboard.system_views import PartView, SystemView, system_view
from ingest.pulse import Listener
from ingest.readings import Reading

LOOK_EVERY_S = 3.0
"""Real seconds between two looks."""


class SystemWatch:
    """Looks at the house itself. Blocking; for one thread. ``monotonic`` gives real seconds that only grow."""

    def __init__(self, services: StaffServices, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._services = services
        self._monotonic = monotonic
        self._listener = Listener(monotonic)
        self._began_s = monotonic()
        self._next_s = 0.0
        self._view: SystemView | None = None

    def look(self, newest: Iterable[Reading], now: datetime) -> SystemView:
        """The view at ``now`` of the house: the last one where that was a moment ago."""
        now_s = self._monotonic()
        if self._view is not None and now_s < self._next_s:
            return self._view
        facts = self._services.system.look(now)
        # Signs of life carry the time of their machines, also where the house's own clock is that of a storm replayed.
        ages_s = self._listener.ages_s(facts.pulses, facts.read_at or now)
        listened_s, speed = now_s - self._began_s, self._services.clock.speed
        self._view = system_view(facts, ages_s, newest, now, speed=speed, listened_s=listened_s)
        self._next_s = now_s + LOOK_EVERY_S
        return self._view


def system_facts(view: SystemView) -> object:
    """What the page of the system depends on: who works, what is wrong, what waits by its size, and the minute."""
    findings = tuple((each.severity, each.kind, each.name, each.fault, each.since) for each in view.findings)
    channels = tuple((each.state.waiting, each.state.sent_at, each.state.failed_at) for each in view.channels)
    letters = tuple((each.reason, each.total) for each in view.letters)
    minute = view.at.replace(second=0, microsecond=0)
    return findings, tuple(_part_facts(each) for each in view.parts), channels, letters, minute


def _part_facts(part: PartView) -> object:
    roles = tuple((each.pulse.process, each.role) for each in part.processes)
    return part.part, roles, len(str(part.lag.count)) if part.lag else 0
