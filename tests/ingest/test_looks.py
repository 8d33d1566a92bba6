"""What is written of a look: once, together with what is remembered, and only while the still is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, delete, func, select

from ingest.readings import CameraReport, CameraState, DeadLetter, Still
from ingest.sight.look import Look, PictureFault
from ingest.store import waiting
from ingest.store.appender import SqlAppender
from ingest.store.cameras import SqlPictures
from ingest.store.housekeeping import prune
from ingest.store.log import SqlLog
from ingest.store.looks import LookedAt, Remembered, SqlLooks
from ingest.store.past.locks import Locked, Said, lock
from ingest.store.protocol import Batch, Unavailable
from ingest.store.tables import looks, stills, writing
from tests.ingest.cities import NOON
from tests.ingest.stores import database

HOUR = timedelta(hours=1)


def still(minute: float, camera: str = "fujii-cam", *, received: float | None = None) -> Still:
    """A still taken so many minutes after noon, and received then where nothing else is said."""
    taken, came = (NOON + timedelta(minutes=each) for each in (minute, minute if received is None else received))
    return Still(camera, taken, came, f"{camera}/20260701/{taken:%H%M%S}-abc.jpg", 1280, 720, size_bytes=1000)


def looked(
    kept: Still, *, usable: bool = True, memory: bytes | None = None, fault: PictureFault | None = None
) -> LookedAt:
    """A look at a still as the eyes would write it."""
    faults = frozenset({fault} if fault else ())
    look = Look(
        kept.seq, kept.camera_id, kept.taken_at, kept.received_at, usable, "" if usable else "cut off", faults, faults
    )
    letter = None if usable else DeadLetter("t", NOON, "unreadable_image", "cut off", b"\xff", 1)
    return LookedAt(kept, look, None if memory is None else Remembered(memory, kept.taken_at), letter)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A fresh database."""
    return database(tmp_path)


def received(engine: Engine, each: Sequence[Still]) -> list[Still]:
    """Stills as the log gives them, with their numbers."""
    SqlAppender(engine).append(Batch(stills=each))
    return SqlLooks(engine).next(1000)


def shown(engine: Engine, camera: str = "fujii-cam") -> datetime | None:
    """When the still was taken that is newest of a camera."""
    newest = SqlLog(engine).cameras()[camera].still
    return newest.taken_at if newest is not None else None


def test_nobody_sees_a_still_before_it_was_looked_at(engine: Engine) -> None:
    (first,) = received(engine, [still(0)])
    latest = SqlLog(engine).cameras()["fujii-cam"]
    assert (latest.still, latest.look, latest.still_at, latest.heard_at) == (None, None, NOON, NOON)
    assert SqlPictures(engine).strip("fujii-cam", NOON - HOUR, NOON + HOUR, 9) == []
    SqlLooks(engine).keep([looked(first, fault=PictureFault.DARK)])
    latest = SqlLog(engine).cameras()["fujii-cam"]
    assert latest.still == first
    assert latest.look is not None
    assert latest.look.faults == {PictureFault.DARK}


def test_a_still_that_cannot_be_used_is_never_shown_and_leaves_one_letter(engine: Engine) -> None:
    first, second = received(engine, [still(0), still(1)])
    for _ in range(2):
        SqlLooks(engine).keep([looked(first), looked(second, usable=False)])
    assert shown(engine) == first.taken_at
    assert [each.still for each in SqlPictures(engine).strip("fujii-cam", NOON - HOUR, NOON + HOUR, 9)] == [first]
    assert SqlLog(engine).dead_letters().counts == {"unreadable_image": 1}
    assert SqlLooks(engine).next(9) == []


def test_a_still_that_comes_late_does_not_take_the_place_of_the_newest(engine: Engine) -> None:
    first, late = received(engine, [still(10), still(3, received=11)])
    SqlLooks(engine).keep([looked(first)])
    SqlLooks(engine).keep([looked(late)])
    assert shown(engine) == first.taken_at
    assert SqlLog(engine).cameras()["fujii-cam"].still_at == late.received_at


def test_looks_are_taken_up_where_they_were_left(engine: Engine) -> None:
    three = received(engine, [still(0), still(1), still(2)])
    eyes = SqlLooks(engine)
    assert eyes.next(2) == three[:2]
    assert (eyes.waiting().stills, eyes.waiting().since) == (3, NOON)
    eyes.keep([looked(each) for each in three[:2]])
    assert eyes.next(9) == three[2:]
    eyes.keep([looked(three[2])])
    assert (eyes.waiting().stills, eyes.waiting().since) == (0, None)
    assert SqlLog(engine).marks().looked == 3


def taken(each: Sequence[Still]) -> list[tuple[str, float]]:
    """Of which cameras stills are, and how many minutes after noon they were taken."""
    return [(one.camera_id, (one.taken_at - NOON).total_seconds() / 60) for one in each]


def test_of_many_stills_the_newest_of_each_camera_is_looked_at_first(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also that of a camera which has been silent since. What comes meanwhile goes before the older ones."""
    monkeypatch.setattr(waiting, "MOST_IN_ORDER", 10)
    received(engine, [still(minute, camera) for minute in range(8) for camera in ("a", "b")] + [still(-60, "gone")])
    eyes = SqlLooks(engine)
    first = eyes.next(5)
    assert taken(first) == [("a", 7), ("b", 7), ("gone", -60), ("a", 6), ("b", 6)]
    eyes.keep([looked(each) for each in first])
    assert (eyes.waiting().stills, eyes.waiting().since, eyes.waiting().news_since) == (12, NOON, None)
    SqlAppender(engine).append(Batch(stills=[still(8, "b")]))
    assert eyes.waiting().news_since == NOON + timedelta(minutes=8)
    assert taken(eyes.next(3)) == [("b", 8), ("a", 5), ("b", 5)]


def test_of_a_few_stills_each_is_looked_at_when_its_turn_has_come(engine: Engine) -> None:
    received(engine, [still(minute) for minute in range(waiting.MOST_IN_ORDER)])
    assert [minute for _, minute in taken(SqlLooks(engine).next(5))] == [0, 1, 2, 3, 4]


def test_the_ends_of_the_log_move_with_every_look_in_whatever_order(engine: Engine) -> None:
    kept = received(engine, [still(minute) for minute in range(4)])
    log, marks = SqlLog(engine), set()
    for each in reversed(kept):
        marks.add(log.marks())
        SqlLooks(engine).keep([looked(each)])
    assert len({*marks, log.marks()}) == 5


def test_a_still_that_is_delivered_again_does_not_wait_again(engine: Engine) -> None:
    (first,) = received(engine, [still(0)])
    assert len(received(engine, [still(0)])) == 1
    SqlLooks(engine).keep([looked(first)])
    assert received(engine, [still(0)]) == []


def test_what_is_remembered_is_written_with_the_look_or_not_at_all(engine: Engine) -> None:
    first, second = received(engine, [still(0), still(1)])

    def away(_: Connection) -> None:
        raise Unavailable("the lease has passed on")

    with pytest.raises(Unavailable):
        SqlLooks(engine, away).keep([looked(first, memory=b"m1")])
    eyes = SqlLooks(engine)
    assert (eyes.remembered(["fujii-cam"]), len(eyes.next(9))) == ({}, 2)
    eyes.keep([looked(first, memory=b"m1"), looked(second)])
    assert eyes.remembered(["fujii-cam"]) == {"fujii-cam": Remembered(b"m1", first.taken_at)}


def test_a_still_that_was_removed_in_the_meantime_leaves_no_look(engine: Engine) -> None:
    first, second = received(engine, [still(0), still(1)])
    with writing(engine) as connection:
        connection.execute(delete(stills).where(stills.c.seq == first.seq))
    assert SqlLooks(engine).keep([looked(first, memory=b"m1"), looked(second)]) == {second.seq}
    assert SqlLooks(engine).remembered(["fujii-cam"]) == {}
    assert count(engine) == 1


def count(engine: Engine) -> int:
    """How many looks there are."""
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(looks)) or 0


def test_a_strip_of_many_stills_is_spread_evenly_with_its_ends(engine: Engine) -> None:
    all_of_them = received(engine, [still(minute) for minute in range(100)])
    SqlLooks(engine).keep([looked(each) for each in all_of_them])
    strip = SqlPictures(engine).strip("fujii-cam", NOON, NOON + timedelta(minutes=60), 7)
    assert [each.still.taken_at.minute for each in strip] == [0, 10, 20, 30, 40, 50, 0]
    assert all(each.look.still_seq == each.still.seq for each in strip)
    assert len(SqlPictures(engine).strip("fujii-cam", NOON, NOON + 9 * HOUR, 1000)) == 100


def test_the_nearest_still_is_that_of_any_of_the_cameras_before_or_after(engine: Engine) -> None:
    one, other, bad = received(engine, [still(0), still(10, "cam-b"), still(8)])
    SqlLooks(engine).keep([looked(one), looked(other), looked(bad, usable=False)])
    pictures = SqlPictures(engine)
    within = timedelta(minutes=5)
    cases = {0: one, 4: one, 7: other, 12: other}
    for minute, wanted in cases.items():
        found = pictures.nearest(["fujii-cam", "cam-b"], NOON + timedelta(minutes=minute), within)
        assert found is not None
        assert found.still == wanted
    assert pictures.nearest(["fujii-cam"], NOON + timedelta(minutes=6), within) is None
    assert pictures.nearest([], NOON, within) is None


def test_the_newest_report_by_its_own_time_stands_whatever_comes_late(engine: Engine) -> None:
    now = CameraReport("fujii-cam", CameraState.ONLINE, NOON, NOON, "fine")
    late = replace(now, state=CameraState.DEGRADED, reported_at=NOON - HOUR, received_at=NOON + HOUR)
    for each in (now, late):
        SqlAppender(engine).append(Batch(reports=[each]))
    latest = SqlLog(engine).cameras()["fujii-cam"]
    assert latest.report is not None
    assert (latest.report.reason, latest.heard_at) == ("fine", NOON + HOUR)


def test_looks_go_with_their_stills_and_what_is_shown_chosen_or_evidence_stays(engine: Engine) -> None:
    kept = received(engine, [still(minute) for minute in (0, 10, 20, 30, 40, 50)])
    eyes = SqlLooks(engine)
    eyes.keep([looked(each, usable=each is not kept[5]) for each in kept])
    eyes.choose(kept[1], "engineer")
    at = kept[2].taken_at
    with writing(engine) as connection:
        lock(connection, Locked((), ["fujii-cam"]), at, at, Said("duty", "flood", NOON))
    removed: list[str] = []
    assert prune(engine, NOON + timedelta(days=30), removed.append) == 2
    assert removed == [kept[0].file, kept[3].file]
    with engine.connect() as connection:
        left = set(connection.scalars(select(looks.c.still_seq)))
    assert left == {each.seq for each in (kept[1], kept[2], kept[4], kept[5])}
    assert shown(engine) == kept[4].taken_at
    assert eyes.next(9) == []
    assert eyes.waiting().stills == 0


def test_what_is_removed_before_it_was_looked_at_waits_no_more(engine: Engine) -> None:
    kept = received(engine, [still(minute) for minute in range(3)])
    assert prune(engine, NOON + timedelta(days=30), lambda _: None) == 2
    assert SqlLooks(engine).next(9) == kept[2:]
    assert SqlLooks(engine).waiting().stills == 1


def test_a_reference_stays_due_until_it_was_learned(engine: Engine) -> None:
    first, second = received(engine, [still(0), still(1)])
    eyes = SqlLooks(engine)
    eyes.keep([looked(first, memory=b"m1"), looked(second)])
    eyes.choose(first, "engineer")
    (due,) = eyes.due_references()
    assert (due.still, due.by, due.due) == (first, "engineer", True)
    eyes.choose(second, "engineer")
    eyes.learned(due, b"with the first")
    assert [each.still for each in eyes.due_references()] == [second]
    eyes.learned(eyes.due_references()[0], b"with the second")
    assert eyes.due_references() == []
    assert eyes.remembered(["fujii-cam"])["fujii-cam"].memory == b"with the second"
    assert eyes.chosen()["fujii-cam"].still == second
