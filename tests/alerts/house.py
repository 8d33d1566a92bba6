"""The engine on a database, with everything around it real."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine as Database

from alerts.engine import AlertSettings, Engine
from alerts.people import Recipient
from alerts.records import Delivery, Transition
from alerts.rules import LevelState
from alerts.store import SqlAlerts
from ingest.readings import Reading
from ingest.stations import Registry
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.protocol import Batch
from ingest.store.registry import SqlRegistry
from tests.alerts.night import DUSK, GAUGE, REGISTRY, HandClock, at, recipient


class House:
    """``restarted`` is a new process on the same database."""

    def __init__(self, database: Database, recipients: Sequence[Recipient] = (recipient(),)) -> None:
        self.database = database
        self.recipients = tuple(recipients)
        self.clock = HandClock(at(60))
        self.alerts = SqlAlerts(database)
        self.stored = SqlRegistry(database)
        settings = AlertSettings(recipients=self.recipients)
        self.engine = Engine(SqlLog(database), self.registry, self.alerts, settings, self.clock, "http://mizumori.test")

    def registry(self) -> Registry:
        found = self.stored.registry()
        assert found is not None
        return found

    def serve(self, registry: Registry = REGISTRY) -> None:
        self.stored.apply(registry, DUSK, "test")

    def receive(self, *readings: Reading) -> None:
        SqlAppender(self.database).append(Batch(readings=readings))

    def restarted(self) -> House:
        return House(self.database, self.recipients)

    def transitions(self) -> list[Transition]:
        return self.alerts.transitions_after(0)

    def steps(self) -> list[tuple[int, int]]:
        return [(each.from_hazard, each.to_hazard) for each in self.transitions()]

    def deliveries(self) -> list[Delivery]:
        return self.alerts.deliveries_of([each.id for each in self.transitions()])

    def told(self) -> list[str]:
        return [each.recipient_id for each in self.deliveries()]

    def state(self) -> LevelState | None:
        return self.alerts.states({GAUGE.id}).get(GAUGE.id)


def told_by(database: Database, *recipients: Recipient) -> House:
    made = House(database, recipients)
    made.serve()
    return made


def refuse(database: Database, table: str) -> None:
    """From now on the database refuses every new row of a table."""
    with database.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER refused BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )


def accept(database: Database) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER refused")
