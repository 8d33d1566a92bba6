"""Tails the log and looks at the clock, lets the rules decide, and records what follows before anything is sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from alerts.engine.book import Book
from alerts.engine.ledger import Ledger
from alerts.engine.settings import AlertSettings
from alerts.records import STAGE, Transition
from alerts.rules.course import KEPT, Course, with_reading
from alerts.rules.facts import Facts
from alerts.rules.findings import EVERY_LEVEL, Cause, Change, Finding
from alerts.rules.kept import Alert
from alerts.rules.machine import is_history, lost, step
from alerts.rules.place import Place, places
from alerts.rules.table import ON_READING, ON_TICK, ReadingRule
from alerts.store.record import Key
from ingest.clock import Clock
from ingest.readings import Reading
from ingest.stations import Registry
from ingest.store.protocol import Log

log = logging.getLogger(__name__)

MOST_PER_TURN = 2000
SETTLE_S = 60.0
"""A level that came by late readings only is told when no newer one has come for so long."""


class Muting(Protocol):
    """Who may say that nobody is told."""

    def muted(self, transition: Transition) -> str:
        """Why nobody is told of it; empty where somebody is."""
        ...


class Engine:
    """Woken from outside; each turn considers what came since the last one, however long ago that was.

    What it remembers between turns is what is recorded: a turn that could not be written is forgotten whole.
    """

    def __init__(
        self,
        readings: Log,
        registry: Callable[[], Registry],
        ledger: Ledger,
        settings: AlertSettings,
        clock: Clock,
        facts: Callable[[Registry, Mapping[str, int]], Facts] | None = None,
    ) -> None:
        """``facts`` gathers what the rules of the clock look at, given the level of each gauge's stage alert."""
        self._readings = readings
        self._registry_now = registry
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._facts = facts
        self._known: dict[Key, Alert] | None = None
        self._courses: dict[str, Course] = {}
        self._registry: Registry | None = None
        self._places: Mapping[str, Place] = {}

    def turn(self) -> int:
        """Consider everything new; the number of readings considered."""
        considered = 0
        while batch := self._readings.readings_after(cursor := self._ledger.cursor(), MOST_PER_TURN):
            if not self._consider(cursor, batch):
                log.warning("another alert engine works on the same database: end one of them")
                break
            considered += len(batch)
        return considered

    def tick(self) -> int:
        """Look at what the clock alone changes: who is silent, what ended, what can be told now; the transitions."""
        book, now = self._open_book(), self._clock.now()
        silent: frozenset[str] = frozenset()
        if self._facts is not None and self._registry is not None:
            facts = self._facts(self._registry, self._firing(book))
            silent = frozenset(each.gauge_id for each in facts.health.gauges if each.silent)
            self._ask_the_clock(book, facts)
        self._lose(book, silent, now)
        self._catch_up(book, now)
        return len(book.changes) if self._record(book) else 0

    def forget(self) -> None:
        """Drop what is remembered: another engine may have worked on the same database since."""
        self._known = None
        self._courses = {}

    def _open_book(self) -> Book:
        if self._known is None:
            self._known = self._ledger.alerts()
        registry = self._registry_now()
        if registry is not self._registry:
            self._registry, self._places = registry, places(registry, self._settings.rules)
        self._ledger.begin(self._clock.now())
        return Book(self._known)

    def _consider(self, cursor: int, batch: Sequence[Reading]) -> bool:
        book = self._open_book()
        for reading in batch:
            place = self._places.get(reading.gauge_id)
            if place is not None:  # else retired since it reported: nobody is told about it any more
                self._consider_one(book, reading, place)
        return self._record(book, (cursor, batch[-1].seq))

    def _consider_one(self, book: Book, reading: Reading, place: Place) -> None:
        course = with_reading(self._course(reading), reading)
        self._courses[reading.gauge_id] = course
        stage = book.alert((STAGE, reading.gauge_id), place.station.id)
        for rule in ON_READING:
            finding = rule.find(reading, course, place) if place.rules.of(rule.name).enabled else None
            if finding is None or is_history(stage.standing, finding):
                continue
            self._apply(book, rule, finding, reading, course, place)

    def _apply(
        self, book: Book, rule: ReadingRule, finding: Finding, reading: Reading, course: Course, place: Place
    ) -> None:
        key = (rule.name, reading.gauge_id)
        before = book.alert(key, place.station.id)
        standing, changes = step(before.standing, finding, place.rules.of(rule.name).timing)
        alert = book.put(key, before, standing)
        live = self._is_live(reading)
        for change in changes:
            detail = {**rule.detail(change, standing, course, place), **finding.detail}
            transition = _of_reading(_transition(key, alert, change, self._clock.now(), detail), reading, live=live)
            self._note(book, key, change, transition)
        if live and not any(each.told for each in changes):
            self._tell_still(book, key, finding.at, lambda change: rule.detail(change, standing, course, place), reading)

    def _is_live(self, reading: Reading) -> bool:
        age = reading.received_at - reading.observed_at
        return age <= timedelta(seconds=self._settings.backfill_after_s)

    def _course(self, reading: Reading) -> Course:
        """What is remembered of a gauge; after a start what the log knows of its last half hour."""
        found = self._courses.get(reading.gauge_id)
        if found is not None:
            return found
        course = Course()
        for each in self._readings.history(reading.gauge_id, reading.observed_at - KEPT, reading.observed_at):
            course = with_reading(course, each)
        return course

    def _ask_the_clock(self, book: Book, facts: Facts) -> None:
        for rule in ON_TICK:
            named = {}
            if self._settings.rules.of(rule.name).enabled:
                named = {each.subject_id: each for each in rule.find(facts, self._settings.rules)}
            still = {key[1] for key, alert in book.known.items() if key[0] == rule.name and alert.standing.level}
            for subject_id in sorted({*named, *still}):
                found = named.get(subject_id)
                station_id = found.station_id if found else book.known[rule.name, subject_id].station_id
                finding = found.finding if found else Finding(0, EVERY_LEVEL, facts.now)
                self._step_by_clock(book, (rule.name, subject_id), station_id, finding)

    def _step_by_clock(self, book: Book, key: Key, station_id: str, finding: Finding) -> None:
        before = book.alert(key, station_id)
        settings = self._settings.rules.of(key[0])
        station = self._registry.stations.get(station_id) if self._registry else None
        timing = (settings.at(station.kind, station.id) if station else settings).timing
        standing, changes = step(before.standing, finding, timing)
        alert = book.put(key, before, standing)
        for change in changes:
            self._note(book, key, change, _transition(key, alert, change, self._clock.now(), finding.detail))

    def _lose(self, book: Book, silent: frozenset[str], now: datetime) -> None:
        """Alerts on readings whose gauge is silent, or was retired, stand at the last level known."""
        rules = {each.name for each in ON_READING}
        for key, known in book.known.items():
            gone = key[1] in silent or (self._registry is not None and key[1] not in self._registry.gauges)
            if key[0] in rules and known.standing.level and gone:
                alert = book.alert(key, known.station_id)
                standing, changes = lost(alert.standing, now)
                after = book.put(key, alert, standing)
                for change in changes:
                    self._note(book, key, change, _transition(key, after, change, now, _last_known(standing)))

    def _catch_up(self, book: Book, now: datetime) -> None:
        """Tell what could not be told before, where it still stands: a silence ended, late readings settled."""
        for key, known in book.known.items():
            alert = book.alert(key, known.station_id)
            newest = alert.standing.observed_at
            if alert.told != alert.standing.level and (newest is None or now - newest >= timedelta(seconds=SETTLE_S)):
                self._tell_still(book, key, now, lambda _: _last_known(alert.standing))

    def _tell_still(
        self,
        book: Book,
        key: Key,
        at: datetime,
        detail: Callable[[Change], Mapping[str, object]],
        reading: Reading | None = None,
    ) -> None:
        """A transition from the level that people were told of to the present one, unless nobody may be told yet."""
        alert = book.alert(key, "")
        standing = alert.standing
        if alert.told == standing.level:
            return
        change = Change(Cause.STILL, alert.told, standing.level, at, standing.unconfirmed, standing.unverified)
        transition = _transition(key, alert, change, self._clock.now(), detail(change))
        if reading is not None:
            transition = _of_reading(transition, reading, live=True)
        if not self._ledger.muted(transition):
            self._note(book, key, change, transition)

    def _note(self, book: Book, key: Key, change: Change, transition: Transition) -> None:
        noted = replace(transition, muted=self._ledger.muted(transition)) if change.told else transition
        book.note(key, change, noted)
        if change.told and noted.live and not noted.muted:
            book.told(key, change.to_level)

    def _firing(self, book: Book) -> dict[str, int]:
        return {key[1]: each.standing.level for key, each in book.known.items() if key[0] == STAGE}

    def _record(self, book: Book, moved: tuple[int, int] | None = None) -> bool:
        """Write it, then remember it; False, and nothing is remembered, where another engine was faster."""
        kept = book.to_keep()
        if not self._ledger.record(book, kept, moved):
            self.forget()
            return False
        assert self._known is not None
        self._known.update(book.changed)
        return True


def _transition(
    key: Key, alert: Alert, change: Change, now: datetime, detail: Mapping[str, object]
) -> Transition:
    return Transition(
        rule=key[0],
        subject_id=key[1],
        station_id=alert.station_id,
        from_level=change.from_level,
        to_level=change.to_level,
        cause=change.cause,
        observed_at=change.at,
        recorded_at=now,
        unconfirmed=change.unconfirmed,
        unverified=change.unverified,
        detail=detail,
    )


def _of_reading(transition: Transition, reading: Reading, *, live: bool) -> Transition:
    detail = {**transition.detail, "reasons": list(reading.reasons)} if reading.reasons else transition.detail
    return replace(
        transition, reading_seq=reading.seq, stage_m=reading.stage_m, observed_at=reading.observed_at, live=live, detail=detail
    )


def _last_known(standing: object) -> dict[str, object]:
    """What a message about the last level known says besides."""
    since, observed_at = getattr(standing, "since", None), getattr(standing, "observed_at", None)
    found = {"since": since and since.isoformat(), "last_at": observed_at and observed_at.isoformat()}
    return {name: value for name, value in found.items() if value}
