"""The append-only log: each observation once, corrections kept, the newest known."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from ingest.pipeline import interpret
from ingest.quality import ClockLimits
from ingest.readings import CameraReport, CameraState, DeadLetter, Quality, Reading, Still
from ingest.store.appender import Key, Said, SqlAppender, key_of, unseen
from ingest.store.housekeeping import prune
from ingest.store.log import SqlLog
from ingest.store.protocol import Appended, Batch
from ingest.store.redelivered import REDELIVERED_AMONG
from tests.ingest.cities import NOON, reading_message, small_roster
from tests.ingest.stores import database, look_at_all, newest_letters, reading, undated

MINUTE = timedelta(minutes=1)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = database(tmp_path)
    yield made
    made.dispose()


@pytest.fixture
def log(engine: Engine) -> SqlLog:
    return SqlLog(engine)


def append(engine: Engine, *readings: Reading) -> Appended:
    return SqlAppender(engine).append(Batch(readings=readings))


def test_what_is_appended_is_read_back_whole(engine: Engine, log: SqlLog) -> None:
    append(engine, reading(2.5), reading(2.6, 10, quality=Quality.SUSPECT))
    first, second = log.readings_after(0)
    assert (first.stage_m, first.seq, first.observed_at.utcoffset()) == (2.5, 1, timedelta(0))
    assert (second.quality, second.seq) == (Quality.SUSPECT, 2)


def test_the_same_observation_again_is_a_repeat(engine: Engine, log: SqlLog) -> None:
    append(engine, reading(2.5))
    assert append(engine, reading(2.5), reading(2.5)) == Appended(readings=0, duplicates=2)
    assert len(log.readings_after(0)) == 1


def test_a_correction_is_a_row_of_its_own_and_the_earlier_value_is_not_lost(engine: Engine, log: SqlLog) -> None:
    append(engine, reading(26.48))
    append(engine, reading(0.95))
    assert [(each.stage_m, each.revision) for each in log.readings_after(0)] == [(26.48, 0), (0.95, 1)]
    assert [each.stage_m for each in log.history("fujii-01", NOON, NOON)] == [0.95]
    assert log.latest()["fujii-01"].reading.stage_m == 0.95


def test_a_correction_may_go_back_to_the_first_value(engine: Engine, log: SqlLog) -> None:
    append(engine, reading(4.3), reading(1.3), reading(4.3))
    assert log.latest()["fujii-01"].reading.stage_m == 4.3


def test_an_old_message_delivered_again_does_not_undo_a_correction(engine: Engine, log: SqlLog) -> None:
    append(engine, reading(26.48), reading(0.95))
    append(engine, reading(26.48, redelivered=True))
    assert log.latest()["fujii-01"].reading.stage_m == 0.95


def test_a_redelivered_reading_without_time_makes_no_second_reading(engine: Engine, log: SqlLog) -> None:
    append(engine, undated(2.5, NOON, packet_id=7))
    append(engine, undated(2.5, NOON + MINUTE, packet_id=7, redelivered=True))
    assert len(log.readings_after(0)) == 1


def test_a_redelivery_of_what_never_came_is_kept(engine: Engine, log: SqlLog) -> None:
    append(engine, undated(2.5, NOON, packet_id=7, redelivered=True))
    assert len(log.readings_after(0)) == 1


def test_alike_readings_without_time_are_several(engine: Engine, log: SqlLog) -> None:
    append(engine, undated(2.5, NOON, packet_id=7), undated(2.5, NOON + MINUTE, packet_id=8))
    append(engine, undated(2.5, NOON + 2 * MINUTE, packet_id=7))
    append(engine, undated(2.5, NOON + 3 * MINUTE, packet_id=9, redelivered=True))
    assert len(log.readings_after(0)) == 4


def test_two_alike_readings_cut_off_together_stay_two_when_redelivered(engine: Engine, log: SqlLog) -> None:
    append(engine, undated(2.5, NOON, packet_id=7))
    again = [undated(2.5, NOON + MINUTE, packet_id=each, redelivered=True) for each in (7, 8)]
    append(engine, *again)
    assert len(log.readings_after(0)) == 2


def test_a_reading_that_waited_in_the_inbox_beside_its_own_repetition_counts_once(engine: Engine, log: SqlLog) -> None:
    """The store could not write, the connection broke meanwhile: both come in one batch, and the log knows neither."""
    first = undated(2.5, NOON, packet_id=7)
    again = undated(2.5, NOON + MINUTE, packet_id=7, redelivered=True)
    other = undated(2.5, NOON + MINUTE, packet_id=8, redelivered=True)
    assert append(engine, first, again, other) == Appended(readings=2, duplicates=1)
    assert [each.key for each in log.readings_after(0)] == [first.key, other.key]


def test_a_reading_that_waited_beside_its_repetition_while_our_clock_was_set_counts_once(
    engine: Engine, log: SqlLog
) -> None:
    doubted = received(2.5, NOON, NOON - timedelta(days=5), packet_id=7)
    believed = received(2.5, NOON, NOON, packet_id=7, redelivered=True)
    append(engine, doubted, believed)
    assert [each.key for each in log.readings_after(0)] == [doubted.key]


def test_a_batch_of_stored_histories_that_comes_again_is_looked_up_in_parts(engine: Engine, log: SqlLog) -> None:
    """SQLite takes 32,766 parameters where it was not built for more; one more would be refused for ever."""
    event.listen(engine, "connect", lambda raw, _: raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766))
    engine.dispose()
    history = [reading(2.5, minutes) for minutes in range(11_000)]
    append(engine, *history)
    assert append(engine, *history) == Appended(duplicates=len(history))
    assert log.marks().reading_seq == len(history)


def test_a_redelivery_is_recognised_however_long_ingest_was_away(engine: Engine, log: SqlLog) -> None:
    append(engine, undated(2.5, NOON, packet_id=7))
    append(engine, undated(2.5, NOON + timedelta(days=2), packet_id=7, redelivered=True))
    append(engine, undated(2.5, NOON - timedelta(days=9), packet_id=7, redelivered=True))  # our clock was set back
    assert len(log.readings_after(0)) == 1


@pytest.mark.parametrize(
    ("then", "now"), [(timedelta(0), -timedelta(days=5)), (-timedelta(days=5), timedelta(0))], ids=["back", "forward"]
)
def test_a_dated_reading_delivered_again_after_our_clock_was_set_counts_once(
    engine: Engine, log: SqlLog, then: timedelta, now: timedelta
) -> None:
    """By the one clock the device's time is believed, by the other one it lies days ahead."""
    append(engine, received(2.5, NOON, NOON + then, packet_id=7))
    append(engine, received(2.5, NOON, NOON + now, packet_id=7, redelivered=True))
    append(engine, received(2.6, NOON + MINUTE, NOON + now, packet_id=8, redelivered=True))
    assert [each.stage_m for each in log.readings_after(0)] == [2.5, 2.6]


def test_of_a_device_whose_clock_stands_still_every_reading_counts(engine: Engine, log: SqlLog) -> None:
    zero = NOON - timedelta(days=20_000)
    append(engine, received(2.5, zero, NOON, packet_id=7))
    append(engine, received(2.5, zero, NOON + MINUTE, packet_id=8, redelivered=True))
    assert len(log.readings_after(0)) == 2


def received(
    stage_m: float, device_at: datetime, at: datetime, packet_id: int, *, redelivered: bool = False
) -> Reading:
    """What the pipeline makes of a dated message that came at a time of our clock."""
    payload = json.dumps({"stage_m": stage_m, "observed_at": device_at.isoformat()})
    message = reading_message(payload, received_at=at, packet_id=packet_id, redelivered=redelivered)
    return interpret(message, small_roster(), ClockLimits()).readings[0]


def test_what_is_delivered_again_is_looked_up_by_its_key(engine: Engine) -> None:
    """Not by its gauge, whose rows may be very many: the look-up is made for each message and holds the write lock."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    append(engine, undated(2.5, NOON, packet_id=7))
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    append(engine, undated(2.5, NOON + MINUTE, packet_id=7, redelivered=True))
    (question,) = [each for each in asked if "BETWEEN" in each[0]]
    with engine.connect() as connection:
        plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + question[0], question[1]).fetchall()
    assert "sqlite_autoindex_readings_1 (key>? AND key<?)" in str(plan)


def test_when_packet_numbers_have_come_round_an_alike_reading_that_never_came_is_kept(
    engine: Engine, log: SqlLog
) -> None:
    append(engine, undated(2.5, NOON, packet_id=7))
    for hour in range(4):
        append(engine, *(reading(1.0, 60 * hour + each / 100) for each in range(REDELIVERED_AMONG // 4)))
    append(engine, undated(2.5, NOON + MINUTE, packet_id=7, redelivered=True))
    assert sum(each.stage_m == 2.5 for each in log.readings_after(0, 1_000_000)) == 2


def test_the_newest_is_by_time_of_observation_not_of_arrival(engine: Engine, log: SqlLog) -> None:
    append(engine, reading(2.5, 10))
    append(engine, reading(9.9, 0))
    assert log.latest()["fujii-01"].reading.stage_m == 2.5


def test_the_newest_good_one_is_known_beside_a_bad_one(engine: Engine, log: SqlLog) -> None:
    append(engine, reading(2.5), reading(99.0, 10, quality=Quality.BAD))
    latest = log.latest()["fujii-01"]
    assert latest.reading.stage_m == 99.0
    assert latest.good is not None
    assert latest.good.stage_m == 2.5


def test_the_tail_of_the_log_misses_nothing(engine: Engine, log: SqlLog) -> None:
    for minute in range(25):
        append(engine, reading(minute / 10, minute))
    seen: list[int] = []
    while batch := log.readings_after(seen[-1] if seen else 0, limit=10):
        seen += [each.seq for each in batch]
    assert seen == list(range(1, 26))
    assert log.marks().reading_seq == 25


def test_trends_are_made_of_good_readings(engine: Engine, log: SqlLog) -> None:
    append(engine, reading(2.5), reading(99.0, 5, quality=Quality.BAD), reading(2.7, 10))
    assert [each.stage_m for each in log.recent(NOON)["fujii-01"]] == [2.5, 2.7]
    assert [each.stage_m for each in log.recent(NOON + MINUTE)["fujii-01"]] == [2.7]


def test_the_stages_of_a_day_are_good_and_of_corrected_ones_the_last(engine: Engine, log: SqlLog) -> None:
    append(engine, reading(2.5), reading(99.0, 5, quality=Quality.SUSPECT), reading(26.48, 10), reading(2.8, 15))
    append(engine, reading(2.7, 10), replace(reading(2.8, 15, quality=Quality.BAD), requalified=True))
    told = [(NOON, 2.5), (NOON + 10 * MINUTE, 2.7)]
    assert log.stages(NOON) == log.stages(NOON, ["fujii-01", "nobody"]) == {"fujii-01": told}
    assert log.stages(NOON + MINUTE) == {"fujii-01": told[1:]}
    assert log.stages(NOON, ["nobody"]) == {}


def test_a_batch_is_written_whole_or_not_at_all(engine: Engine, log: SqlLog) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON dead_letters BEGIN SELECT RAISE(FAIL, 'x'); END"
        )
    letter = DeadLetter("t", NOON, "malformed", "d", b"", 0)
    with pytest.raises(Exception, match="x"):
        SqlAppender(engine).append(Batch(readings=[reading(2.5)], dead_letters=[letter]))
    assert log.readings_after(0) == []


def test_the_database_is_in_full_synchronisation_and_wal(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_reader_is_not_held_up_by_the_writer(engine: Engine, log: SqlLog, tmp_path: Path) -> None:
    append(engine, reading(2.5))
    writer = sqlite3.connect(tmp_path / "test.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert len(log.readings_after(0)) == 1
    writer.close()


def test_reports_and_stills_come_once_and_the_newest_is_known(engine: Engine, log: SqlLog) -> None:
    reports = [CameraReport("cam", state, NOON, NOON) for state in (CameraState.ONLINE, CameraState.ONLINE)]
    still = Still("cam", NOON, NOON, "cam/20260701/120000-abc.jpg", 64, 48)
    written = SqlAppender(engine).append(Batch(reports=reports, stills=[still, still]))
    assert (written.reports, written.stills) == (1, 1)
    assert log.cameras()["cam"].still is None  # nobody is shown what was not looked at
    look_at_all(engine)
    latest = log.cameras()["cam"]
    assert latest.report is not None
    assert latest.report.state is CameraState.ONLINE
    assert latest.still is not None
    assert latest.still.file == still.file


def test_that_a_camera_is_gone_is_no_sign_of_its_life_when_it_is_said_again(engine: Engine, log: SqlLog) -> None:
    gone = CameraReport("cam", CameraState.OFFLINE, NOON, NOON, "no power")
    SqlAppender(engine).append(Batch(reports=[gone]))
    SqlAppender(engine).append(Batch(reports=[replace(gone, received_at=NOON + MINUTE)]))
    latest = log.cameras()["cam"]
    assert latest.heard_at == NOON
    assert latest.report is not None
    assert latest.report.reason == "no power"


def test_old_stills_go_with_their_files_but_the_newest_of_a_camera_stays(engine: Engine, log: SqlLog) -> None:
    names = [f"cam/20260701/12000{each}-abc.jpg" for each in range(3)]
    stills = [Still("cam", NOON + each * MINUTE, NOON + each * MINUTE, name, 64, 48) for each, name in enumerate(names)]
    SqlAppender(engine).append(Batch(readings=[reading(1.0)], stills=stills))
    look_at_all(engine)
    removed: list[str] = []
    assert prune(engine, NOON + timedelta(days=1), removed.append) == 2
    assert removed == names[:2]
    assert log.cameras()["cam"].still is not None
    assert len(log.readings_after(0)) == 1


def test_refused_messages_are_counted_by_reason(engine: Engine, log: SqlLog) -> None:
    letters = [DeadLetter("t", NOON, reason, "d", b"x", 1) for reason in ("malformed", "malformed", "oversized")]
    SqlAppender(engine).append(Batch(dead_letters=letters))
    assert log.dead_letters().counts == {"malformed": 2, "oversized": 1}
    assert newest_letters(engine)[0].reason == "oversized"


observations = st.lists(st.tuples(st.integers(0, 4), st.sampled_from([1.0, 2.0, 3.0]), st.booleans()), max_size=20).map(
    lambda items: [reading(stage_m, minute, redelivered=again) for minute, stage_m, again in items]
)


@given(observations)
def test_delivering_everything_again_adds_nothing(batch: list[Reading]) -> None:
    known: dict[Key, list[Said]] = {}
    for each, _ in unseen(batch, {}):
        known.setdefault(key_of(each), []).append((each.value, each.quality))
    again = [reading(each.value, (each.observed_at - NOON).total_seconds() / 60, redelivered=True) for each in batch]
    assert unseen(again, known) == []


def test_a_clock_of_ours_that_was_set_back_does_not_freeze_what_is_newest(engine: Engine, log: SqlLog) -> None:
    ahead = reading(0.5, 9 * 60)
    append(engine, replace(ahead, device_at=None, received_at=ahead.observed_at))
    append(engine, replace(reading(4.5, 0), received_at=NOON))
    latest = log.latest()["fujii-01"]
    assert latest.reading.stage_m == 4.5
    assert latest.good is not None
    assert latest.good.stage_m == 4.5
