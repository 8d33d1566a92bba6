"""Stations that are held from the public in the same way, two of each, which say the same in turn in two cities."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts.records import Maintenance
from ingest.readings import Quality
from tests.public.fakes import NOW

SAID_M = (4.877, 0.377)
"""What the first and the second of each two say in one city, and the other way round in the other."""


class Way(NamedTuple):
    """A way to be held: what was confirmed for a day, the quality of what came then and how long ago, and the work on
    the gauge, in minutes from now."""

    confirmed_m: float
    quality: Quality
    minutes_ago: float
    work: tuple[float, float] | None = None

    @property
    def held_at(self) -> datetime:
        """When it said what is held."""
        return NOW - timedelta(minutes=self.minutes_ago)

    def is_at_work(self, at: datetime) -> bool:
        """Whether somebody works on the gauge at a time."""
        minutes = (at - NOW).total_seconds() / 60
        return self.work is not None and self.work[0] <= minutes < self.work[1]


WAYS = {
    "doubted": Way(0.4, Quality.SUSPECT, 5),
    "failed": Way(0.4, Quality.BAD, 5),
    "alarmed": Way(3.1, Quality.SUSPECT, 5),
    "mended": Way(0.4, Quality.GOOD, 5, (-60, 60)),
    "lifted": Way(0.4, Quality.GOOD, 5, (-8, -3)),
    "moving": Way(0.4, Quality.GOOD, 15, (-45, -12)),
}
"""Of the last one something good came after the work: what it said during the work makes no trend."""
STATIONS = tuple(f"{way}{number}" for way in WAYS for number in range(2))


def way_of(station_id: str) -> Way:
    """How a station is held."""
    return WAYS[station_id[:-1]]


def said(variant: int) -> Iterator[tuple[str, float, Way]]:
    """What each gauge said last that is held: its id and station's, the stage, and how it is held."""
    for each in STATIONS:
        yield each, SAID_M[(int(each[-1]) + variant) % 2], way_of(each)


def works() -> Iterator[Maintenance]:
    """The work on the gauges."""
    for each in STATIONS:
        work = way_of(each).work
        if work is not None:
            begin, end = (NOW + timedelta(minutes=minutes) for minutes in work)
            yield Maintenance(each, "crew", "cleaning", begin, end)
