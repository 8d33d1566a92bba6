"""The worker: durable first, acknowledged then, in order, whatever the disk or a message does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ingest.inbox import Arrived, Inbox
from ingest.messages import Message
from ingest.quality import ClockLimits
from ingest.readings import DeadLetter
from ingest.receiver import Mentions, Receiver
from ingest.roster import Roster
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.protocol import Appended, Batch, Unavailable
from ingest.store.recall import SqlRecall
from ingest.store.stills import StillFolder
from ingest.stripping import strip
from tests.ingest.cities import NOON, message, reading_message, small_roster
from tests.ingest.stores import database, look_at_all, newest_letters
from tests.ingest.test_pipeline import STILL, picture


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = database(tmp_path)
    yield made
    made.dispose()


class Failing:
    """An appender that refuses a number of times before it hands over to the real one."""

    def __init__(self, engine: Engine, times: int) -> None:
        self._real = SqlAppender(engine)
        self.left = times

    def append(self, batch: Batch) -> Appended:
        if self.left:
            self.left -= 1
            raise OSError(28, "No space left on device")
        return self._real.append(batch)


class Acks:
    """Remembers what was acknowledged, and how many readings were durable at that moment."""

    def __init__(self, log: SqlLog) -> None:
        self._log = log
        self.order: list[int] = []
        self.durable: list[int] = []

    def arrived(self, message: Message, number: int) -> Arrived:
        def acknowledge() -> None:
            self.order.append(number)
            self.durable.append(self._log.marks().reading_seq)

        return Arrived(message, acknowledge)


def minutes(count: int) -> list[Message]:
    return [
        reading_message(f'{{"stage_m": {each / 10}, "observed_at": "{(NOON - timedelta(minutes=each)).isoformat()}"}}')
        for each in range(count)
    ]


def receiver(engine: Engine, tmp_path: Path, inbox: Inbox, times: int = 0, roster: Roster | None = None) -> Receiver:
    known = roster or small_roster()
    appender = Failing(engine, times)
    return Receiver(inbox, lambda: known, appender, StillFolder(tmp_path / "stills"), ClockLimits())


def work(worker: Receiver, inbox: Inbox, arrived: list[Arrived]) -> None:
    for each in arrived:
        inbox.put(each)
    inbox.close()
    worker.run()


def test_every_message_is_durable_before_it_is_acknowledged_and_in_order(engine: Engine, tmp_path: Path) -> None:
    inbox, acks = Inbox(), Acks(SqlLog(engine))
    arrived = [acks.arrived(each, number) for number, each in enumerate(minutes(1200))]
    work(receiver(engine, tmp_path, inbox), inbox, arrived)
    assert acks.order == list(range(1200))
    assert all(durable > number for number, durable in enumerate(acks.durable))


def test_what_the_disk_refuses_is_not_acknowledged_and_is_kept_later(engine: Engine, tmp_path: Path) -> None:
    inbox, acks = Inbox(), Acks(SqlLog(engine))
    arrived = [acks.arrived(each, number) for number, each in enumerate(minutes(3))]
    worker = receiver(engine, tmp_path, inbox, times=2)
    work(worker, inbox, arrived)
    assert acks.order == [0, 1, 2]
    assert acks.durable == [3, 3, 3]
    assert worker.counts.messages == 3


def test_abandoned_while_the_disk_refuses_nothing_is_acknowledged(engine: Engine, tmp_path: Path) -> None:
    inbox, acks = Inbox(), Acks(SqlLog(engine))
    worker = receiver(engine, tmp_path, inbox, times=1_000_000)
    inbox.put(acks.arrived(minutes(1)[0], 0))
    thread = threading.Thread(target=worker.run)
    thread.start()
    worker.abandon()
    thread.join(10)
    assert not thread.is_alive()
    assert acks.order == []


def test_a_poisonous_message_does_not_hold_up_the_good_ones(engine: Engine, tmp_path: Path) -> None:
    inbox, acks = Inbox(), Acks(SqlLog(engine))
    bad = [reading_message(b"\x00\xff"), reading_message("{" * 9000), message("mizumori/v1/\udcff", "x")]
    arrived = [acks.arrived(each, number) for number, each in enumerate([*bad, *minutes(2)])]
    work(receiver(engine, tmp_path, inbox), inbox, arrived)
    assert acks.order == [0, 1, 2, 3, 4]
    assert SqlLog(engine).marks().reading_seq == 2
    assert sum(SqlLog(engine).dead_letters().counts.values()) == 3


class Choosy:
    """An appender that cannot write one value, whatever comes with it."""

    def __init__(self, engine: Engine) -> None:
        self._real = SqlAppender(engine)

    def append(self, batch: Batch) -> Appended:
        if any(each.value == 0.7 for each in batch.readings):
            raise TypeError("not a value for this column")
        return self._real.append(batch)


def test_a_message_that_cannot_be_written_is_found_and_set_aside(engine: Engine, tmp_path: Path) -> None:
    inbox, acks, log = Inbox(), Acks(SqlLog(engine)), SqlLog(engine)
    arrived = [acks.arrived(each, number) for number, each in enumerate(minutes(20))]
    worker = Receiver(inbox, small_roster, Choosy(engine), StillFolder(tmp_path / "stills"), ClockLimits())
    work(worker, inbox, arrived)
    assert acks.order == list(range(20))
    assert log.marks().reading_seq == 19
    assert newest_letters(engine)[0].reason == "unexpected"


def test_a_still_is_on_the_disk_when_its_message_is_acknowledged(engine: Engine, tmp_path: Path) -> None:
    inbox, log = Inbox(), SqlLog(engine)
    data = picture("2026:07:01 20:58:00+09:00")
    found: list[bytes | None] = []

    def acknowledge() -> None:
        look_at_all(engine)
        still = log.cameras()["fujii-cam"].still
        assert still is not None
        found.append(StillFolder(tmp_path / "stills").read(still.file))

    work(receiver(engine, tmp_path, inbox), inbox, [Arrived(message(STILL, data), acknowledge)])
    assert found == [strip(data).data]


@pytest.mark.parametrize("file", ["../../etc/passwd", "cam/20260701/../x.jpg", "/etc/passwd", "cam/20260701/x.sh", ""])
def test_no_file_outside_of_the_stills_can_be_named(file: str, tmp_path: Path) -> None:
    folder = StillFolder(tmp_path)
    assert folder.read(file) is None
    with pytest.raises(ValueError, match="not the name of a still"):
        folder.write(file, b"x")


def test_a_full_inbox_makes_the_network_wait_and_loses_nothing() -> None:
    inbox = Inbox(most_messages=10, most_bytes=100)
    messages = [reading_message(b"x" * 30) for _ in range(50)]

    def put_all() -> None:
        for each in messages:
            inbox.put(Arrived(each, lambda: None))

    thread = threading.Thread(target=put_all)
    thread.start()
    taken: list[Arrived] = []
    most = 0
    while len(taken) < 50:
        batch = inbox.take(500, 0.01, 1.0)
        most = max(most, len(batch))
        taken += batch
    thread.join(5)
    assert [each.message for each in taken] == messages
    assert most <= 4  # 100 bytes hold three messages of 30 and the one that fills the rest


class Unreadable:
    """A registry that cannot be read for a while."""

    def __init__(self, times: int) -> None:
        self.left = times

    def __call__(self) -> Roster:
        if self.left:
            self.left -= 1
            raise RuntimeError("the database is locked")
        return small_roster()


def test_while_the_registry_cannot_be_read_good_readings_do_not_become_dead_letters(
    engine: Engine, tmp_path: Path
) -> None:
    inbox, acks, log = Inbox(), Acks(SqlLog(engine)), SqlLog(engine)
    worker = Receiver(inbox, Unreadable(2), SqlAppender(engine), StillFolder(tmp_path / "stills"), ClockLimits())
    work(worker, inbox, [acks.arrived(each, number) for number, each in enumerate(minutes(3))])
    assert acks.order == [0, 1, 2]
    assert log.marks().reading_seq == 3
    assert log.dead_letters().counts == {}


class Broken:
    """An appender that fails in every way in turn, then works."""

    def __init__(self, engine: Engine) -> None:
        self._real = SqlAppender(engine)
        self._failures = [TypeError("x"), Unavailable("y"), OSError("z"), TypeError("x"), RuntimeError("w")]

    def append(self, batch: Batch) -> Appended:
        if self._failures:
            raise self._failures.pop(0)
        return self._real.append(batch)


def test_whatever_the_store_does_the_worker_lives_and_the_message_is_accounted_for(
    engine: Engine, tmp_path: Path
) -> None:
    inbox, acks, log = Inbox(), Acks(SqlLog(engine)), SqlLog(engine)
    worker = Receiver(inbox, small_roster, Broken(engine), StillFolder(tmp_path / "stills"), ClockLimits())
    work(worker, inbox, [acks.arrived(each, number) for number, each in enumerate(minutes(1))])
    assert acks.order == [0]
    assert log.marks().reading_seq + sum(log.dead_letters().counts.values()) == 1


def test_a_folder_that_takes_no_stills_holds_up_no_reading(engine: Engine, tmp_path: Path) -> None:
    inbox, acks, log = Inbox(), Acks(SqlLog(engine)), SqlLog(engine)
    (tmp_path / "stills").write_text("a file where the folder should be", encoding="utf-8")
    messages = [message(STILL, picture()), *minutes(1)]
    worker = Receiver(inbox, small_roster, SqlAppender(engine), StillFolder(tmp_path / "stills"), ClockLimits())
    work(worker, inbox, [acks.arrived(each, number) for number, each in enumerate(messages)])
    assert acks.order == [0, 1]
    assert log.marks().reading_seq == 1
    assert log.cameras() == {}
    assert log.dead_letters().counts == {"unwritable": 1}


def test_a_jump_is_held_and_the_next_reading_makes_it_good_in_a_row_of_its_own(engine: Engine, tmp_path: Path) -> None:
    inbox, acks, log = Inbox(), Acks(SqlLog(engine)), SqlLog(engine)
    stages = [(30, 1.0), (20, 1.0), (10, 4.0), (0, 4.1)]
    sent = [
        reading_message(f'{{"stage_m": {stage}, "observed_at": "{(NOON - timedelta(minutes=minute)).isoformat()}"}}')
        for minute, stage in stages
    ]
    work(receiver(engine, tmp_path, inbox), inbox, [acks.arrived(each, number) for number, each in enumerate(sent)])
    kept = [(each.stage_m, each.quality, each.requalified or each.revision) for each in log.readings_after(0)]
    assert kept == [(1.0, "good", 0), (1.0, "good", 0), (4.0, "suspect", 0), (4.0, "good", 1), (4.1, "good", 0)]
    assert acks.order == [0, 1, 2, 3]


def test_a_worker_that_was_started_anew_judges_as_one_that_never_stopped(engine: Engine, tmp_path: Path) -> None:
    log = SqlLog(engine)
    for minute, stage in ((30, 1.0), (20, 1.0), (10, 4.0), (0, 4.1)):
        inbox, acks = Inbox(), Acks(log)
        at = (NOON - timedelta(minutes=minute)).isoformat()
        worker = Receiver(
            inbox,
            small_roster,
            SqlAppender(engine),
            StillFolder(tmp_path / "stills"),
            ClockLimits(),
            SqlRecall(engine),
        )
        work(worker, inbox, [acks.arrived(reading_message(f'{{"stage_m": {stage}, "observed_at": "{at}"}}'), 0)])
    assert [each.quality for each in log.readings_after(0)] == ["good", "good", "suspect", "good", "good"]


@pytest.mark.parametrize("where", ["acknowledge", "settle"])
def test_acknowledgements_that_cannot_be_sent_are_sent_again_and_the_batch_is_not_kept_again(
    engine: Engine, tmp_path: Path, where: str
) -> None:
    """Kept again, a lone jump without a time of its own would speak for itself, and a dead letter would be two."""
    failing, order = [where], list[str]()

    def sent(what: str) -> None:
        if what in failing:
            failing.remove(what)
            raise OSError(32, "Broken pipe")
        order.append(what)

    def undated(number: int, stage_m: float) -> Message:
        at = NOON + timedelta(minutes=10 * number)
        return reading_message(f'{{"stage_m": {stage_m}}}', received_at=at, packet_id=number)

    inbox, stills = Inbox(), StillFolder(tmp_path / "stills")
    receiver(engine, tmp_path, inbox).keep([Arrived(undated(each, 1.0), lambda: None) for each in (1, 2)])
    worker = Receiver(inbox, small_roster, SqlAppender(engine), stills, ClockLimits(), SqlRecall(engine))
    worker.settle = lambda: sent("settle")
    work(
        worker, inbox, [Arrived(each, lambda: sent("acknowledge")) for each in (undated(3, 4.0), reading_message("{"))]
    )
    assert order[-3:] == ["acknowledge", "acknowledge", "settle"]
    assert [each.quality for each in SqlLog(engine).readings_after(0)] == ["good", "good", "suspect"]
    assert SqlLog(engine).dead_letters().counts == {"malformed": 1}
    assert worker.counts.messages == 2


def test_a_device_gone_wild_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    now_s = [0.0]
    mentions = Mentions(lambda: now_s[0])
    letter = DeadLetter("topic", NOON, "too_many", "too many", b"", 0)
    for _ in range(150):
        mentions.refused([letter] * 16)
        now_s[0] += 1 / 16
    assert [each.getMessage().split()[0] for each in caplog.records] == ["16", "1280"]
