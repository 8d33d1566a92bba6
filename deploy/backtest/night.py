"""The real chain on a database that lives as long as the backtest: nothing is simulated but the time.

Readings are judged, kept, considered and told in the order and at the times of their receipt. Between two receipts the
clock stops where something is due: a gauge falls silent, a digest is made. At the end it stops: what came after the
recording nobody knows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine as Database
from sqlalchemy import event, select

from alerts.dispatch.dispatch import Dispatch, NoLinks, Surroundings
from alerts.engine.engine import Engine
from alerts.engine.gather import Gather
from alerts.engine.ledger import Ledger
from alerts.engine.settings import AlertSettings
from alerts.incidents.course import Policy
from alerts.messages.told import Context
from alerts.people import Directory
from alerts.records import Delivery, Transition
from alerts.rules.facts import Facts
from alerts.store.deliveries import delivery_of
from alerts.store.record import SqlRecord
from alerts.store.tables import deliveries, message_transitions
from ingest.health.limits import HealthSettings
from ingest.health_keeper import HealthKeeper
from ingest.messages import Message
from ingest.pipeline import interpret
from ingest.quality import ClockLimits, QualityControl
from ingest.readings import Reading
from ingest.roster import Roster
from ingest.stations import Registry
from ingest.store.appender import SqlAppender
from ingest.store.health import SqlHealth
from ingest.store.log import SqlLog
from ingest.store.protocol import Batch
from ingest.store.recall import SqlRecall
from ingest.store.registry import SqlRegistry
from ingest.store.tables import metadata, open_database
from simulators.messages import reading_message
from simulators.replay import Row

TOGETHER_S = 10.0
"""Readings received within so many seconds are taken in at once, as a busy house takes them."""
SETTLED = timedelta(seconds=61)
"""After the last reading the devices are looked at once more: what came late is told then."""
Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Chain:
    """The numbers of the chain, and who is told."""

    alerts: AlertSettings
    health: HealthSettings
    clocks: ClockLimits
    directory: Directory


@dataclass(frozen=True, slots=True)
class Told:
    """A message as one recipient would have got it, and the transitions that it tells of."""

    delivery: Delivery
    transition_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Night:
    """What came of a recording: every row of the log, every transition, every message, and messages refused."""

    registry: Registry
    readings: Sequence[Reading]
    transitions: Sequence[Transition]
    told: Sequence[Told]
    refused: Mapping[str, int]


@dataclass
class Hands:
    """A clock that is set by hand."""

    at: datetime
    speed: float = 1.0

    def now(self) -> datetime:
        """The time that was set."""
        return self.at


def backtest(rows: Sequence[Row], registry: Registry, chain: Chain, progress: Progress | None = None) -> Night:
    """Run a recording, which is not empty and in the order in which it is due; the result is the same every time."""
    with tempfile.TemporaryDirectory(prefix="mizumori-backtest-") as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'night.db'}")
        event.listen(database, "connect", _hurry)
        metadata.create_all(database)
        try:
            return _Run(database, registry, chain, rows[0].due_at).through(rows, progress)
        finally:
            database.dispose()


def _hurry(connection: Any, _: object) -> None:
    """Nothing of this database has to outlive a power cut."""
    connection.execute("PRAGMA synchronous=OFF")


class _Run:
    """The parts of the chain, made for one night."""

    def __init__(self, database: Database, registry: Registry, chain: Chain, begins_at: datetime) -> None:
        self._database = database
        self._chain = chain
        self._clock = Hands(begins_at)
        store = SqlRegistry(database)
        store.apply(registry, begins_at, "backtest")
        self._registry = store.registry() or registry
        self._roster = Roster.of(self._registry)
        self._log = SqlLog(database)
        self._control = QualityControl(SqlRecall(database), chain.clocks)
        self._appender = SqlAppender(database)
        health = SqlHealth(database)
        self._keeper = HealthKeeper(self._log, health, lambda: self._registry, chain.health, self._clock)
        self._gather = Gather(lambda: self._registry, health, self._log, chain.health, self._clock.now)
        ledger = Ledger(database, Policy(chain.alerts.escalation))
        self._engine = Engine(self._log, lambda: self._registry, ledger, chain.alerts, self._clock)
        self._dispatch = Dispatch(database, self._surroundings(), chain.alerts.digest_s)
        self._look_at: datetime | None = None
        self._anybody_silent = True

    def _surroundings(self) -> Surroundings:
        numbers = iter(range(1, 2**62))
        return Surroundings(
            directory=lambda: self._chain.directory,
            context=lambda: Context(self._registry, self._clock.now()),
            links=NoLinks(),
            new_key=lambda: str(UUID(int=next(numbers))),  # not random: two runs must be alike
        )

    def through(self, rows: Sequence[Row], progress: Progress | None) -> Night:
        done = 0
        for now, together in _together(rows):
            self._wait_until(now)
            self._receive(together, now)
            done += len(together)
            if progress is not None:
                progress(done, len(rows))
        return self._night()

    def _wait_until(self, then: datetime) -> None:
        """Stop wherever something is due before then."""
        while True:
            due = [each for each in (self._look_at, self._dispatch.due_at()) if each is not None]
            stop = max(min(due, default=then), self._clock.at)
            if stop >= then:
                break
            self._clock.at = stop
            if self._look_at is not None and self._look_at <= stop:
                self._look()
            self._dispatch.turn(stop)
        self._clock.at = then

    def _receive(self, rows: Sequence[Row], now: datetime) -> None:
        kept = [interpret(self._message(row), self._roster, self._chain.clocks) for row in rows]
        judgement = self._control.judge([each for found in kept for each in found.readings], self._roster)
        letters = [each for found in kept for each in found.dead_letters]
        self._appender.append(Batch(readings=judgement.readings, dead_letters=letters))
        self._control.adopt(judgement)
        self._engine.turn()
        if self._anybody_silent:  # who reports again is silent no more
            self._look()
        self._look_at = min(self._look_at or now + SETTLED, now + SETTLED)
        self._dispatch.turn(now)

    def _message(self, row: Row) -> Message:
        said = reading_message(self._registry.gauges[row.gauge_id], row.stage_m, row.observed_at)
        return Message(said.topic, said.payload, row.due_at, len(said.payload))

    def _look(self) -> None:
        """Look at the devices, and know when to look again: when the next of them will be silent."""
        self._keeper.turn()
        self._look_at = None
        self._engine.tick(self._facts)

    def _facts(self, firing: Mapping[str, int]) -> Facts | None:
        facts = self._gather.facts(firing)
        if facts is not None:
            gauges = facts.health.gauges
            self._anybody_silent = any(each.silent for each in gauges)
            due = [each.silent_from for each in gauges if each.silent_from is not None and not each.silent]
            self._look_at = max(min(due), self._clock.at) + timedelta(seconds=1) if due else None
        return facts

    def _night(self) -> Night:
        with self._database.connect() as connection:
            sent = [delivery_of(row) for row in connection.execute(select(deliveries).order_by(deliveries.c.id))]
            about: dict[int, list[int]] = {}
            for row in connection.execute(select(message_transitions)):
                about.setdefault(row.message_id, []).append(row.transition_id)
        return Night(
            registry=self._registry,
            readings=self._log.readings_after(0, 100_000_000),
            transitions=SqlRecord(self._database).transitions_after(0),
            told=[Told(each, tuple(about.get(each.message_id, ()))) for each in sent],
            refused=self._log.dead_letters().counts,
        )


def _together(rows: Sequence[Row]) -> Iterator[tuple[datetime, list[Row]]]:
    for _, found in groupby(rows, key=lambda row: row.due_at.timestamp() // TOGETHER_S):
        together = list(found)
        yield together[-1].due_at, together
