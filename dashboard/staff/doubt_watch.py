"""Where no picture confirms a high stage: asked every few seconds for the stations whose water is high."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from dashboard.staff.services import StaffServices
from dashboard.views import Board
from ingest.cameras.doubting import doubt_at
from ingest.sight.doubt import FROM_LEVEL, Doubt
from ingest.stations import Registry
from ingest.store.protocol import CameraLatest

LOOK_EVERY_S = 15.0
"""Real seconds between two looks at all of them: each reads some hours of a gauge and some pictures."""


class DoubtWatch:
    """Remembers what it found until the next look. Blocking; for one thread."""

    def __init__(self, services: StaffServices) -> None:
        self._services = services
        self._found: Mapping[str, Doubt] = {}
        self._looked_at: datetime | None = None
        self._registry: Registry | None = None

    def look(self, seen: Board | None, newest: Mapping[str, CameraLatest], now: datetime) -> Mapping[str, Doubt]:
        """The doubts by station at ``now``: those of the last look where that was a moment ago."""
        if seen is None:
            return {}
        step = timedelta(seconds=LOOK_EVERY_S * self._services.clock.speed)
        fresh = self._looked_at is not None and timedelta(0) <= now - self._looked_at < step
        if not fresh or self._registry is not seen.registry:
            self._found, self._looked_at, self._registry = self._ask(seen, newest, now), now, seen.registry
        return self._found

    def _ask(self, seen: Board, newest: Mapping[str, CameraLatest], now: datetime) -> dict[str, Doubt]:
        found: dict[str, Doubt] = {}
        for view in seen.stations:
            worst = view.worst
            if worst is None or worst.hazard < FROM_LEVEL or not view.cameras or worst.maintenance is not None:
                continue
            log, pictures = self._services.log, self._services.pictures
            doubt = doubt_at(view.station, worst.gauge.id, seen.registry, log, pictures, now, newest)
            if doubt is not None:
                found[view.station.id] = doubt
        return found
