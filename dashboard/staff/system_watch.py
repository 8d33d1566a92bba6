"""The house's own health, as staff see it: read every few seconds and judged by our own clock."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from dashboard.staff.services import StaffServices
from dashboard.system_findings import SystemFinding, unread
from dashboard.system_views import PartView, SystemView, system_view
from ingest.pulse import Listener
from ingest.readings import Reading

logger = logging.getLogger(__name__)

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
        self._read: SystemView | None = None
        self._view: SystemView | None = None
        self._unread: SystemFinding | None = None

    def look(self, newest: Iterable[Reading], now: datetime) -> SystemView:
        """The view at ``now`` of the house: the last one where that was a moment ago.

        Where it cannot be read, what was read last, as of then, and that it cannot: whoever looks at the water goes on.
        """
        now_s = self._monotonic()
        if self._view is not None and now_s < self._next_s:
            return self._view
        self._next_s = now_s + LOOK_EVERY_S
        try:
            self._view = self._read = self._look(newest, now, now_s)
            self._unread = None
        except Exception as error:  # told on every page in its place
            self._view = self._without(error, now)
        return self._view

    def _look(self, newest: Iterable[Reading], now: datetime, now_s: float) -> SystemView:
        facts = self._services.system.look(now)
        # Signs of life carry the time of their machines, also where the house's own clock is that of a storm replayed.
        ages_s = self._listener.ages_s(facts.pulses, facts.read_at or now)
        listened_s, speed = now_s - self._began_s, self._services.clock.speed
        return system_view(facts, ages_s, newest, now, speed=speed, listened_s=listened_s)

    def _without(self, error: Exception, now: datetime) -> SystemView:
        if self._unread is None:
            logger.exception("the system's own health cannot be read; it is tried again")
        reason = str(getattr(error, "orig", None) or error) or repr(error)
        self._unread = unread(reason, self._unread.since or now if self._unread else now)
        known = self._read or SystemView(now)
        return replace(known, findings=(self._unread, *known.findings))


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
