from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy.exc import DatabaseError

from alerts.channels.channel import Channel
from alerts.channels.email import Email, EmailSettings
from alerts.channels.logfile import LogFile
from alerts.channels.webhook import Webhook, WebhookSettings
from alerts.deliveries import BACK_OFF_S, CUT_OFF, MOST_ATTEMPTS, MOST_PER_TURN, Outbox, resume
from alerts.records import Delivery, Outcome
from alerts.store import Recorded, SqlAlerts
from tests.alerts.fake_channels import Broken, Counting, CutOff, PowerCut
from tests.alerts.night import DUSK, HandClock, delivery, kept, recorded, transition
from tests.alerts.servers import Answer, Mailbox, MailServer, WebServer, reset, say_nothing

WEBHOOK = Webhook(WebhookSettings(timeout_s=0.3))


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


def outbox(name: str, channel: Channel, alerts: SqlAlerts, clock: HandClock) -> Outbox:
    return Outbox(name, channel, alerts, clock)


def the_one(alerts: SqlAlerts) -> Delivery:
    (found,) = kept(alerts).values()
    return found


def due_in_s(delivery: Delivery, clock: HandClock) -> float:
    return (delivery.due_at - clock.now()).total_seconds()


def test_the_record_says_what_became_of_each_mail(alerts: SqlAlerts, clock: HandClock, mail_server: MailServer) -> None:
    recorded(
        alerts, *(delivery(name, "email", f"{name}@x.jp") for name in ("duty", "refused", "later", "gone", "spam"))
    )
    clock.move(seconds=3)
    channel = Email(EmailSettings(port=mail_server.port, timeout_s=5))
    assert outbox("email", channel, alerts, clock).turn() == 5
    became = kept(alerts)
    assert {name: each.outcome for name, each in became.items()} == {
        "duty": Outcome.SENT,
        "refused": Outcome.FAILED,
        "later": Outcome.PENDING,
        "gone": Outcome.PENDING,
        "spam": Outcome.PENDING,
    }
    assert {each.attempts for each in became.values()} == {1}
    settled = {name for name, each in became.items() if each.settled_at == clock.now()}
    assert settled == {"duty", "refused"}
    assert became["duty"].error == ""
    assert "550 5.1.1 no such user" in became["refused"].error
    assert "451" in became["later"].error
    assert all(due_in_s(became[name], clock) == BACK_OFF_S[0] for name in ("later", "gone"))


def test_a_failure_that_may_pass_is_tried_again_when_it_is_due(alerts: SqlAlerts, clock: HandClock) -> None:
    with WebServer((Answer(500), Answer(200))) as server:
        recorded(alerts, delivery("duty", "webhook", server.url))
        sender = outbox("webhook", WEBHOOK, alerts, clock)
        assert sender.turn() == 1
        assert the_one(alerts).error == "the other side answered 500"
        clock.move(seconds=BACK_OFF_S[0] - 1)
        assert sender.turn() == 0
        clock.move(seconds=1)
        assert sender.turn() == 1
        assert sender.turn() == 0
    found = the_one(alerts)
    assert (found.outcome, found.attempts, found.error) == (Outcome.SENT, 2, "")
    assert found.settled_at == DUSK + timedelta(seconds=BACK_OFF_S[0])
    assert len({each.header("Idempotency-Key") for each in server.requests}) == 1


@pytest.mark.parametrize("status", [400, 410])
def test_a_permanent_failure_is_not_tried_again(alerts: SqlAlerts, clock: HandClock, status: int) -> None:
    with WebServer((Answer(status),)) as server:
        recorded(alerts, delivery("duty", "webhook", server.url))
        sender = outbox("webhook", WEBHOOK, alerts, clock)
        sender.turn()
        clock.move(days=2)
        assert sender.turn() == 0
    found = the_one(alerts)
    assert (found.outcome, found.settled_at, found.error) == (
        Outcome.FAILED,
        DUSK,
        f"the other side answered {status}",
    )


@pytest.mark.parametrize(("asked_s", "waited_s"), [(120, 120), (1, BACK_OFF_S[0]), (999_999, 3600)])
def test_retry_after_is_respected_up_to_an_hour(
    alerts: SqlAlerts, clock: HandClock, asked_s: int, waited_s: int
) -> None:
    with WebServer((Answer(429, (f"Retry-After: {asked_s}",)),)) as server:
        recorded(alerts, delivery("duty", "webhook", server.url))
        outbox("webhook", WEBHOOK, alerts, clock).turn()
    assert due_in_s(the_one(alerts), clock) == waited_s


def test_the_waits_grow_and_in_the_end_it_is_given_up(alerts: SqlAlerts, clock: HandClock) -> None:
    waits_s = []
    with WebServer((reset,)) as server:
        recorded(alerts, delivery("duty", "webhook", server.url))
        sender = outbox("webhook", WEBHOOK, alerts, clock)
        while sender.turn() and the_one(alerts).outcome is Outcome.PENDING:
            waits_s.append(due_in_s(the_one(alerts), clock))
            clock.move(seconds=waits_s[-1])
    assert waits_s[: len(BACK_OFF_S)] == list(BACK_OFF_S)
    assert set(waits_s[len(BACK_OFF_S) :]) == {BACK_OFF_S[-1]}
    assert len(server.requests) == MOST_ATTEMPTS
    found = the_one(alerts)
    assert (found.outcome, found.attempts, found.settled_at) == (Outcome.FAILED, MOST_ATTEMPTS, clock.now())
    assert found.error


def test_a_file_that_can_be_written_again_gets_its_messages(
    alerts: SqlAlerts, clock: HandClock, tmp_path: Path
) -> None:
    taken = tmp_path / "messages"
    taken.write_text("in the way of a folder")
    recorded(alerts, delivery("duty", "logfile", str(taken / "duty.txt")))
    sender = outbox("logfile", LogFile(), alerts, clock)
    sender.turn()
    assert "the file could not be written" in the_one(alerts).error
    taken.unlink()
    clock.move(seconds=BACK_OFF_S[0])
    sender.turn()
    assert the_one(alerts).outcome is Outcome.SENT
    assert "【危険度3】藤井川" in (taken / "duty.txt").read_text(encoding="utf-8")


def test_a_fault_of_ours_with_one_message_does_not_stop_the_next(alerts: SqlAlerts, clock: HandClock) -> None:
    recorded(alerts, delivery("odd", "any", "x"), delivery("duty", "any", "y"))
    assert outbox("any", Broken("duty"), alerts, clock).turn() == 2
    became = kept(alerts)
    assert (became["odd"].outcome, became["odd"].error) == (Outcome.PENDING, "ZeroDivisionError('a fault of ours')")
    assert became["duty"].outcome is Outcome.SENT


def test_a_recipient_that_does_not_answer_does_not_stop_the_next(alerts: SqlAlerts, clock: HandClock) -> None:
    with WebServer((say_nothing,)) as deaf, WebServer((Answer(204),)) as well:
        recorded(alerts, delivery("deaf", "webhook", deaf.url), delivery("duty", "webhook", well.url))
        assert outbox("webhook", WEBHOOK, alerts, clock).turn() == 2
    assert kept(alerts)["deaf"].outcome is Outcome.PENDING
    assert kept(alerts)["duty"].outcome is Outcome.SENT


def test_a_broken_channel_does_not_hold_up_another(alerts: SqlAlerts, clock: HandClock, tmp_path: Path) -> None:
    with WebServer((say_nothing,)) as deaf:
        file = tmp_path / "messages.txt"
        recorded(alerts, delivery("deaf", "webhook", deaf.url), delivery("duty", "logfile", str(file)))
        patient = Webhook(WebhookSettings(timeout_s=30))
        hanging = threading.Thread(target=outbox("webhook", patient, alerts, clock).turn)
        hanging.start()
        wait_for(deaf)
        assert outbox("logfile", LogFile(), alerts, clock).turn() == 1
        assert kept(alerts)["deaf"].outcome is Outcome.SENDING
        assert kept(alerts)["duty"].outcome is Outcome.SENT
    hanging.join()
    assert kept(alerts)["deaf"].outcome is Outcome.PENDING


def wait_for(server: WebServer) -> None:
    """Until the first request is there."""
    for _ in range(500):
        if server.requests or server.over.wait(0.01):
            return
    raise AssertionError("nobody called")


def test_an_outbox_sends_only_what_is_of_its_channel(alerts: SqlAlerts, clock: HandClock) -> None:
    recorded(alerts, delivery("duty", "one", "x"), delivery("crew", "other", "y"))
    assert outbox("one", Counting(), alerts, clock).turn() == 1
    assert kept(alerts)["crew"].outcome is Outcome.PENDING


def test_a_new_delivery_goes_out_though_the_clock_was_set_back(alerts: SqlAlerts, clock: HandClock) -> None:
    recorded(alerts, delivery("duty", "one", "x"))
    clock.move(seconds=-9 * 3600)
    assert outbox("one", Counting(), alerts, clock).turn() == 1


def test_a_recipient_that_fails_holds_up_nobody_else(alerts: SqlAlerts, clock: HandClock) -> None:
    """One try a turn for whom it failed, however many messages wait; and new messages before old failures."""
    for _ in range(5):
        recorded(alerts, delivery("dead", "any", "x"), delivery("well", "any", "y"))
    channel = Broken("well")
    assert outbox("any", channel, alerts, clock).turn() == 6
    ids = [each.id for each in alerts.transitions_after(0)]
    outcomes = Counter((each.recipient_id, each.outcome) for each in alerts.deliveries_of(ids))
    assert outcomes == {("well", Outcome.SENT): 5, ("dead", Outcome.PENDING): 5}


def test_an_outbox_that_is_stopped_begins_no_further_delivery(alerts: SqlAlerts, clock: HandClock) -> None:
    recorded(alerts, delivery("duty", "one", "x"))
    sender = outbox("one", Counting(), alerts, clock)
    sender.stop()
    assert sender.turn() == 0


def test_a_second_engine_records_nothing_twice(alerts: SqlAlerts) -> None:
    seen = alerts.cursor()
    assert alerts.record(seen, seen + 1, {}, [Recorded(transition(), ())])
    assert not alerts.record(seen, seen + 1, {}, [Recorded(transition(), ())])
    assert len(alerts.transitions_after(0)) == 1


def test_what_is_due_the_longest_goes_first(alerts: SqlAlerts, clock: HandClock) -> None:
    recorded(alerts, *(delivery(f"r{number}", "any", "x") for number in range(3)))
    sender = outbox("any", Broken("r1", "r2"), alerts, clock)
    sender.turn()
    clock.move(seconds=BACK_OFF_S[0])
    recorded(alerts, delivery("older", "any", "x"))
    counting = Counting()
    outbox("any", counting, alerts, clock).turn()
    found = kept(alerts)
    assert counting.sent == [found["older"].id, found["r0"].id]


def test_a_turn_ends_after_a_number_of_messages_and_the_next_goes_on(alerts: SqlAlerts, clock: HandClock) -> None:
    recorded(alerts, *(delivery(f"r{number}", "any", "x") for number in range(MOST_PER_TURN + 1)))
    counting = Counting()
    sender = outbox("any", counting, alerts, clock)
    assert (sender.turn(), sender.turn(), sender.turn()) == (MOST_PER_TURN, 1, 0)
    assert len(set(counting.sent)) == MOST_PER_TURN + 1


def test_two_workers_never_send_the_same_delivery(alerts: SqlAlerts, clock: HandClock) -> None:
    recorded(alerts, *(delivery(f"r{number}", "any", "x") for number in range(60)))
    counting = Counting()
    workers = [threading.Thread(target=outbox("any", counting, alerts, clock).turn) for _ in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sorted(counting.sent) == sorted(each.id for each in kept(alerts).values())


def test_a_delivery_that_was_cut_off_is_sent_again_once_and_then_called_unknown(
    alerts: SqlAlerts, clock: HandClock
) -> None:
    recorded(alerts, delivery("duty", "any", "x"))
    cut_off = CutOff()
    for resumed in (1, 1, 0):
        with_power_cut(outbox("any", cut_off, alerts, clock))
        clock.move(seconds=60)
        assert resume(alerts, clock.now()) == resumed
    assert len(cut_off.sent) == 2
    found = the_one(alerts)
    assert (found.outcome, found.attempts, found.error) == (Outcome.UNKNOWN, 2, CUT_OFF)
    assert found.settled_at == DUSK + timedelta(seconds=120)


def with_power_cut(sender: Outbox) -> None:
    try:
        sender.turn()
    except PowerCut:
        return


def test_a_delivery_that_was_cut_off_once_arrives_after_the_restart(alerts: SqlAlerts, clock: HandClock) -> None:
    recorded(alerts, delivery("duty", "any", "x"), delivery("crew", "any", "y"))
    with_power_cut(outbox("any", CutOff(), alerts, clock))
    assert kept(alerts)["duty"].outcome is Outcome.SENDING
    resume(alerts, clock.now())
    assert outbox("any", Counting(), alerts, clock).turn() == 2
    assert {each.outcome for each in kept(alerts).values()} == {Outcome.SENT}
    assert {each.error for each in kept(alerts).values()} == {""}


def test_resuming_leaves_alone_what_was_not_being_sent(alerts: SqlAlerts, clock: HandClock) -> None:
    recorded(alerts, delivery("duty", "sound", "x"), delivery("crew", "broken", "y"), delivery("boss", "none", "z"))
    outbox("sound", Counting(), alerts, clock).turn()
    outbox("broken", Broken(), alerts, clock).turn()
    before = kept(alerts)
    clock.move(hours=1)
    assert resume(alerts, clock.now()) == 0
    assert kept(alerts) == before


def test_what_became_of_a_message_is_written_later_where_the_database_could_not_take_it(
    database: Database, alerts: SqlAlerts, clock: HandClock
) -> None:
    recorded(alerts, delivery("duty", "any", "x"))
    when = "BEFORE UPDATE ON deliveries WHEN NEW.outcome = 'sent'"
    execute(database, f"CREATE TRIGGER refused {when} BEGIN SELECT RAISE(ABORT, 'full'); END")
    counting = Counting()
    sender = outbox("any", counting, alerts, clock)
    with pytest.raises(DatabaseError, match="full"):
        sender.turn()
    execute(database, "DROP TRIGGER refused")
    clock.move(seconds=1)
    assert sender.turn() == 0
    assert len(counting.sent) == 1
    assert (the_one(alerts).outcome, the_one(alerts).settled_at) == (Outcome.SENT, DUSK)


def execute(database: Database, statement: str) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql(statement)
