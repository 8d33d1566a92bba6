"""The last 24 hours of every gauge as the public may see them, kept up with the log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from alerts.records import Maintenance
from dashboard.following import Heard
from ingest.metres import centimetres
from ingest.stations import Registry
from ingest.store.protocol import Log

SPAN = timedelta(hours=24)
HOUR = timedelta(hours=1)
MOST = 288
"""More points than this are thinned: two for each ten minutes, the lowest and the highest."""
STEP_S = 600


@dataclass(frozen=True, slots=True)
class Course24:
    """A day of a gauge: its good readings observed in the 24 hours before ``until``, by time.

    ``points`` are (observed_at, stage in metres above the gauge zero, cut to centimetres); older ones may be among
    them. What is suspect, held or was observed during work on the gauge is not. ``until`` is the next full hour; alone
    it makes no course another one, for otherwise all pages of a city would change at every full hour.
    """

    until: datetime = field(compare=False)
    points: tuple[tuple[datetime, float], ...] = ()


class Courses:
    """Follows what was observed; one publisher's, for one thread. Read whole once, then gauge by gauge."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._known: dict[str, Course24] | None = None
        self._heard: Heard | None = None
        self._works: Sequence[Maintenance] = ()
        self._gauges: frozenset[str] = frozenset()

    def now(
        self, registry: Registry, heard: Heard, now: datetime, works: Sequence[Maintenance]
    ) -> Mapping[str, Course24]:
        """The courses by gauge id, given each ``heard`` of one ``Following``. ``works`` is the work on gauges of the
        last days. An unchanged course stays the same object."""
        until, known = _next_hour(now), self._known
        touched = frozenset() if heard is self._heard else heard.touched
        gauges = frozenset(registry.gauges)
        if touched is not None:
            touched = touched | (gauges - self._gauges)  # what comes into service has said something before
        self._known = None  # should the log refuse, everything is read again
        if touched is None or known is None or list(works) != self._works:
            touched, known = None, {}
        found = {**known, **self._read(registry, touched, until, works)}
        found = {
            each: course if course.until == until else replace(course, until=until) for each, course in found.items()
        }
        self._known, self._heard, self._works, self._gauges = found, heard, list(works), gauges
        return found

    def _read(
        self, registry: Registry, touched: Collection[str] | None, until: datetime, works: Sequence[Maintenance]
    ) -> dict[str, Course24]:
        """Of the gauges that are in service."""
        if touched is not None and not touched:
            return {}
        stages = self._log.stages(until - SPAN, touched)
        found: dict[str, Course24] = {}
        for gauge in (registry.gauges[each] for each in touched or stages if each in registry.gauges):
            theirs = [work for work in works if work.station_id == gauge.station_id and work.concerns(gauge.id)]
            found[gauge.id] = _course(stages.get(gauge.id, ()), until, theirs)
        return found


def _course(stages: Iterable[tuple[datetime, float]], until: datetime, works: Sequence[Maintenance]) -> Course24:
    points = [(at, centimetres(stage_m)) for at, stage_m in stages if at <= until]
    if works:
        points = [each for each in points if not any(work.begins_at <= each[0] < work.ends_at for work in works)]
    return Course24(until, tuple(points if len(points) <= MOST else thinned(points)))


def thinned(points: Iterable[tuple[datetime, float]]) -> Iterator[tuple[datetime, float]]:
    """Of each ten minutes the lowest and the highest point, by time: no peak is lost."""
    for _, each in groupby(points, key=lambda point: int(point[0].timestamp()) // STEP_S):
        found = list(each)
        yield from sorted({min(found, key=lambda point: point[1]), max(found, key=lambda point: point[1])})


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + HOUR
