"""The alerts of a database of revision 0007, which knew one rule: they go on, and nobody is told anything twice."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from alerts.deliveries.outbox import Outbox
from alerts.records import Outcome
from alerts.rules.findings import Cause
from alerts.store.deliveries import SqlDeliveries
from deploy.migrations.alembic_run import run
from deploy.migrations.lineage import PRESENT
from deploy.migrations.upgrade import kept
from ingest.readings import Reading
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch
from ingest.store.registry import SqlRegistry
from ingest.store.tables import open_database, writing
from tests.alerts.fake_channels import Counting
from tests.alerts.house import House
from tests.alerts.night import DUSK, GAUGE, OTHER_GAUGE, REGISTRY, HandClock, at, reading
from tests.alerts.test_dispatch import Desk
from tests.deploy.test_migrations import opened

OUTCOMES = ("pending", "sending", "sent", "failed", "unknown")
GONE = 9
"""The number of a transition of which only the deliveries are left."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A river at hazard 3 since dusk, below all its levels from minute 10 on; another one that was always low."""
    found = tmp_path / "city.db"
    engine = open_database(f"sqlite:///{found}")
    with writing(engine) as connection:
        kept.create_all(connection)
        run(connection, PRESENT, "0007")
    SqlRegistry(engine).apply(REGISTRY, DUSK, "test")
    SqlAppender(engine).append(Batch(readings=[prompt(0, 3.2), prompt(10, 0.5), prompt(11, 0.5, OTHER_GAUGE.id)]))
    engine.dispose()
    below = {str(level): at(10).isoformat() for level in (1, 2, 3)}
    write(
        found,
        ("alert_cursors", ("level", 3)),
        ("alert_states", (GAUGE.id, 3, False, text(at(10)), json.dumps(below))),
        ("alert_states", (OTHER_GAUGE.id, 0, False, text(at(11)), "{}")),
        ("transitions", (1, "fujii-02", "fujii", 0, 1, 1.1, text(at(-200)), text(at(-200)), 1, "rise", False)),
        ("transitions", (2, "fujii-02", "fujii", 1, 0, 0.5, text(at(-100)), text(at(-100)), 1, "fall", False)),
        ("transitions", (3, GAUGE.id, "fujii", 0, 3, 3.2, text(at(0)), text(at(1)), 1, "rise", True)),
        ("transitions", (4, GAUGE.id, "fujii", 3, 3, 3.2, text(at(0)), text(at(1)), 1, "confirmed", False)),
        *(("deliveries", delivery(number, 3, outcome)) for number, outcome in enumerate(OUTCOMES, 1)),
        ("deliveries", delivery(6, GONE, "pending")),
        ("deliveries", delivery(7, GONE, "sent")),
    )
    return found


@pytest.fixture
def database(file: Path) -> Engine:
    return opened(file)


def test_an_open_alert_ends_when_its_hold_is_over(database: Engine) -> None:
    house = House(database)
    assert house.engine.turn() == 0
    house.receive(prompt(29, 0.5))
    house.engine.turn()
    assert house.steps() == [(0, 1), (1, 0), (0, 3)]
    house.receive(prompt(30, 0.5))
    house.engine.turn()
    assert house.steps() == [(0, 1), (1, 0), (0, 3), (3, 0)]
    standing = house.standing()
    assert standing is not None
    assert (standing.level, standing.below, standing.since) == (0, {}, None)


def test_an_open_alert_goes_on_rising_from_where_it_was(database: Engine) -> None:
    house = House(database)
    house.receive(prompt(12, 4.2))
    house.engine.turn()
    assert house.steps()[-1] == (3, 4)
    assert house.transitions()[-1].detail["since"] == at(0).isoformat()


def test_what_is_older_than_the_newest_reading_of_before_is_late(database: Engine) -> None:
    house = House(database)
    house.receive(replace(prompt(9, 4.5), received_at=at(12)))
    house.engine.turn()
    assert len(house.transitions()) == 4


def test_a_gauge_that_never_had_an_alert_raises_one_at_its_station(database: Engine) -> None:
    house = House(database)
    house.receive(prompt(20, 4.2, OTHER_GAUGE.id))
    house.engine.turn()
    assert house.transitions()[-1].station_id == OTHER_GAUGE.station_id


def test_every_run_of_a_station_is_an_incident_and_the_last_one_is_open(database: Engine) -> None:
    house = House(database)
    over, still = house.incidents()
    assert (over.opened_at, over.closed_at, over.level, over.peak_level) == (at(-200), at(-100), 0, 1)
    assert (still.opened_at, still.open, still.level, still.peak_level) == (at(1), True, 3, 3)
    assert [each.incident_id for each in house.transitions()] == [over.id, over.id, still.id, still.id]
    house.receive(prompt(30, 0.5))
    house.engine.turn()
    assert house.transitions()[-1].incident_id == still.id
    assert [each.open for each in house.incidents()] == [False, False]


def test_nobody_is_told_again_of_what_was_told_before_and_of_what_follows_they_are(database: Engine) -> None:
    house, desk = House(database), Desk(database, clock=HandClock(at(60)))
    house.engine.turn()
    house.tick()
    assert desk.turn() == 0
    house.receive(prompt(30, 0.5))
    house.engine.turn()
    assert desk.turn() == 2
    assert [(each.from_level, each.to_level, each.cause) for each in house.transitions()[4:]] == [(3, 0, Cause.FALL)]


def test_every_delivery_is_kept_as_it_was_with_its_message(file: Path) -> None:
    columns = "id, recipient_id, channel, address, subject, body, outcome, attempts, due_at, settled_at, error"
    before = rows(file, f"SELECT {columns} FROM deliveries")
    database = opened(file)
    assert rows(file, f"SELECT {columns} FROM deliveries") == before
    found = House(database).record.deliveries_of([1, 2, 3, 4, GONE])
    assert {number: [each.id for each in told] for number, told in found.items()} == {3: [1, 2, 3, 4, 5]}
    assert [each.id for each in SqlDeliveries(database).of_message(GONE)] == [6, 7]
    assert {each.level for each in found[3]} == {3}
    assert len({each.key for each in [*found[3], *SqlDeliveries(database).of_message(GONE)]}) == 7


def test_what_waited_is_sent_once_more_and_nothing_else(database: Engine) -> None:
    channel, deliveries = Counting(), SqlDeliveries(database)
    outbox = Outbox("email", channel, deliveries, HandClock(at(60)))
    outbox.work_off()
    outbox.stop()
    assert sorted(channel.sent) == [1, 2, 6]
    outcomes = {each.id: each.outcome for each in (*deliveries.of_message(3), *deliveries.of_message(GONE))}
    sent, failed, unknown = Outcome.SENT, Outcome.FAILED, Outcome.UNKNOWN
    assert outcomes == {1: sent, 2: sent, 3: sent, 4: failed, 5: unknown, 6: sent, 7: sent}


def prompt(minute: float, stage_m: float, gauge_id: str = GAUGE.id) -> Reading:
    """A reading that was received at once."""
    return replace(reading(minute, stage_m, gauge_id=gauge_id), received_at=at(minute))


def delivery(number: int, transition_id: int, outcome: str) -> tuple[Any, ...]:
    settled = None if outcome in ("pending", "sending") else text(at(2))
    attempts = 0 if outcome == "pending" else 1
    error = "the server hung up" if outcome in ("failed", "unknown") else ""
    of_whom = (f"duty-{number}", "email", f"duty-{number}@town.example", f"S{number}", f"B{number}")
    return (number, transition_id, *of_whom, outcome, attempts, text(at(1)), settled, error)


def text(at: datetime) -> str:
    """A time as the program keeps it in SQLite."""
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"


def write(file: Path, *found: tuple[str, tuple[Any, ...]]) -> None:
    with closing(sqlite3.connect(file)) as connection:
        for table, row in found:
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        connection.commit()


def rows(file: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(statement).fetchall()
