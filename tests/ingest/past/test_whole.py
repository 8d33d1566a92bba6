"""The present and the past as one, and what the present lets go of."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from ingest.clock import TrueClock
from ingest.readings import Quality, Reading
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.past.course import thinned
from ingest.store.past.forwarder import Forwarder
from ingest.store.past.lanes import SqlLanes
from ingest.store.past.locks import SqlLocks
from ingest.store.past.protocol import Past, PastAway, Span
from ingest.store.past.pruning import PER_TURN, Pruner, cutoff
from ingest.store.past.sqlite import SqlitePast
from ingest.store.past.whole import LEFT_ALONE_S, REMEMBERED_S, WholeHistory
from ingest.store.protocol import Batch
from ingest.store.tables import readings
from tests.ingest.cities import NOON
from tests.ingest.past.pasts import dated, undated

HOUR = timedelta(hours=1)
GAUGE = "fujii-01"


def append(engine: Engine, *rows: Reading) -> None:
    SqlAppender(engine).append(Batch(readings=rows))


def hand_on(engine: Engine, past: Past) -> SqlLanes:
    lanes = SqlLanes(engine, past.name)
    clock = TrueClock(lambda: NOON)
    Forwarder(SqlLog(engine), lanes, past, clock, lambda: 0.0, random.Random(1)).turn()
    return lanes


def prune(engine: Engine, lanes: SqlLanes, before_h: float) -> None:
    pruner = Pruner(engine, (lanes.handed_on,))
    while pruner.turn(NOON + before_h * HOUR):
        pass


def hours(count: int, gauge: str = GAUGE, first: int = 0) -> list[Reading]:
    return [dated(float(number), NOON + number * HOUR, gauge) for number in range(first, first + count)]


def in_the_present(engine: Engine, gauge: str = GAUGE) -> list[int]:
    with engine.connect() as connection:
        wanted = select(readings.c.value).where(readings.c.gauge_id == gauge).order_by(readings.c.observed_at)
        return [int(each) for each in connection.scalars(wanted)]


def whole(engine: Engine, past: Past) -> WholeHistory:
    return WholeHistory(engine, past, lambda: 0.0)


def everything(history: WholeHistory, gauge: str = GAUGE) -> list[float]:
    return [each.value for each in history.history(gauge, NOON - HOUR, NOON + 1_000 * HOUR)]


class Away(SqlitePast):
    """A past that does not answer, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def rows(self, gauge_id: str, spans: Sequence[Span], quality: Quality | None = None) -> list[Reading]:
        del quality
        self.asked += 1
        raise PastAway(f"no answer about {gauge_id} in {len(spans)} spans")

    def revised(self, gauge_id: str, span: Span) -> list[Reading]:
        return self.rows(gauge_id, [span])


def test_the_present_lets_go_of_what_the_past_has_and_the_whole_stays_whole(engine: Engine, past: Past) -> None:
    append(engine, *hours(100))
    before = whole(engine, past).history(GAUGE, NOON, NOON + 99 * HOUR)
    prune(engine, hand_on(engine, past), 80)
    assert in_the_present(engine) == list(range(80, 100))
    assert [replace(each, seq=0) for each in whole(engine, past).history(GAUGE, NOON, NOON + 99 * HOUR)] == [
        replace(each, seq=0) for each in before
    ]


def test_nothing_is_pruned_that_the_past_does_not_have(engine: Engine, sqlite: SqlitePast) -> None:
    append(engine, *hours(10))
    lanes = hand_on(engine, sqlite)
    append(engine, *hours(10, first=10))
    prune(engine, lanes, 1_000)
    assert in_the_present(engine) == list(range(10, 20))


def test_nothing_is_pruned_that_somebody_who_tails_the_log_has_not_seen(engine: Engine, sqlite: SqlitePast) -> None:
    append(engine, *hours(20))
    lanes = hand_on(engine, sqlite)
    pruner = Pruner(engine, (lanes.handed_on, lambda: 7))
    while pruner.turn(NOON + 1_000 * HOUR):
        pass
    assert in_the_present(engine) == list(range(7, 20))


def test_what_came_while_our_clock_was_a_year_ahead_holds_up_no_pruning(engine: Engine, sqlite: SqlitePast) -> None:
    ahead = NOON + timedelta(days=365)
    append(engine, *(dated(50.0, ahead + number * HOUR, GAUGE) for number in range(3)))
    append(engine, *hours(20))
    prune(engine, hand_on(engine, sqlite), 15)
    assert in_the_present(engine) == [*range(15, 20), 50, 50, 50]


def test_the_newest_of_a_gauge_stays_however_old(engine: Engine, sqlite: SqlitePast) -> None:
    """The newest, the newest good one, and all revisions of them: a later correction must find what it corrects."""
    append(engine, *hours(5), *hours(5, "fujii-02"))
    append(engine, dated(4.5, NOON + 4 * HOUR, "fujii-02"))
    append(engine, dated(99.0, NOON + 5 * HOUR, quality=Quality.BAD))
    prune(engine, hand_on(engine, sqlite), 1_000)
    assert in_the_present(engine) == [4, 99]
    assert in_the_present(engine, "fujii-02") == [4, 4]
    newest = SqlLog(engine).latest()[GAUGE]
    assert newest.good is not None
    assert (newest.reading.value, newest.good.value) == (99.0, 4.0)
    append(engine, dated(4.6, NOON + 4 * HOUR, "fujii-02"))
    assert SqlLog(engine).latest()["fujii-02"].reading.revision == 2


def test_a_pruned_log_does_not_give_a_sequence_number_twice(engine: Engine, sqlite: SqlitePast) -> None:
    append(engine, *hours(5), dated(9.0, NOON - 40 * HOUR))
    prune(engine, hand_on(engine, sqlite), 1_000)
    append(engine, *hours(1, first=200))
    assert SqlLog(engine).marks().reading_seq == 7


def test_what_was_corrected_lately_stays_with_its_correction(engine: Engine, sqlite: SqlitePast) -> None:
    append(engine, *hours(30))
    append(engine, replace(dated(0.5, NOON + 2 * HOUR), received_at=NOON + 25 * HOUR))
    prune(engine, hand_on(engine, sqlite), 20)
    assert in_the_present(engine) == [2, 0, *range(20, 30)]


def test_locked_evidence_stays_in_the_present_until_it_is_released(engine: Engine, sqlite: SqlitePast) -> None:
    append(engine, *hours(30))
    locks = SqlLocks(engine)
    (number,) = locks.lock([GAUGE], NOON + 3 * HOUR, NOON + 5 * HOUR, "duty", "flood of July", NOON)
    lanes = hand_on(engine, sqlite)
    pruner = Pruner(engine, (lanes.handed_on,))
    while pruner.turn(NOON + 20 * HOUR):
        pass
    assert in_the_present(engine) == [3, 4, 5, *range(20, 30)]
    assert locks.release(number, "archive", NOON + HOUR)
    assert not locks.release(number, "archive", NOON + HOUR)
    while pruner.turn(NOON + 20 * HOUR):
        pass
    assert in_the_present(engine) == [3, 4, 5, *range(20, 30)]
    while pruner.turn(NOON + 48 * HOUR):
        pass
    assert in_the_present(engine) == [29]


def test_locks_are_asked_for_by_gauge_and_by_time(engine: Engine) -> None:
    locks = SqlLocks(engine)
    first, second = locks.lock(["a", "b"], NOON, NOON + HOUR, "duty", "flood", NOON)
    locks.lock(["a"], NOON + 5 * HOUR, None, "duty", "still going on", NOON)
    assert [(each.id, each.by, each.reason) for each in locks.locks("b")] == [(second, "duty", "flood")]
    assert len(locks.locks()) == 3
    assert locks.spans()["a"][0] == (NOON, NOON + HOUR)
    assert locks.spans()["a"][1][1].year == 9999
    locks.release(first, "archive", NOON)
    assert [each.since for each in locks.locks("a")] == [NOON + 5 * HOUR]
    with pytest.raises(ValueError, match="ends after it begins"):
        locks.lock(["a"], NOON, NOON - HOUR, "duty", "flood", NOON)


def test_pruning_goes_on_turn_by_turn_however_much_there_is(engine: Engine, sqlite: SqlitePast) -> None:
    rows = [dated(1.0, NOON + timedelta(seconds=number)) for number in range(PER_TURN * 2 + 10)]
    append(engine, *rows)
    pruner = Pruner(engine, (hand_on(engine, sqlite).handed_on,))
    left = []
    while pruner.turn(NOON + 1_000 * HOUR):
        with engine.connect() as connection:
            left.append(connection.scalar(select(func.count()).select_from(readings)))
    assert left == [PER_TURN + 10, 10, 1]


def test_the_present_keeps_what_a_late_reading_may_still_speak_of() -> None:
    assert cutoff(NOON, timedelta(days=2), timedelta(days=7)) == NOON - timedelta(days=8)
    assert cutoff(NOON, timedelta(days=30), timedelta(days=7)) == NOON - timedelta(days=30)


def test_a_range_across_the_seam_has_nothing_twice(engine: Engine, past: Past) -> None:
    append(engine, *hours(100))
    lanes = hand_on(engine, past)
    append(engine, *hours(5, first=100))
    prune(engine, lanes, 50)
    assert everything(whole(engine, past)) == [float(each) for each in range(105)]


def test_a_correction_that_the_past_does_not_have_yet_counts(engine: Engine, past: Past) -> None:
    append(engine, *hours(100))
    prune(engine, hand_on(engine, past), 50)
    late = replace(dated(7.5, NOON + 10 * HOUR, revision=1), received_at=NOON + 99 * HOUR)
    with engine.begin() as connection:
        values = {name: getattr(late, name) for name in readings.columns.keys() if name not in ("reasons", "seq")}  # noqa: SIM118
        connection.execute(readings.insert().values(**values, seq=101, reasons=""))
    assert everything(whole(engine, past))[9:12] == [9.0, 7.5, 11.0]
    course = whole(engine, past).course(GAUGE, NOON, NOON + 99 * HOUR, 1_000)
    assert [each.value for each in course.readings][9:12] == [9.0, 7.5, 11.0]


def test_a_course_across_the_seam_is_that_of_the_whole(engine: Engine, past: Past) -> None:
    rng = random.Random(4)
    rows = [dated(rng.random(), NOON + number * HOUR / 6) for number in range(3_000)]
    twin = undated(7.0, "m:1:a:1", NOON + 100 * HOUR)
    append(engine, *rows, twin, dated(8.0, NOON + 200 * HOUR), dated(3.0, NOON + 200 * HOUR))
    every = SqlLog(engine).history(GAUGE, NOON, NOON + 499 * HOUR)
    prune(engine, hand_on(engine, past), 300)
    for steps in (1, 7, 60, 500):
        course = whole(engine, past).course(GAUGE, NOON, NOON + 499 * HOUR, steps)
        assert course.readings == thinned(every, course.step)
        assert course.whole


def test_while_the_past_is_away_the_present_answers_and_says_so(engine: Engine, sqlite: SqlitePast) -> None:
    append(engine, *hours(30))
    prune(engine, hand_on(engine, sqlite), 20)
    away, now_s = Away(), [0.0]
    history = WholeHistory(engine, away, lambda: now_s[0])
    assert everything(history) == [float(each) for each in range(20, 30)]
    assert not history.course(GAUGE, NOON, NOON + 29 * HOUR, 100).whole
    assert history.away == "no answer about fujii-01 in 1 spans"
    assert away.asked == 1
    now_s[0] = LEFT_ALONE_S
    everything(history)
    assert away.asked == 2


def test_the_same_course_asked_for_again_is_remembered_for_a_minute(engine: Engine, sqlite: SqlitePast) -> None:
    append(engine, *hours(30))
    prune(engine, hand_on(engine, sqlite), 20)
    now_s = [0.0]
    history = WholeHistory(engine, sqlite, lambda: now_s[0])
    asked = (GAUGE, NOON, NOON + 29 * HOUR, 100)
    first = history.course(*asked)
    sqlite.keep([dated(77.0, NOON + HOUR / 2)])
    assert history.course(*asked) is first
    assert 77.0 in [each.value for each in history.course(GAUGE, NOON, NOON + 28 * HOUR, 100).readings]
    now_s[0] = REMEMBERED_S
    assert 77.0 in [each.value for each in history.course(*asked).readings]


def test_what_the_present_has_is_answered_without_asking_the_past(engine: Engine, sqlite: SqlitePast) -> None:
    append(engine, *hours(30))
    prune(engine, hand_on(engine, sqlite), 20)
    away = Away()
    history = WholeHistory(engine, away, lambda: 0.0)
    assert len(history.history(GAUGE, NOON + 20 * HOUR, NOON + 99 * HOUR)) == 10
    assert history.course(GAUGE, NOON + 20 * HOUR, NOON + 99 * HOUR, 100).whole
    assert away.asked == 0
