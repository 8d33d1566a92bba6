"""The engine and what it records, on a database with everything around it real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine as Database
from sqlalchemy import select

from alerts.engine.engine import Engine
from alerts.engine.ledger import NAME, Ledger
from alerts.engine.settings import AlertSettings
from alerts.records import STAGE, Entry, Incident, Transition
from alerts.rules.facts import Facts
from alerts.rules.kept import Alert
from alerts.rules.machine import Standing
from alerts.rules.settings.rules import RulesSettings
from alerts.store.incidents import incidents_of
from alerts.store.record import SqlRecord
from alerts.store.tables import chronology
from ingest.health.problems import Finding as DeviceFinding
from ingest.health.problems import GaugeHealth, Health, Problem
from ingest.readings import Reading
from ingest.rhythm import Mode
from ingest.stations import Registry
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.protocol import Batch
from ingest.store.registry import SqlRegistry
from tests.alerts.night import DUSK, GAUGE, REGISTRY, HandClock, at


def stage_alone(**more: object) -> AlertSettings:
    """Settings with every other rule off, so that one change of the water makes one transition."""
    off = {name: {"enabled": False} for name in RulesSettings.model_fields if name != STAGE}
    return AlertSettings.model_validate({"rules": off, **more})


@dataclass
class House:
    """``restarted`` is a new process on the same database."""

    database: Database
    settings: AlertSettings = field(default_factory=stage_alone)
    clock: HandClock = field(default_factory=lambda: HandClock(at(60)))
    silent: Sequence[str] = ()
    last_at: datetime | None = None
    """The newest observation of the silent ones when they were judged."""

    def __post_init__(self) -> None:
        self.record = SqlRecord(self.database)
        self.stored = SqlRegistry(self.database)
        self.ledger = Ledger(self.database)
        self.engine = Engine(SqlLog(self.database), self.registry, self.ledger, self.settings, self.clock)

    def registry(self) -> Registry:
        found = self.stored.registry()
        assert found is not None
        return found

    def serve(self, registry: Registry = REGISTRY) -> None:
        self.stored.apply(registry, DUSK, "test")

    def receive(self, *readings: Reading) -> None:
        SqlAppender(self.database).append(Batch(readings=readings))

    def tick(self) -> int:
        return self.engine.tick(self.facts)

    def facts(self, firing: Mapping[str, int]) -> Facts:
        """Gauges named as silent are, and nothing else is known of any device."""
        del firing
        return Facts(self.clock.now(), self.registry(), Health(self.clock.now(), tuple(map(self._silent, self.silent))))

    def _silent(self, gauge_id: str) -> GaugeHealth:
        finding = DeviceFinding(Problem.SILENT, self.clock.now())
        return GaugeHealth(gauge_id, Mode.STEADY, 600.0, (finding,), observed_at=self.last_at)

    def restarted(self) -> House:
        return House(self.database, self.settings, self.clock, self.silent)

    def transitions(self, rule: str = STAGE) -> list[Transition]:
        return [each for each in self.record.transitions_after(0) if each.rule == rule]

    def steps(self) -> list[tuple[int, int]]:
        """The changes of level."""
        found = [(each.from_level, each.to_level) for each in self.transitions() if each.cause != "still"]
        return [each for each in found if each[0] != each[1]]

    def causes(self) -> list[str]:
        return [each.cause for each in self.transitions()]

    def incidents(self) -> list[Incident]:
        with self.database.connect() as connection:
            return list(reversed(incidents_of(connection, closed=True)))

    def entries(self) -> list[Entry]:
        with self.database.connect() as connection:
            rows = connection.execute(select(chronology).order_by(chronology.c.seq))
            return [Entry(**row._mapping) for row in rows]

    def cursor(self) -> int:
        return self.record.cursor(NAME)

    def alert(self, gauge_id: str = GAUGE.id, rule: str = STAGE) -> Alert | None:
        return self.record.alerts().get((rule, gauge_id))

    def standing(self, gauge_id: str = GAUGE.id) -> Standing | None:
        found = self.alert(gauge_id)
        return None if found is None else found.standing


def refuse(database: Database, table: str) -> None:
    """From now on the database refuses every new row of a table."""
    with database.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER refused BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )


def accept(database: Database) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER refused")
