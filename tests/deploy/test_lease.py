"""Who holds a task: clocks of the machines play no part, and a former holder writes nothing more."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine

from deploy.holder import is_gone, this_process
from deploy.standby import StandbyIngest
from ingest.lease import Lease, NotHeld, Seen
from ingest.receiver import Counts
from ingest.store.appender import SqlAppender
from ingest.store.leases import SqlLeases, fence
from ingest.store.log import SqlLog
from ingest.store.protocol import Batch, Unavailable
from ingest.store.tables import writing
from tests.ingest.stores import database, reading

NAME = "ingest:mizumori-ingest"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = database(tmp_path)
    yield made
    made.dispose()


class Time:
    """Monotonic time that a test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Wall:
    """A machine's clock that a test sets as it likes."""

    def __init__(self) -> None:
        self.now = datetime(2026, 7, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def lease(engine: Engine, holder: str, time: Time, wall: Wall | None = None) -> Lease:
    return Lease(SqlLeases(engine, wall or Wall()), NAME, holder, monotonic=time)


def test_the_first_holds_and_the_second_stands_by(engine: Engine) -> None:
    time = Time()
    first, second = lease(engine, "a", time), lease(engine, "b", time)
    for _ in range(20):
        first.turn()
        second.turn()
        time.now_s += 2.0
        assert first.held
        assert not second.held


def test_the_second_takes_over_ten_seconds_after_the_last_sign_of_life_and_not_before(engine: Engine) -> None:
    time = Time()
    first, second = lease(engine, "a", time), lease(engine, "b", time)
    first.turn()
    begun = time.now_s
    while not second.held:
        second.turn()
        time.now_s += 1.0
        assert not (first.held and second.held)
    assert 10.0 <= time.now_s - begun <= 12.0
    assert (first.held, second.epoch) == (False, 2)


def test_a_holder_that_was_frozen_finds_its_time_over_when_it_wakes(engine: Engine) -> None:
    time = Time()
    first, second = lease(engine, "a", time), lease(engine, "b", time)
    first.turn()
    second.turn()
    time.now_s += 10.0
    second.turn()
    assert not first.held  # before it has asked anybody
    first.turn()
    assert first.epoch is None
    assert second.held


def test_clocks_that_are_set_by_years_change_nothing(engine: Engine) -> None:
    time, wall_of_first, wall_of_second = Time(), Wall(), Wall()
    first, second = lease(engine, "a", time, wall_of_first), lease(engine, "b", time, wall_of_second)
    for year in (2026, 2031, 1999, 2026):
        wall_of_first.now = datetime(year, 1, 1, tzinfo=UTC)
        wall_of_second.now = datetime(2050 - (year - 2000), 1, 1, tzinfo=UTC)
        for _ in range(5):
            first.turn()
            second.turn()
            assert first.held
            assert not second.held
            time.now_s += 2.0
    assert first.epoch == 1


def test_a_lease_that_is_given_back_is_taken_at_once(engine: Engine) -> None:
    time = Time()
    first, second = lease(engine, "a", time), lease(engine, "b", time)
    first.start()
    second.turn()
    first.stop()
    second.turn()
    assert second.held


def test_a_holder_that_was_frozen_goes_on_where_nobody_came(engine: Engine) -> None:
    time = Time()
    only = lease(engine, "a", time)
    only.turn()
    time.now_s += 60.0
    assert not only.held
    only.turn()
    assert only.held
    assert only.epoch == 1


def test_nobody_takes_over_from_a_writer_that_is_only_slow(engine: Engine) -> None:
    """Its transaction lasts longer than the lease, and holds up its own renewals as well."""
    time = Time()
    first, second = lease(engine, "a", time), lease(engine, "b", time)
    first.turn()
    second.turn()
    with writing(engine) as connection:
        fence(NAME, 1, time)(connection)
        time.now_s += 30.0
    second.turn()
    assert not second.held
    first.turn()
    assert (first.held, first.epoch) == (True, 1)


def test_of_two_who_take_at_the_same_moment_one_gets_it(engine: Engine) -> None:
    leases = SqlLeases(engine, Wall())
    assert leases.take(NAME, "dead", None) == 1
    seen = leases.seen(NAME)
    assert leases.take(NAME, "a", seen) == 2
    assert leases.take(NAME, "b", seen) is None
    assert leases.seen(NAME) == Seen("a", 2, 0)


class Ingest:
    """An ingest of one tenure, of which the first cannot start."""

    receiver = SimpleNamespace(counts=Counts())

    def __init__(self, story: list[str]) -> None:
        self.story = story

    def start(self) -> None:
        self.story.append("start")
        if len(self.story) == 1:
            raise RuntimeError("can't start new thread")

    def give_up(self) -> None:
        self.story.append("give up")

    def stop(self) -> None:
        self.story.append("stop")


def test_an_ingest_that_could_not_start_is_made_anew_and_does_not_hold_the_lease_idle(engine: Engine) -> None:
    story: list[str] = []
    other = lease(engine, "other", Time())
    other.turn()
    standby = StandbyIngest(lease(engine, "a", Time()), lambda _: Ingest(story))  # type: ignore[arg-type, return-value]
    standby.start()
    SqlLeases(engine, Wall()).release(NAME, 1)
    until = time.monotonic() + 10
    while len(story) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    standby.stop()
    assert story == ["start", "give up", "start", "stop"]


def test_a_former_holder_writes_nothing_more(engine: Engine) -> None:
    leases = SqlLeases(engine, Wall())
    assert leases.take(NAME, "a", None) == 1
    former = SqlAppender(engine, fence(NAME, 1))
    former.append(Batch(readings=[reading(1.0, 1)]))
    assert leases.take(NAME, "b", leases.seen(NAME)) == 2
    with pytest.raises(NotHeld, match="passed to another process"):
        former.append(Batch(readings=[reading(2.0, 2)]))
    SqlAppender(engine, fence(NAME, 2)).append(Batch(readings=[reading(3.0, 3)]))
    assert [each.stage_m for each in SqlLog(engine).readings_after(0)] == [1.0, 3.0]


def test_while_the_database_cannot_be_asked_the_holder_lets_go_in_time(tmp_path: Path) -> None:
    class Away(SqlLeases):
        away = False

        def renew(self, name: str, epoch: int) -> bool:
            if self.away:
                raise Unavailable("the disk is full")
            return super().renew(name, epoch)

    time, leases = Time(), Away(database(tmp_path), Wall())
    only = Lease(leases, NAME, "a", monotonic=time)
    only.turn()
    leases.away = True
    time.now_s += 6.0
    with pytest.raises(Unavailable):
        only.turn()
    assert only.held
    time.now_s += 1.0
    assert not only.held


def test_a_process_that_ended_is_known_to_be_gone_and_one_that_runs_is_not() -> None:
    program = "import sys; from deploy.holder import this_process; print(this_process(), flush=True); sys.stdin.read()"
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert child.stdout is not None
    name = child.stdout.readline().strip()
    assert not is_gone(name)
    child.kill()
    child.communicate()
    assert is_gone(name)
    assert not is_gone(this_process())
    assert str(os.getpid()) in this_process()


@pytest.mark.parametrize("name", ["", "elsewhere 1 1", "words only", "another/boot/pid:[1] 99999999 1"])
def test_of_a_process_elsewhere_nobody_says_that_it_is_gone(name: str) -> None:
    assert not is_gone(name)
