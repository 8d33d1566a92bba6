"""Which gauges are being filled in: readings come that are too old to be news, one after the other."""

from __future__ import annotations

from datetime import datetime, timedelta

SETTLE = timedelta(seconds=60)
"""A level that came by late readings only is told when no newer one has come for so long."""
LONGEST = timedelta(minutes=10)
"""Whatever still comes: one whose readings are always late must not be passed over for ever."""


class Late:
    """Remembers, by gauge, when the first and the newest of a row of late readings came."""

    def __init__(self) -> None:
        self._came: dict[str, tuple[datetime, datetime]] = {}

    def came(self, gauge_id: str, now: datetime) -> None:
        """A late reading of a gauge came."""
        first, newest = self._came.get(gauge_id, (now, now))
        going_on = timedelta(0) <= now - newest < SETTLE
        self._came[gauge_id] = (first if going_on else now, now)

    def filling(self, now: datetime) -> frozenset[str]:
        """The gauges of which more is expected; a clock that was set back expects nothing."""
        self._came = {
            gauge_id: (first, newest)
            for gauge_id, (first, newest) in self._came.items()
            if timedelta(0) <= now - newest < SETTLE
        }
        return frozenset(gauge_id for gauge_id, (first, _) in self._came.items() if now - first < LONGEST)
