"""Signs of life: who is heard, by whose clock, and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from ingest.pulse import STOPPED_AFTER_S, Basis, Disk, Fault, Listener, Part, Pulse, Trouble
from ingest.store.pulses import SqlPulses, pulses
from ingest.store.tables import metadata, open_database, writing

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
ALERTS = Pulse(Part.ALERTS, "host/1 77 5", "host (77)", "host", "0.1.0", NOON, NOON, beat=1)
DISK = Disk("/data", ("data",), free_bytes=5_000, size_bytes=10_000)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(f"sqlite:///{tmp_path / 'present.db'}")
    metadata.create_all(opened)
    yield opened
    opened.dispose()


def age_s(listener: Listener, pulse: Pulse, now: datetime = NOON) -> float:
    return listener.ages_s([pulse], now)[(pulse.process, pulse.part)]


def test_a_beat_that_moves_is_young_and_one_that_stands_still_grows_old() -> None:
    now_s = [100.0]
    listener = Listener(lambda: now_s[0])
    assert age_s(listener, ALERTS) == 0
    now_s[0] += 20
    assert age_s(listener, ALERTS) == 20
    assert age_s(listener, replace(ALERTS, beat=2)) == 0
    now_s[0] += STOPPED_AFTER_S + 1
    assert age_s(listener, replace(ALERTS, beat=2)) > STOPPED_AFTER_S


def test_the_clock_of_another_host_is_believed_at_the_first_sight_alone() -> None:
    now_s = [0.0]
    listener = Listener(lambda: now_s[0])
    assert age_s(listener, ALERTS, NOON + timedelta(hours=2)) == 7200
    now_s[0] = 5
    an_hour_slow = replace(ALERTS, beat=2, at=NOON - timedelta(hours=1))
    assert age_s(listener, an_hour_slow, NOON + timedelta(hours=2)) <= 5


def test_a_beat_that_moved_while_nobody_looked_is_as_old_as_its_own_time_says() -> None:
    now_s = [0.0]
    listener = Listener(lambda: now_s[0])
    hour_slow = replace(ALERTS, process="slow", at=NOON - timedelta(hours=1))
    listener.ages_s([ALERTS, hour_slow], NOON)
    now_s[0] = 300.0
    seconds = timedelta(seconds=1)
    died = replace(ALERTS, beat=2, at=NOON + 60 * seconds)
    lives = replace(hour_slow, beat=60, at=hour_slow.at + 297 * seconds)
    ages = listener.ages_s([died, lives], NOON + 300 * seconds)
    assert ages == {(died.process, Part.ALERTS): 240.0, ("slow", Part.ALERTS): 3.0}


def test_what_was_written_is_read_whole(engine: Engine) -> None:
    away = Trouble(Fault.BROKER_AWAY, failed=True, figures={"s": 63.0, "n": 2, "broker": "mqtt:1883"})
    basis = Basis((DISK,), {"present": 12}, 3, 4, None)
    said = [replace(ALERTS, standing_by=True, troubles=(away,)), replace(ALERTS, part=Part.BASIS, basis=basis)]
    SqlPulses(engine).beat(said)
    assert SqlPulses(engine).all() == said
    SqlPulses(engine).end(ALERTS.process, NOON)
    assert [each.ended for each in SqlPulses(engine).all()] == [True, True]


def test_a_process_that_was_not_heard_for_a_week_is_forgotten_and_one_of_yesterday_is_not(engine: Engine) -> None:
    store = SqlPulses(engine)
    store.beat([ALERTS])
    store.beat([replace(ALERTS, process="host/1 88 6", at=NOON + timedelta(days=1))])
    assert len(store.all()) == 2
    store.beat([replace(ALERTS, process="host/1 99 7", at=NOON + timedelta(days=7, hours=1))])
    assert [each.process for each in store.all()] == ["host/1 88 6", "host/1 99 7"]


def test_what_another_version_wrote_is_passed_over(engine: Engine) -> None:
    SqlPulses(engine).beat([ALERTS, replace(ALERTS, part=Part.EYES)])
    with writing(engine) as connection:
        new = [{"fault": "out_of_cheese", "failed": True}]
        connection.execute(update(pulses).where(pulses.c.part == "eyes").values(troubles=new))
    assert SqlPulses(engine).all() == [ALERTS]


def test_the_room_of_a_disk_is_noted_once_an_hour(engine: Engine) -> None:
    store, at_hand = SqlPulses(engine), replace(ALERTS, part=Part.BASIS)
    for minutes in (0, 30, 59, 61):
        disk = replace(DISK, free_bytes=5_000 - minutes)
        store.beat([replace(at_hand, at=NOON + timedelta(minutes=minutes), basis=Basis((disk,)))])
    assert store.samples() == {("host", "/data"): [(NOON, 5_000), (NOON + timedelta(minutes=61), 4_939)]}
