"""Tails the log and looks at the clock, lets the rules decide, and records what follows before anything is sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from alerts.engine import present
from alerts.engine.book import Book
from alerts.engine.clock_side import OF_READINGS, Details, ask_rules, catch_up, lose
from alerts.engine.late import Late
from alerts.engine.ledger import Ledger
from alerts.engine.settings import AlertSettings
from alerts.engine.telling import Source, Telling
from alerts.incidents.muting import gateways_out
from alerts.records import STAGE, Transition
from alerts.rules.course import KEPT, Course, with_reading
from alerts.rules.facts import Facts
from alerts.rules.findings import Finding
from alerts.rules.kept import Alert
from alerts.rules.machine import is_history, step
from alerts.rules.place import Place, places
from alerts.rules.table import ON_READING, ReadingRule
from alerts.store.record import Key
from ingest.clock import Clock
from ingest.readings import Quality, Reading
from ingest.stations import Quantity, Registry
from ingest.store.protocol import Log

log = logging.getLogger(__name__)

MOST_PER_TURN = 2000


class Engine:
    """Woken from outside; each turn considers what came since the last one, however long ago that was.

    What it remembers between turns is what is recorded: a turn that could not be written is forgotten whole.
    """

    def __init__(
        self, readings: Log, registry: Callable[[], Registry], ledger: Ledger, settings: AlertSettings, clock: Clock
    ) -> None:
        self._readings = readings
        self._registry_now = registry
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._known: dict[Key, Alert] | None = None
        self._courses: dict[str, Course] = {}
        self._late = Late()
        self._registry: Registry | None = None
        self._places: Mapping[str, Place] = {}
        self._found: tuple[datetime, Details] | None = None

    def turn(self) -> int:
        """Consider everything new; the number of readings considered."""
        considered = 0
        while batch := self._readings.readings_after(cursor := self._ledger.cursor(), MOST_PER_TURN):
            if not self._consider(cursor, batch):
                log.info("the alerts were changed by another hand; they are read again")
                break
            considered += len(batch)
        return considered

    def tick(self, gather: Callable[[Mapping[str, int]], Facts | None]) -> int:
        """Look at what the clock alone changes; the number of transitions.

        ``gather`` makes the facts, given the level at which each gauge's stage stands; None where nothing is known.
        """
        facts = gather(self._firing(self._read()))
        self._ledger.outages = gateways_out(facts.health) if facts is not None else {}
        telling = self._begin()
        details: Details = {}
        if facts is not None:
            details = ask_rules(telling, facts, self._settings)
            silent = {each.gauge_id: each.observed_at for each in facts.health.gauges if each.silent}
            lose(telling, silent, facts.registry, self._last_m)
        catch_up(telling, self._late.filling(telling.now), self._last_m, details)
        written = self._record(telling.book)
        self._found = (facts.now, details) if facts is not None else None
        telling.complain()
        return len(telling.book.changes) if written else 0

    def by_now(self, transition: Transition) -> Transition:
        """A transition that is told again, with how things are by now; as it was where nothing newer is known."""
        key = (transition.rule, transition.subject_id)
        if key[0] in OF_READINGS:
            return present.of_reading(transition, self._courses.get(key[1], Course()))
        if self._found is None:
            return transition
        at, details = self._found
        alert = self._read().get(key)
        return present.of_clock(transition, None if alert is None else alert.standing, details.get(key), at)

    def forget(self) -> None:
        """Drop what is remembered: another hand may have changed what is recorded."""
        self._known = None
        self._courses = {}

    def _read(self) -> dict[Key, Alert]:
        if self._known is None:
            self._known = self._ledger.alerts()
        return self._known

    def _begin(self) -> Telling:
        known = self._read()
        registry = self._registry_now()
        if registry is not self._registry:
            self._registry, self._places = registry, places(registry, self._settings.rules)
        now = self._clock.now()
        self._ledger.begin(now)
        return Telling(Book(known), self._ledger, now)

    def _consider(self, cursor: int, batch: Sequence[Reading]) -> bool:
        telling = self._begin()
        for reading in batch:
            # What a pump or gate says of itself is no stage; the rules of the clock look at it.
            place = self._places.get(reading.gauge_id) if reading.quantity is Quantity.STAGE else None
            if place is not None:  # else retired since it reported: nobody is told about it any more
                self._ask_rules(telling, reading, place)
        written = self._record(telling.book, (cursor, batch[-1].seq))
        telling.complain()
        return written

    def _ask_rules(self, telling: Telling, reading: Reading, place: Place) -> None:
        course = with_reading(self._course(reading), reading)
        self._courses[reading.gauge_id] = course
        stage = telling.book.alert((STAGE, reading.gauge_id), place.station.id).standing
        source = Source(reading, self._is_live(reading))
        if not source.live:
            self._late.came(reading.gauge_id, telling.now)
        for rule in ON_READING:
            with telling.apart((rule.name, reading.gauge_id)):
                finding = rule.find(reading, course, place) if place.rules.of(rule.name).enabled else None
                if finding is not None and not is_history(stage, finding):
                    self._step(telling, rule, finding, source, course, place)

    def _step(
        self, telling: Telling, rule: ReadingRule, finding: Finding, source: Source, course: Course, place: Place
    ) -> None:
        key = (rule.name, source.reading.gauge_id)
        alert = telling.book.alert(key, place.station.id)
        standing, changes = step(alert.standing, finding, place.rules.of(rule.name).timing)
        telling.book.put(key, alert, standing)
        for change in changes:
            telling.note(key, change, {**rule.detail(change, standing, course, place), **finding.detail}, source)
        if source.live and not any(each.told for each in changes):
            telling.note_still(key, finding.at, lambda change: rule.detail(change, standing, course, place), source)

    def _is_live(self, reading: Reading) -> bool:
        return reading.received_at - reading.observed_at <= timedelta(seconds=self._settings.backfill_after_s)

    def _course(self, reading: Reading) -> Course:
        """What is remembered of a gauge; after a start what the log knows of its last half hour."""
        found = self._courses.get(reading.gauge_id)
        if found is not None:
            return found
        course = Course()
        for each in self._readings.history(reading.gauge_id, reading.observed_at - KEPT, reading.observed_at):
            course = with_reading(course, each)
        return course

    def _last_m(self, gauge_id: str, alert: Alert) -> float | None:
        """The stage that the alert saw last; after a start the log is asked."""
        at = alert.standing.observed_at
        if at is None:
            return None
        course = self._courses.get(gauge_id)
        if course is not None and course.samples and course.samples[-1].at == at:
            return course.samples[-1].stage_m
        found = [each for each in self._readings.history(gauge_id, at, at) if each.quality is Quality.GOOD]
        return found[-1].stage_m if found else None

    @staticmethod
    def _firing(known: Mapping[Key, Alert]) -> dict[str, int]:
        return {key[1]: each.standing.level for key, each in known.items() if key[0] == STAGE}

    def _record(self, book: Book, moved: tuple[int, int] | None = None) -> bool:
        """Write it, then remember it; False, and nothing is remembered, where another hand was faster."""
        try:
            written = self._ledger.record(book, book.to_keep(), moved)
        except Exception:
            self._known = None  # a commit that seems to have failed may have been made all the same
            raise
        if not written:
            self.forget()
            return False
        self._read().update(book.changed)
        return True
