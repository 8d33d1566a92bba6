"""Keeps the files of the archive: learns from the log what changed, and writes it in turns of a tenth of a second."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from alerts.records import Maintenance, NotedWork
from dashboard.public import files
from dashboard.public.archive import memory as memories
from dashboard.public.archive import noticing
from dashboard.public.archive.due import EVERY, Due
from dashboard.public.archive.memory import Memory
from dashboard.public.archive.rows import HEAD, Source, day_of, span_of
from dashboard.public.archive.writing import Writer
from dashboard.public.data.written import as_json
from ingest.clock import Clock
from ingest.stations import City, Registry
from ingest.store.protocol import Archive, Log, Marks, RegistryStore, Unavailable

log = logging.getLogger(__name__)

TURN_S = 0.1
"""A turn begins nothing more after so long. It ends somewhat later: one day of a station, or one file, is one piece."""
KEPT_EVERY_S = 30.0
AWAY_S = 15.0
"""So long nothing is tried after the past did not answer."""
ROWS = 1_000
"""Of the log, at once."""
SETTLED = timedelta(minutes=15)
"""A day goes into the file of its month so long after its end: until then its last readings are on their way."""
REACH = timedelta(days=30 * 365)
STEP = timedelta(days=10)
"""How far back, and how finely, the past of a gauge is looked for."""
RECENT = timedelta(days=7)
"""These days come before the months, and older ones after them: of years there are thousands at the first start."""
INDEX = "data/files.json"


@dataclass
class Task:
    """A file that is being written, and what stays due until it is."""

    steps: Iterator[None]
    taken: Due = field(default_factory=Due)


class ArchiveKeeper:
    """One per folder; for one thread. ``file`` is where it remembers, outside of the folder that everyone sees.

    ``monotonic`` gives real seconds of any origin; ``every_s`` is in seconds of the house's clock: a daily file with
    news is written again after so long, and not before.
    """

    def __init__(
        self,
        folder: Path,
        file: Path,
        log: Log,
        observed: Archive,
        registry_store: RegistryStore,
        maintenance: NotedWork,
        clock: Clock,
        every_s: float,
        monotonic: Callable[[], float],
    ) -> None:
        self._file = file
        self._log = log
        self._observed = observed
        self._registry_store = registry_store
        self._maintenance = maintenance
        self._clock = clock
        self._every_s = every_s
        self._monotonic = monotonic
        self._writer = Writer(folder, observed)
        self._memory = memories.recalled(file)
        self._registry: Registry | None = None
        self._revision = -1
        self._homes: dict[str, str] = {}
        self._task: Task | None = None
        self._dailies: dict[date, datetime] = {}
        self._works_known: dict[date, Sequence[Maintenance]] = {}
        self._stale_index = True
        self._since: date | None = None
        self._kept_s = -KEPT_EVERY_S
        self._again_s = 0.0

    @property
    def since(self) -> date | None:
        """The first day of which there is a file; None before the first one."""
        return self._since

    def turn(self) -> bool:
        """Do what can be done in a tenth of a second; whether there was anything to do.

        An OSError of the disk is raised, and the next turn tries again. While the past is away nothing is written:
        a file must not lack what it has.
        """
        began_s = self._monotonic()
        if began_s < self._again_s or not self._notice(began_s):
            return False
        did, worked_s = False, self._monotonic()  # a slow look at the log leaves time for one piece all the same
        try:
            while self._monotonic() - worked_s < TURN_S and self._step():
                did = True
        except Unavailable as error:
            log.warning("the archive of open data waits: %s", error)
            self._again_s = self._monotonic() + AWAY_S
        if did and self._monotonic() - self._kept_s >= KEPT_EVERY_S:
            self.keep()
        return did

    def keep(self) -> None:
        """Remember across a restart; what happened since the last time would be done again."""
        if self._memory is not None:
            memories.keep(self._file, self._memory, [self._task.taken] if self._task else [])
            self._kept_s = self._monotonic()

    def _notice(self, began_s: float) -> bool:
        """Take note of what happened; False while there is no registry yet."""
        marks, now = self._log.marks(), self._clock.now()
        self._works_known.clear()
        if marks.registry_revision != self._revision and not self._take_registry(marks, now):
            return False
        memory = self._known()
        noticing.notice_pause(memory, now)
        since = now - noticing.WORK_MATTERS
        noted = self._maintenance.maintenance_noted(since, noticing.noted(memory))
        noticing.notice_works(memory, noted, now)
        while memory.seq < marks.reading_seq:
            found = self._log.readings_after(memory.seq, ROWS)
            noticing.notice_readings(memory, self._homes, found)
            if not found:
                memory.seq = marks.reading_seq
            if self._monotonic() - began_s > TURN_S:
                break
        if memory.seq >= marks.reading_seq:
            memory.looked_at = now
        return True

    def _take_registry(self, marks: Marks, now: datetime) -> bool:
        registry = self._registry_store.registry()
        if registry is None:
            return False
        known = self._memory
        if known is None or marks.reading_seq < known.seq:  # a log that ends earlier than before is another one
            self._memory = Memory(marks.reading_seq, now, known.sources if known else {})
        memory = self._known()
        noticing.notice_registry(memory, registry)
        self._homes = {gauge_id: each.station_id for each in memory.sources.values() for gauge_id in each.gauges}
        self._registry, self._revision = registry, marks.registry_revision
        for each in memory.sources.values():
            if each.station_id not in memory.due.histories and not self._writer.history_file(each.station_id).exists():
                memory.due.histories.add(each.station_id)  # new, or somebody removed it
                memory.surveyed.difference_update(each.gauges)
            if not memory.surveyed.issuperset(each.gauges):
                memory.due.mark(each.station_id, day_of(now))  # today is told before the past is looked for
        self._stale_index = True
        return True

    def _step(self) -> bool:
        """One piece of work; False where there is none."""
        if self._task is None:
            self._task = self._next(self._clock.now())
        if self._task is None:
            return False
        try:
            next(self._task.steps)
        except StopIteration:
            self._task = None
        except BaseException:
            taken, self._task = self._task.taken, None
            self._known().due.add(taken)
            for day in taken.days:
                self._dailies.pop(day, None)
            raise
        return True

    def _next(self, now: datetime) -> Task | None:
        """What comes first: today, what is not known yet, the last days, histories and months, old days, the list."""
        today = day_of(now)
        return (
            self._daily(today, now)
            or self._survey(now)
            or self._past_day(today - RECENT, now)
            or self._history(day_of(now - SETTLED))
            or self._monthly(day_of(now - SETTLED))
            or self._past_day(date.min, now)
            or self._index()
        )

    def _past_day(self, since: date, now: datetime) -> Task | None:
        """The newest day since one that is over and due."""
        days = (each for each in self._known().due.next_day(day_of(now)) if each >= since)
        return next((task for day in days if (task := self._daily(day, now))), None)

    def _daily(self, day: date, now: datetime) -> Task | None:
        due, is_today, size = self._known().due, day == day_of(now), self._writer.daily_size(day)
        if day not in due.days and (size or not is_today):
            return None
        written = self._dailies.get(day)
        if size > len(HEAD) and written is not None and 0 <= (now - written).total_seconds() < self._every_s:
            return None
        names, sources = due.take_day(day), self._known().sources
        stations = [each for each in sources.values() if EVERY in names or each.station_id in names]
        self._dailies = {each: at for each, at in self._dailies.items() if now - at < 2 * SETTLED} | {day: now}
        self._stale_index = self._stale_index or not size
        steps = self._writer.daily(day, self._city, stations, self._works, even_empty=is_today)
        return Task(steps, Due(days={day: names}))

    def _survey(self, now: datetime) -> Task | None:
        memory = self._known()
        gauge_id = next((each for each in self._homes if each not in memory.surveyed), None)
        return None if gauge_id is None else Task(self._surveying(gauge_id, now))

    def _surveying(self, gauge_id: str, now: datetime) -> Iterator[None]:
        course = self._observed.course(gauge_id, now - REACH, now, REACH // STEP)
        if not course.whole:
            raise Unavailable("the past does not say since when there are readings")
        noticing.notice_survey(self._known(), self._homes[gauge_id], course.readings, STEP, now)
        self._known().surveyed.add(gauge_id)
        yield

    def _monthly(self, before: date) -> Task | None:
        due = self._known().due
        found = due.next_month(before)
        if found is None:
            return None
        station_id, month = found
        days = due.take_month(station_id, month, before)
        due.histories.add(station_id)
        self._stale_index = True
        source = self._known().sources.get(station_id) or Source(station_id, station_id, ())
        steps = self._writer.monthly(month, days, self._city, source, self._works)
        return Task(steps, Due(months={station_id: {month: days}}))

    def _history(self, before: date) -> Task | None:
        due = self._known().due
        station_id = due.next_history(before)
        if station_id is None:
            return None
        due.histories.discard(station_id)
        return Task(self._writer.history(station_id), Due(histories={station_id}))

    def _index(self) -> Task | None:
        return Task(self._indexing()) if self._stale_index else None

    def _indexing(self) -> Iterator[None]:
        """``data/files.json``: which daily and monthly files there are."""
        self._stale_index = False
        days, months = self._writer.days(), {}
        for station_id in self._writer.stations():
            months[station_id] = [f"{each:%Y-%m}" for each in self._writer.months(station_id)]
            yield
        self._since = min(days, default=None)
        body = as_json({"daily": [each.isoformat() for each in days], "stations": months})
        path = self._writer.folder / INDEX
        if not path.exists() or path.read_bytes() != body:
            files.write(path, body)

    def _known(self) -> Memory:
        assert self._memory is not None
        return self._memory

    @property
    def _city(self) -> City:
        assert self._registry is not None
        return self._registry.city

    def _works(self, day: date) -> Sequence[Maintenance]:
        """The work on gauges that had not ended when a day began, as it is known in this turn."""
        if day not in self._works_known:
            self._works_known[day] = self._maintenance.maintenance(span_of(day)[0])
        return self._works_known[day]
