from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy.exc import DatabaseError

from alerts.channels.channel import ChannelError
from alerts.channels.email import Email, EmailSettings
from alerts.channels.logfile import LogFile
from alerts.channels.webhook import Webhook, WebhookSettings
from alerts.deliveries.limits import OutboxSettings
from alerts.deliveries.policy import BACK_OFF_S, CUT_OFF, TOO_LATE
from alerts.records import Delivery, Outcome
from alerts.store.deliveries import SqlDeliveries, may_have_reached, withdraw
from ingest.clock import TrueClock
from ingest.lease import NotHeld
from ingest.store.leases import SqlLeases, fence
from ingest.store.tables import writing
from tests.alerts.fake_channels import Broken, Counting, Failing, Hanging
from tests.alerts.night import DUSK, HandClock
from tests.alerts.post_room import (
    delivery,
    due_in_s,
    entries,
    everything,
    kept,
    marked_by_one_that_died,
    outbox,
    the_one,
    told,
)
from tests.alerts.servers import Answer, Mailbox, MailServer, WebServer, say_nothing
from tests.deploy.houses import CLOCK, eventually

ONE_AT_A_TIME = OutboxSettings(workers=1)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer(Mailbox()) as server:
        yield server


def webhook(timeout_s: float = 0.3) -> Webhook:
    return Webhook(WebhookSettings(timeout_s=timeout_s), CLOCK.now)


def test_the_record_says_what_became_of_each_mail(
    database: Database, clock: HandClock, mail_server: MailServer
) -> None:
    names = ("duty", "refused", "later", "gone", "spam")
    told(database, *(delivery(name, "email", f"{name}@x.jp") for name in names))
    clock.move(seconds=3)
    channel = Email(EmailSettings(port=mail_server.port, timeout_s=5))
    assert outbox(database, channel, clock, name="email").work_off() == 5
    became = kept(database)
    assert became["duty"].outcome is Outcome.SENT
    assert became["duty"].receipt
    assert became["refused"].outcome is Outcome.FAILED
    assert "550" in became["refused"].error
    assert became["later"].outcome is Outcome.PENDING
    assert due_in_s(became["later"], clock) == BACK_OFF_S[0]
    assert {each.attempts for each in became.values()} == {1}
    assert {each.began_at for each in became.values()} == {clock.now()}


def test_a_failure_that_may_pass_is_tried_again_with_the_same_key_when_it_is_due(
    database: Database, clock: HandClock
) -> None:
    with WebServer((Answer(500), Answer(200))) as server:
        told(database, delivery("duty", address=server.url))
        sender = outbox(database, webhook(), clock)
        assert sender.work_off() == 1
        assert "500" in the_one(database).error
        clock.move(seconds=BACK_OFF_S[0] - 1)
        assert sender.work_off() == 0
        clock.move(seconds=1)
        assert sender.work_off() == 1
        assert sender.work_off() == 0
    found = the_one(database)
    assert (found.outcome, found.attempts, found.error) == (Outcome.SENT, 2, "")
    assert len({each.header("Idempotency-Key") for each in server.requests}) == 1


@pytest.mark.parametrize("status", [400, 410])
def test_a_permanent_failure_is_not_tried_again(database: Database, clock: HandClock, status: int) -> None:
    with WebServer((Answer(status),)) as server:
        told(database, delivery("duty", address=server.url))
        sender = outbox(database, webhook(), clock)
        sender.work_off()
        clock.move(days=2)
        assert sender.work_off() == 0
    found = the_one(database)
    assert (found.outcome, found.settled_at) == (Outcome.FAILED, DUSK)
    assert str(status) in found.error


def test_every_final_outcome_is_in_the_chronology_and_nothing_else(database: Database, clock: HandClock) -> None:
    said = {
        "refused": ChannelError("no such user", permanent=True),
        "away": ChannelError("the server is away"),
        "doubt": ChannelError("no answer", unknown=True),
    }
    told(database, *(delivery(name) for name in ("duty", *said)))
    sender = outbox(database, Failing(lambda each: said.get(each.recipient_id)), clock)
    sender.work_off()
    clock.move(minutes=1)
    sender.work_off()
    found = {each.detail["recipient"]: each for each in entries(database)}
    assert {name: each.detail["outcome"] for name, each in found.items()} == {
        "duty": "sent",
        "refused": "failed",
        "doubt": "unknown",
    }
    assert {(each.kind, each.station_id, each.incident_id) for each in found.values()} == {("delivery", "fujii", 7)}
    assert "届いたか分からない" in found["doubt"].text
    assert found["duty"].detail["receipt"] == f"receipt-{kept(database)['duty'].id}"


def test_a_file_that_can_be_written_again_gets_its_messages(
    database: Database, clock: HandClock, tmp_path: Path
) -> None:
    taken = tmp_path / "messages"
    taken.write_text("in the way of a folder")
    told(database, delivery("duty", address=str(taken / "duty.txt")))
    sender = outbox(database, LogFile(), clock)
    sender.work_off()
    assert "the file could not be written" in the_one(database).error
    taken.unlink()
    clock.move(seconds=BACK_OFF_S[0])
    sender.work_off()
    assert the_one(database).outcome is Outcome.SENT
    assert "【危険度3】藤井川" in (taken / "duty.txt").read_text(encoding="utf-8")


def test_a_fault_of_ours_with_one_message_does_not_stop_the_next(database: Database, clock: HandClock) -> None:
    told(database, delivery("odd"), delivery("duty"))
    assert outbox(database, Broken("duty"), clock).work_off() == 2
    became = kept(database)
    assert (became["odd"].outcome, became["odd"].error) == (Outcome.PENDING, "ZeroDivisionError('a fault of ours')")
    assert became["duty"].outcome is Outcome.SENT


def test_a_fault_of_ours_may_come_after_the_hand_over_and_is_a_doubt(database: Database, clock: HandClock) -> None:
    told(database, delivery("odd"))
    sender = outbox(database, Broken(), clock)
    for _ in range(5):
        sender.work_off()
        clock.move(hours=1)
    assert (the_one(database).outcome, the_one(database).attempts) == (Outcome.UNKNOWN, 2)


def test_what_no_thread_could_be_made_for_is_sent_by_the_next_turn(
    database: Database, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(database, delivery("duty"))
    counting = Counting()
    sender = outbox(database, counting, clock)

    def refused(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refused)
        with pytest.raises(RuntimeError, match="new thread"):
            sender.turn()
    assert the_one(database).outcome is Outcome.SENDING
    assert sender.work_off() == 1
    assert (the_one(database).outcome, the_one(database).attempts, len(counting.sent)) == (Outcome.SENT, 1, 1)


def test_a_recipient_that_fails_holds_up_nobody_else(database: Database, clock: HandClock) -> None:
    """One try for whom it failed, however many messages wait; and new messages before old failures."""
    for _ in range(5):
        told(database, delivery("dead"), delivery("well"))
    assert outbox(database, Broken("well"), clock).work_off() == 6
    outcomes = Counter((each.recipient_id, each.outcome) for each in everything(database))
    assert outcomes == {("well", Outcome.SENT): 5, ("dead", Outcome.PENDING): 5}


def test_a_recipient_that_has_just_failed_is_told_at_once_of_what_is_urgent(
    database: Database, clock: HandClock
) -> None:
    told(database, delivery("dead"))
    sender = outbox(database, Broken(), clock)
    sender.work_off()
    told(database, delivery("dead"), delivery("dead", level=4))
    assert sender.work_off() == 1
    assert [each.attempts for each in everything(database)] == [1, 0, 1]


def test_what_is_urgent_does_not_wait_for_what_hangs(database: Database, clock: HandClock) -> None:
    told(database, delivery("duty"), delivery("duty"))
    channel = Hanging("duty")
    sender = outbox(database, channel, clock)
    sender.start()
    assert eventually(lambda: [each.attempts for each in everything(database)] == [1, 0])
    told(database, delivery("duty", level=4), delivery("duty", level=5))
    sender.wake()
    assert eventually(lambda: [each.attempts for each in everything(database)] == [1, 0, 1, 0])
    channel.go.set()
    assert eventually(lambda: len(channel.sent) == 4)
    sender.stop()


def test_those_that_hang_leave_workers_for_the_others(database: Database, clock: HandClock) -> None:
    """Retries take half of the workers at the most, a recipient one."""
    dead = [f"dead {number}" for number in range(8)]
    told(database, *(delivery(name) for name in dead))
    failing = outbox(database, Broken(), clock)
    failing.work_off()
    clock.move(minutes=1)
    channel = Hanging(*dead)
    sender = outbox(database, channel, clock)
    sender.start()
    assert eventually(lambda: sum(each.outcome is Outcome.SENDING for each in everything(database)) == 4)
    told(database, *(delivery(f"well {number}") for number in range(40)))
    sender.wake()
    assert eventually(lambda: len(channel.sent) == 40)
    channel.go.set()
    sender.stop()


def test_a_broken_channel_does_not_hold_up_another(database: Database, clock: HandClock) -> None:
    channel, well = Hanging("deaf"), Counting()
    told(database, delivery("deaf", "hangs"), *(delivery(f"duty {number}", "well") for number in range(100)))
    hanging, sound = outbox(database, channel, clock, name="hangs"), outbox(database, well, clock, name="well")
    hanging.start()
    assert eventually(lambda: kept(database)["deaf"].outcome is Outcome.SENDING)
    sound.start()
    assert eventually(lambda: len(well.sent) == 100)
    assert kept(database)["deaf"].outcome is Outcome.SENDING
    channel.go.set()
    hanging.stop()
    sound.stop()
    assert {each.outcome for each in everything(database)} == {Outcome.SENT}


def test_one_that_does_not_answer_costs_a_time_out_and_may_have_arrived(database: Database, clock: HandClock) -> None:
    with WebServer((say_nothing,)) as deaf, WebServer((Answer(204),)) as well:
        told(database, delivery("deaf", address=deaf.url), delivery("duty", address=well.url))
        assert outbox(database, webhook(), clock).work_off() == 2
    assert kept(database)["deaf"].outcome is Outcome.PENDING
    assert kept(database)["duty"].outcome is Outcome.SENT


def test_an_outbox_sends_only_what_is_of_its_channel(database: Database, clock: HandClock) -> None:
    told(database, delivery("duty", "one"), delivery("crew", "other"))
    assert outbox(database, Counting(), clock, name="one").work_off() == 1
    assert kept(database)["crew"].outcome is Outcome.PENDING


def test_a_new_delivery_goes_out_though_the_clock_was_set_back(database: Database, clock: HandClock) -> None:
    told(database, delivery("duty"))
    clock.move(seconds=-9 * 3600)
    assert outbox(database, Counting(), clock).work_off() == 1


def test_one_that_failed_is_tried_again_though_the_clock_was_set_back(database: Database, clock: HandClock) -> None:
    told(database, delivery("duty"))
    outbox(database, Broken(), clock).work_off()
    clock.move(seconds=-9 * 3600)
    assert outbox(database, Counting(), clock).work_off() == 1


def test_the_urgent_go_before_what_is_older(database: Database, clock: HandClock) -> None:
    told(database, *(delivery(f"r{number}") for number in range(3)))
    told(database, *(delivery(f"r{number}", level=4) for number in range(3)))
    counting = Counting()
    outbox(database, counting, clock, ONE_AT_A_TIME).work_off()
    assert counting.sent == [4, 5, 6, 1, 2, 3]


def test_a_recipient_gets_its_messages_one_after_another(database: Database, clock: HandClock) -> None:
    for _ in range(4):
        told(database, delivery("duty"), delivery("crew"))
    counting = Counting(takes_s=0.01)
    outbox(database, counting, clock).work_off()
    order = {
        name: [n for n, to in zip(counting.sent, counting.to, strict=True) if to == name] for name in ("duty", "crew")
    }
    assert order == {"duty": [1, 3, 5, 7], "crew": [2, 4, 6, 8]}
    assert counting.most_at_once == 2


def test_a_channel_is_used_by_as_many_workers_as_are_set(database: Database, clock: HandClock) -> None:
    told(database, *(delivery(f"r{number}") for number in range(40)))
    counting = Counting(takes_s=0.02)
    assert outbox(database, counting, clock, OutboxSettings(workers=5)).work_off() == 40
    assert counting.most_at_once == 5
    assert len(set(counting.sent)) == 40


def test_what_is_too_late_is_not_sent_any_more_and_said(database: Database, clock: HandClock) -> None:
    told(database, delivery("late", expires_at=DUSK + timedelta(minutes=10)), delivery("duty"))
    away = Failing(lambda each: ChannelError("away") if each.recipient_id == "late" else None)
    outbox(database, away, clock).work_off()
    clock.move(minutes=10)
    counting = Counting()
    outbox(database, counting, clock).work_off()
    assert counting.sent == []
    late = kept(database)["late"]
    assert (late.outcome, late.error) == (Outcome.FAILED, TOO_LATE)
    assert [each.detail["recipient"] for each in entries(database)] == ["duty", "late"]


def test_what_is_withdrawn_is_not_sent_and_a_correction_knows_whom_it_reached(
    database: Database, clock: HandClock
) -> None:
    """One is being sent at this moment, and fails: it is not tried again."""
    message_id = told(database, delivery("sent"), delivery("under way"), delivery("away"), delivery("in doubt"))
    said = {"away": ChannelError("away"), "in doubt": ChannelError("no answer", unknown=True)}
    under_way = Hanging("under way")
    sender = outbox(database, _Both(under_way, Failing(lambda each: said.get(each.recipient_id))), clock)
    sender.start()
    assert eventually(lambda: sum(each.attempts for each in everything(database)) == 4)
    assert eventually(lambda: sum(each.outcome is Outcome.SENDING for each in everything(database)) == 1)
    with writing(database) as connection:
        assert withdraw(connection, message_id, clock.now(), "issued in error") == 2
        reached = {each.recipient_id for each in may_have_reached(connection, message_id)}
    assert reached == {"sent", "under way", "in doubt"}
    under_way.hangs = ()
    under_way.error = ChannelError("the server is away")
    under_way.go.set()
    sender.stop()
    clock.move(hours=1)
    counting = Counting()
    outbox(database, counting, clock).work_off()
    assert counting.sent == []
    assert kept(database)["away"].error == "issued in error"


class _Both:
    """Hangs for one recipient, and has another channel for the others."""

    idempotent = False

    def __init__(self, one: Hanging, other: Failing) -> None:
        self.one, self.other = one, other

    def send(self, found: Delivery) -> str:
        if found.recipient_id != "under way":
            return self.other.send(found)
        self.one.send(found)
        raise self.one.error

    def close(self) -> None:
        pass


def test_an_outbox_that_is_stopped_lets_what_is_under_way_end_and_begins_nothing(
    database: Database, clock: HandClock
) -> None:
    told(database, *(delivery(f"r{number}") for number in range(30)))
    counting = Counting(takes_s=0.2)
    sender = outbox(database, counting, clock, OutboxSettings(workers=4))
    sender.start()
    assert eventually(lambda: counting.most_at_once == 4)
    sender.stop()
    outcomes = Counter(each.outcome for each in everything(database))
    assert outcomes[Outcome.SENDING] == 0
    assert outcomes[Outcome.SENT] == len(counting.sent) < 30
    assert sender.turn() == 0


def test_a_wake_up_starts_a_message_at_once(database: Database) -> None:
    counting = Counting()
    sender = outbox(database, counting, CLOCK)
    sender.start()
    waits_s = []
    for number in range(5):
        time.sleep(0.05)
        told(database, delivery("duty", due_at=CLOCK.now()), at=CLOCK.now())
        begun_s = time.monotonic()
        sender.wake()
        assert eventually(lambda n=number: len(counting.sent) == n + 1)  # type: ignore[misc]
        waits_s.append(time.monotonic() - begun_s)
    sender.stop()
    assert min(waits_s) < 0.3  # by itself it would look every half second


def test_two_outboxes_never_send_the_same_delivery(database: Database, clock: HandClock) -> None:
    """The lease keeps two from working at once; a mark is exclusive all the same."""
    counting = Counting()
    pair = [outbox(database, counting, clock) for _ in range(2)]
    for each in pair:
        each.turn()  # takes up what a former process left: nothing
    told(database, *(delivery(f"r{number}") for number in range(60)))
    workers = [threading.Thread(target=each.work_off) for each in pair]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(counting.sent) == sorted(each.id for each in everything(database))


def test_a_delivery_that_was_cut_off_is_sent_again_once_and_then_called_unknown(
    database: Database, clock: HandClock
) -> None:
    told(database, delivery("duty"))
    marked_by_one_that_died(database, "duty", clock=clock)
    clock.move(minutes=1)
    hanging = Hanging("duty")
    second = outbox(database, hanging, clock)
    second.turn()
    assert (the_one(database).outcome, the_one(database).error) == (Outcome.SENDING, CUT_OFF)
    clock.move(minutes=1)
    counting = Counting()
    outbox(database, counting, clock).work_off()
    assert counting.sent == []
    found = the_one(database)
    assert (found.outcome, found.attempts, found.doubts, found.error) == (Outcome.UNKNOWN, 2, 2, CUT_OFF)
    hanging.go.set()


def test_taking_up_leaves_alone_what_was_not_being_sent(database: Database, clock: HandClock) -> None:
    told(database, delivery("duty", "sound"), delivery("crew", "broken"), delivery("boss", "none"))
    outbox(database, Counting(), clock, name="sound").work_off()
    outbox(database, Broken(), clock, name="broken").work_off()
    before = everything(database)
    for name in ("sound", "broken"):
        assert outbox(database, Counting(), clock, name=name).turn() == 0
    assert everything(database) == before


def test_what_the_channel_answered_is_written_later_where_the_database_could_not_take_it(
    database: Database, clock: HandClock
) -> None:
    told(database, delivery("duty"))
    refuse = "BEFORE UPDATE ON deliveries WHEN NEW.outcome = 'sent'"
    execute(database, f"CREATE TRIGGER refused {refuse} BEGIN SELECT RAISE(ABORT, 'full'); END")
    counting = Counting()
    sender = outbox(database, counting, clock)
    with pytest.raises(DatabaseError, match="full"):
        sender.work_off()
    clock.move(seconds=1)
    with pytest.raises(DatabaseError, match="full"):
        sender.work_off()
    execute(database, "DROP TRIGGER refused")
    assert sender.work_off() == 0
    assert len(counting.sent) == 1
    assert (the_one(database).outcome, the_one(database).settled_at) == (Outcome.SENT, DUSK)


def test_an_outbox_goes_on_by_itself_when_the_database_takes_writes_again(database: Database) -> None:
    refuse = "BEFORE UPDATE ON deliveries BEGIN SELECT RAISE(ABORT, 'full'); END"
    execute(database, f"CREATE TRIGGER refused {refuse}")
    told(database, delivery("duty"))
    counting = Counting()
    sender = outbox(database, counting, CLOCK)
    sender.start()
    assert eventually(lambda: "full" in sender.failing)
    assert counting.sent == []
    execute(database, "DROP TRIGGER refused")
    assert eventually(lambda: the_one(database).outcome is Outcome.SENT)
    assert sender.failing == ""
    sender.stop()


def test_a_former_holder_marks_and_sends_nothing(database: Database, clock: HandClock) -> None:
    told(database, delivery("duty"))
    leases = SqlLeases(database, clock.now)
    assert leases.take("alerts", "former", None) == 1
    counting = Counting()
    former = outbox(database, counting, clock)
    former._deliveries = SqlDeliveries(database, fence("alerts", 1))
    former.turn()
    assert leases.take("alerts", "next", leases.seen("alerts")) == 2
    told(database, delivery("crew"))
    with pytest.raises(NotHeld):
        former.work_off()
    assert counting.to in ([], ["duty"])
    assert kept(database)["crew"].attempts == 0


def test_one_that_was_frozen_after_the_mark_does_not_hand_over_when_it_wakes(
    database: Database, clock: HandClock
) -> None:
    told(database, delivery("duty"))
    asked = iter([True])
    counting = Counting()
    sender = outbox(database, counting, clock, permitted=lambda: next(asked, False))
    sender.work_off()
    found = the_one(database)
    assert counting.sent == []
    assert (found.outcome, found.attempts, found.doubts) == (Outcome.PENDING, 0, 0)


def test_a_minute_has_no_more_messages_than_allowed_and_a_restart_does_not_begin_it_anew(database: Database) -> None:
    clock = TrueClock(CLOCK.now)
    told(database, *(delivery(f"r{number}") for number in range(9)))
    settings = OutboxSettings(per_minute=5)
    first, second = Counting(), Counting()
    begun_s = time.monotonic()
    for channel in (first, second):
        sender = outbox(database, channel, clock, settings)
        sender.start()
        assert eventually(lambda: len(first.sent) == 5)
        time.sleep(0.1)
        sender.stop()
    assert (len(first.sent), len(second.sent)) == (5, 0)
    assert time.monotonic() - begun_s < 30


def test_a_second_has_no_more_messages_than_allowed(database: Database) -> None:
    told(database, *(delivery(f"r{number}") for number in range(30)))
    counting = Counting()
    sender = outbox(database, counting, TrueClock(CLOCK.now), OutboxSettings(per_second=20))
    begun_s = time.monotonic()
    sender.start()
    assert eventually(lambda: len(counting.sent) == 30)
    assert 1.0 <= time.monotonic() - begun_s < 5
    sender.stop()


def test_a_used_up_quota_is_said_once_and_what_is_urgent_still_goes(database: Database, clock: HandClock) -> None:
    settings, counting, said = OutboxSettings(per_month=10, warn_share=0.5, urgent_share=0.3), Counting(), list[str]()
    for number in range(9):
        told(database, delivery(f"r{number}"))
    for _ in range(2):  # the second is a restart: the count is in the database
        sender = outbox(database, counting, clock, settings)
        sender._on_trouble = lambda trouble: said.append(str(trouble))
        sender.work_off()
    assert (len(counting.sent), SqlDeliveries(database).used("2026-07")) == (7, {"any": 7})
    refused = kept(database)["r8"]
    assert refused.outcome is Outcome.FAILED
    assert "7 of 10 messages of 2026-07 over any are used, and the rest is kept for hazard 4 and 5" in refused.error
    told(database, *(delivery(f"u{number}", level=4) for number in range(4)))
    sender.work_off()
    assert len(counting.sent) == 10
    assert [each.outcome for each in everything(database)[-4:]] == [Outcome.SENT] * 3 + [Outcome.FAILED]
    assert [each.partition(" of ")[0] for each in said] == ["7", "all 10 messages"]
    service = [each.text for each in entries(database) if each.kind == "service"]
    assert len(service) == 2
    assert "危険度4・5" in service[0]
    clock.move(days=31)
    told(database, delivery("r1"))
    sender.work_off()
    assert len(counting.sent) == 11


def test_what_surely_did_not_arrive_does_not_count_for_the_month(database: Database, clock: HandClock) -> None:
    said = {
        "refused": ChannelError("no such user", permanent=True),
        "away": ChannelError("away"),
        "doubt": ChannelError("no answer", unknown=True),
    }
    told(database, *(delivery(name) for name in ("duty", *said)))
    outbox(database, Failing(lambda each: said.get(each.recipient_id)), clock).work_off()
    assert SqlDeliveries(database).used("2026-07") == {"any": 2}


def test_what_the_monitor_asks_of_the_deliveries(database: Database, clock: HandClock) -> None:
    told(database, delivery("duty", "a"), delivery("crew", "b"))
    told(database, delivery("boss", "b"), at=DUSK + timedelta(minutes=5))
    record = SqlDeliveries(database)
    assert record.oldest_waiting() == {"a": DUSK, "b": DUSK}
    outbox(database, Failing(lambda _: ChannelError("no", permanent=True)), clock, name="b").work_off()
    assert record.counts() == {("a", Outcome.PENDING): 1, ("b", Outcome.FAILED): 2}
    assert record.oldest_waiting() == {"a": DUSK}
    assert record.given_up_since(DUSK) == {Outcome.FAILED: 2}
    assert record.given_up_since(DUSK + timedelta(seconds=1)) == {}
    assert record.give_up_unsettled(DUSK, "restored") == 1


def test_what_waits_for_a_channel_that_is_no_more_is_said_to_have_failed(database: Database, clock: HandClock) -> None:
    told(database, delivery("duty", "gone"), delivery("crew", "any"))
    assert SqlDeliveries(database).give_up_without_channel(["any"], clock.now()) == 1
    became = kept(database)
    assert became["crew"].outcome is Outcome.PENDING
    assert became["duty"].error == "not sent: the settings have no channel gone any more"


def execute(database: Database, statement: str) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql(statement)
