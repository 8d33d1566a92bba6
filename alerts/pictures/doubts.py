"""Whether the pictures of a station confirm a change of its stage, at the moment in which that is recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from alerts.records import Transition
from ingest.cameras.doubting import doubt_at
from ingest.stations import Registry
from ingest.store.protocol import CameraLatest, Log, Pictures


class Doubts:
    """For one thread. The cameras are read once for all changes of a moment."""

    def __init__(self, registry: Callable[[], Registry], log: Log, pictures: Pictures) -> None:
        self._registry = registry
        self._log = log
        self._pictures = pictures
        self._read_at: datetime | None = None
        self._newest: Mapping[str, CameraLatest] = {}

    def about(self, transition: Transition) -> str:
        """The name of the reason (``ingest.sight.doubt.DoubtReason``); empty where there is no doubt."""
        registry, now = self._registry(), transition.recorded_at
        station = registry.stations.get(transition.station_id)
        if station is None or not registry.cameras_of(station.id):
            return ""
        if self._read_at != now:
            self._newest, self._read_at = self._log.cameras(), now
        found = doubt_at(station, transition.subject_id, registry, self._log, self._pictures, now, self._newest)
        return str(found.reason) if found is not None else ""
