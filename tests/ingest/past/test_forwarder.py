"""The log handed on to the past: nothing lost, nothing twice, nobody waits."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ingest.clock import TrueClock
from ingest.readings import Quality, Reading, Reason
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.past.forwarder import MOST_PER_BATCH, MOST_REFUSED, Condition, Forwarder
from ingest.store.past.lanes import LIVE, Lane, SqlLanes
from ingest.store.past.protocol import Past, PastAway, PastClosed, PastError, PastRefused, PastTooLarge
from ingest.store.past.sqlite import SqlitePast
from ingest.store.protocol import Batch
from tests.ingest.cities import NOON
from tests.ingest.past.influxd import Influxd
from tests.ingest.past.pasts import dated, everything
from tests.ingest.stores import database, newest_letters


class Picky(SqlitePast):
    """A past that does as it is told: it raises what stands first in ``troubles``, and never takes ``bad`` values."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.troubles: list[PastError] = []
        self.bad: frozenset[float] = frozenset()
        self.most = 1_000_000
        self.batches: list[list[int]] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def keep(self, readings: Sequence[Reading]) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        if len(readings) > self.most:
            raise PastTooLarge("too many")
        if any(each.value in self.bad for each in readings):
            raise PastRefused("a bad one among them")
        self.batches.append([each.seq for each in readings])
        self.meanwhile()
        super().keep(readings)


@dataclass
class Watch:
    """Seconds that pass when they are told to."""

    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


def append(engine: Engine, count: int, first: int = 0, gauges: int = 7) -> list[Reading]:
    """Put some readings in the log; what it has of them."""
    made = [
        dated(number / 100, NOON + timedelta(seconds=number), f"gauge-{number % gauges}")
        for number in range(first, first + count)
    ]
    before = SqlLog(engine).marks().reading_seq
    for begin in range(0, count, 2_000):
        SqlAppender(engine).append(Batch(readings=made[begin : begin + 2_000]))
    return SqlLog(engine).readings_after(before, count)


def forwarder(engine: Engine, past: Past, watch: Watch | None = None, most: int = MOST_PER_BATCH) -> Forwarder:
    """A forwarder at noon."""
    clock, lanes = TrueClock(lambda: NOON), SqlLanes(engine, past.name)
    return Forwarder(SqlLog(engine), lanes, past, clock, watch or Watch(), random.Random(1), most)


def kept(past: Past, gauges: int = 7) -> set[Reading]:
    """All that the past has."""
    return set().union(*(everything(past, f"gauge-{number}") for number in range(gauges)))


@pytest.fixture
def picky(sqlite: SqlitePast) -> Picky:
    return Picky(sqlite.engine)


def test_everything_in_the_log_is_in_the_past_once(engine: Engine, past: Past) -> None:
    rows = append(engine, 3_000)
    worker = forwarder(engine, past)
    assert worker.turn() == 3_000
    assert worker.turn() == 0
    rows += append(engine, 50, first=3_000)
    worker.turn()
    assert kept(past) == set(rows)
    assert worker.lanes.handed_on() == 3_050


def test_a_new_forwarder_goes_on_where_the_last_one_was(engine: Engine, picky: Picky) -> None:
    append(engine, 100)
    forwarder(engine, picky).turn()
    append(engine, 10, first=100)
    forwarder(engine, picky).turn()
    assert picky.batches == [list(range(1, 101)), list(range(101, 111))]


def test_what_was_written_but_not_remembered_is_written_again_and_is_there_once(engine: Engine, past: Past) -> None:
    rows = append(engine, 500)
    past.keep(rows[:300])
    forwarder(engine, past).turn()
    assert kept(past) == set(rows)


def test_a_long_backlog_does_not_hold_up_what_is_new(engine: Engine, picky: Picky) -> None:
    """The newest are in the past before the second batch of the backlog."""
    old = 500
    rows = append(engine, old)
    worker = forwarder(engine, picky, most=100)
    worker._step()
    rows += append(engine, 20, first=old)
    worker._step()
    new = list(range(old + 1, old + 21))
    assert picky.batches[1] == new
    assert picky.batches[0][0] == 1
    worker.turn()
    assert kept(picky) == set(rows)
    assert worker.lanes.lanes() == [Lane(LIVE, old + 20)]


def test_a_backlog_is_remembered_across_a_restart(engine: Engine, picky: Picky) -> None:
    rows = append(engine, 301)
    worker = forwarder(engine, picky, most=100)
    worker._step()
    assert [each.lane for each in worker.lanes.lanes()] == [LIVE, 1]
    forwarder(engine, picky, most=100).turn()
    assert kept(picky) == set(rows)


def test_while_the_past_is_away_nothing_is_lost_and_the_tries_grow_rarer(engine: Engine, picky: Picky) -> None:
    rows = append(engine, 100)
    watch = Watch()
    worker = forwarder(engine, picky, watch)
    picky.troubles = [PastAway("no answer") for _ in range(5)]
    waits = []
    for _ in range(5):
        worker.turn()
        assert worker.state.condition is Condition.AWAY
        waits.append(worker._trouble.until_s - watch.now_s)
        watch.now_s = worker._trouble.until_s - 0.01
        worker.turn()
        assert len(picky.troubles) == 5 - len(waits)
        watch.now_s = worker._trouble.until_s
    assert waits[0] < 1 < waits[-1] <= 10
    worker.turn()
    assert worker.state.condition is Condition.WORKING
    assert kept(picky) == set(rows)


def test_the_past_may_say_when_it_wants_to_be_asked_again(engine: Engine, picky: Picky) -> None:
    append(engine, 1)
    worker = forwarder(engine, picky)
    picky.troubles = [PastAway("busy", after_s=40.0)]
    worker.turn()
    assert worker._trouble.until_s == 40.0


def test_wrong_credentials_are_said_and_tried_slowly(engine: Engine, picky: Picky) -> None:
    rows = append(engine, 10)
    watch = Watch()
    worker = forwarder(engine, picky, watch)
    picky.troubles = [PastClosed("set past.influxdb.token")]
    worker.turn()
    assert (worker.state.condition, worker.state.reason) == (Condition.CLOSED, "set past.influxdb.token")
    assert worker._trouble.until_s >= 30
    watch.now_s = worker._trouble.until_s
    worker.turn()
    assert kept(picky) == set(rows)


def test_one_bad_reading_becomes_a_dead_letter_and_the_others_go_on(engine: Engine, picky: Picky) -> None:
    rows = append(engine, 800)
    picky.bad = frozenset({rows[123].value, rows[700].value})
    worker = forwarder(engine, picky)
    worker.turn()
    assert kept(picky) == {each for each in rows if each.value not in picky.bad}
    assert (worker.state.forwarded, worker.state.refused) == (798, 2)
    letters = newest_letters(engine)
    assert [(each.reason, each.topic) for each in letters] == [("past_refused", "past/sqlite")] * 2
    assert b'"seq": 124' in letters[1].head


def test_a_past_that_refuses_everything_costs_no_reading(engine: Engine, picky: Picky) -> None:
    rows = append(engine, MOST_REFUSED * 4)
    picky.bad = frozenset(each.value for each in rows)
    worker = forwarder(engine, picky)
    worker.turn()
    assert worker.state.condition is Condition.CLOSED
    assert SqlLog(engine).dead_letters().counts == {}
    assert worker.lanes.handed_on() == 0


def test_too_much_at_once_is_split(engine: Engine, picky: Picky) -> None:
    rows = append(engine, 900)
    picky.most = 130
    forwarder(engine, picky).turn()
    assert kept(picky) == set(rows)
    assert max(len(each) for each in picky.batches) <= 130


def test_a_slow_past_gets_smaller_batches(engine: Engine, picky: Picky) -> None:
    append(engine, 4_000)
    watch = Watch()
    worker = forwarder(engine, picky, watch)
    quick = worker._batch

    def three_seconds_pass() -> None:
        watch.now_s += 3.0

    picky.meanwhile = three_seconds_pass
    worker.turn()
    assert worker._batch < quick / 4


def test_two_forwarders_on_one_database_lose_nothing(engine: Engine, picky: Picky) -> None:
    rows = append(engine, 500)
    one, other = forwarder(engine, picky, most=100), forwarder(engine, picky, most=100)
    stale = [(each, SqlLog(engine).readings_after(each.after_seq, 100, each.until_seq)) for each in one.lanes.lanes()]
    other._step()
    rows += append(engine, 210, first=500)
    other._step()
    for lane, batch in stale:
        one._hand_on(lane, batch)
    one._step()
    other.turn()
    one.turn()
    assert kept(picky) == set(rows)


def test_a_stale_backlog_does_not_end_one_that_has_grown(engine: Engine) -> None:
    lanes = SqlLanes(engine, "x")
    lanes.jump(Lane(LIVE, 0), 100)
    stale = lanes.lanes()[1]
    lanes.jump(Lane(LIVE, 100), 300)
    lanes.advance(stale, 100, [])
    assert lanes.lanes() == [Lane(LIVE, 300), Lane(1, 100, 300)]


def test_a_stopped_forwarder_ends_its_turn(engine: Engine, picky: Picky) -> None:
    append(engine, 100)
    worker = forwarder(engine, picky)
    worker.stop()
    assert worker.turn() == 0


def test_the_lag_of_what_is_live_is_known_while_the_past_is_away(engine: Engine, picky: Picky) -> None:
    (row,) = append(engine, 1)
    worker = forwarder(engine, picky)
    worker.clock = TrueClock(lambda: row.received_at + timedelta(seconds=7))
    picky.troubles = [PastAway("no answer")]
    worker.turn()
    assert worker.state.live_lag_s == 7.0


def test_a_reading_that_is_judged_anew_is_no_lag(engine: Engine, picky: Picky) -> None:
    (row,) = append(engine, 1)
    worker = forwarder(engine, picky)
    worker.clock = TrueClock(lambda: row.received_at)
    worker.turn()
    worker.clock = TrueClock(lambda: row.received_at + timedelta(minutes=5))
    judged = replace(row, quality=Quality.BAD, reasons=(Reason.RATE_OF_CHANGE, Reason.REFUTED), requalified=True)
    SqlAppender(engine).append(Batch(readings=[judged]))
    assert worker.turn() == 1
    assert worker.state.live_lag_s == 0.0


def test_a_server_that_is_killed_again_and_again_loses_nothing(tmp_path: Path) -> None:
    """influxd is killed (-9) while the log is handed on, five times; afterwards both have the same set of readings."""
    engine = database(tmp_path)
    server = Influxd(tmp_path / "influxdb")
    past = server.past()
    rows = append(engine, 30_000)
    worker = forwarder(engine, past, most=250)
    worker.monotonic = time.monotonic
    worker.rng = random.Random(5)
    handing_on = threading.Thread(target=_until_done, args=(worker, rows[-1].seq))
    killed_at = []
    try:
        handing_on.start()
        for least in (1, 6_000, 12_000, 18_000, 24_000):
            while _done(worker, rows) < least:
                time.sleep(0.005)
            server.kill()
            killed_at.append(_done(worker, rows))
            server.start()
        handing_on.join(60)
        assert kept(past) == set(rows)
        assert SqlLog(engine).dead_letters().counts == {}
        assert max(killed_at) < len(rows)
    finally:
        worker.stop()
        handing_on.join(10)
        server.kill()
        past.close()
        engine.dispose()


def _done(worker: Forwarder, rows: Sequence[Reading]) -> int:
    return len(rows) - sum(worker.lanes.waiting(each) for each in worker.lanes.lanes())


def _until_done(worker: Forwarder, last_seq: int) -> None:
    until = time.monotonic() + 60
    while worker.lanes.handed_on() < last_seq and time.monotonic() < until:
        worker.turn()
        time.sleep(0.02)
