"""The stills of a station at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from alerts.pictures.tied import Tied, chosen
from ingest.stations import Registry
from ingest.store.protocol import Pictures


class Album:
    """Only what was looked at and can be shown; ``within`` is how far from the time it may lie."""

    def __init__(self, registry: Callable[[], Registry], pictures: Pictures, within: timedelta) -> None:
        self._registry = registry
        self._pictures = pictures
        self._within = within

    def nearest(self, station_id: str, at: datetime) -> Tied | None:
        """The still to show for a change at a station; None where no camera has one that near."""
        cameras = self._registry().cameras_of(station_id)
        found = [self._pictures.nearest([each.id], at, self._within) for each in cameras]
        return chosen([Tied.of(each) for each in found if each is not None], at)
