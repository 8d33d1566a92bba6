"""From what happened to the files that are due because of it. Pure, over the archive's memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from alerts.records import Maintenance
from dashboard.public.archive.memory import Memory, Work, work_of
from dashboard.public.archive.rows import day_of, sources
from ingest.readings import Quality, Reading
from ingest.stations import Quantity, Registry

AWAY = timedelta(days=1)
"""After a longer pause the log may have let go of rows that were not seen: the present keeps them for a day at least,
and what had been corrected in the meantime is not to be found out."""
WORK_MATTERS = timedelta(days=40)
"""Work that ended longer ago is not changed any more; what is noted for the first time is new however old it is."""
AT_ONCE = 100
"""So many pieces of work may be noted at once: a database that several write to may show their numbers out of order."""
CORRECTED = timedelta(days=31)
"""What was observed so long before a pause may have been corrected in it."""


def notice_registry(memory: Memory, registry: Registry) -> None:
    """New stations and gauges; what is retired stays known."""
    memory.sources = sources(registry, memory.sources)


def notice_pause(memory: Memory, now: datetime) -> None:
    """What may have changed unseen while nobody looked."""
    if now - memory.looked_at > AWAY:
        for station_id in memory.sources:
            memory.due.mark_months(station_id, day_of(memory.looked_at - CORRECTED), day_of(now))


def notice_readings(memory: Memory, homes: Mapping[str, str], readings: Iterable[Reading]) -> None:
    """The days on which something new is to be published, or something published is not good any more.

    ``homes`` gives the station of a gauge.
    """
    for each in readings:
        memory.seq = each.seq
        station_id = homes.get(each.gauge_id)
        tells = each.quality is Quality.GOOD or each.revision > 0
        if station_id is not None and tells and each.quantity is Quantity.STAGE:
            memory.due.mark(station_id, day_of(each.observed_at))


def notice_works(memory: Memory, works: Sequence[Maintenance], now: datetime) -> None:
    """The days of work that was noted, moved or ended: before and after the change."""
    for each in works:
        known, work = memory.works.get(each.id), work_of(each)
        if known != work:
            for changed in (known, work):
                _mark_work(memory, changed, now)
            memory.works[each.id] = work
    after = noted(memory)
    for number in [each for each in memory.works if each <= after]:
        if memory.works[number].ends_at < now - WORK_MATTERS:
            del memory.works[number]


def noted(memory: Memory) -> int:
    """The work of which number, and of all before it, is known for sure."""
    return max(memory.works, default=0) - AT_ONCE


def notice_survey(memory: Memory, station_id: str, observed: Iterable[Reading], step: timedelta, now: datetime) -> None:
    """The days before today of all steps in which a gauge of a station observed anything good."""
    yesterday = day_of(now) - timedelta(days=1)
    begins = {each.observed_at.timestamp() // step.total_seconds() for each in observed if each.quality is Quality.GOOD}
    for number in sorted(begins):
        begin = datetime.fromtimestamp(number * step.total_seconds(), now.tzinfo)
        memory.due.mark_months(station_id, day_of(begin), min(day_of(begin + step), yesterday))


def _mark_work(memory: Memory, work: Work | None, now: datetime) -> None:
    if work is not None and work.begins_at <= now:
        memory.due.mark_span(work.station_id, day_of(work.begins_at), day_of(min(work.ends_at, now)))
