from __future__ import annotations

import pytest
from sqlalchemy import Engine as Database

from alerts.deliveries.herald import Herald
from alerts.deliveries.limits import OutboxSettings
from alerts.deliveries.outbox import Outbox
from alerts.people import Directory, GroupKind
from alerts.records import Outcome
from alerts.store.deliveries import SqlDeliveries
from tests.alerts.fake_channels import Counting
from tests.alerts.night import HandClock
from tests.alerts.post_room import delivery, everything, told
from tests.alerts.town import contact, group, people

PLAN = OutboxSettings(per_month=4, warn_share=0.5, urgent_share=0.25)
STAFF = Directory(
    people(
        [contact("duty", "email", "sms"), contact("boss", "sms"), contact("crew"), contact("other", language="en")],
        [group("office", members=["duty", "boss", "other"]), group("crew", GroupKind.CREW)],
        [],
    )
)


def test_staff_hear_over_other_channels_that_the_month_of_one_is_nearly_used_up(database: Database) -> None:
    clock = HandClock()
    herald = Herald(database, lambda: STAFF, lambda: "a key", clock)
    sender = Outbox("sms", Counting(), SqlDeliveries(database), clock, PLAN, on_trouble=herald.tell)
    told(database, *(delivery(f"r{number}", "sms") for number in range(2)))
    sender.work_off()
    mails = [each for each in everything(database) if each.channel != "sms"]
    assert {each.recipient_id: each.subject for each in mails} == {
        "duty": "sms の 2026-07 の送信数が 2 通になった（上限 4 通）",
        "other": "2 of 4 messages of 2026-07 over sms are used",
    }
    assert {(each.channel, each.outcome) for each in mails} == {("email", Outcome.PENDING)}


def test_that_nobody_can_be_told_holds_up_no_message(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    def away() -> Directory:
        raise OSError("the directory is away")

    clock = HandClock()
    herald = Herald(database, away, lambda: "a key", clock)
    sender = Outbox("sms", Counting(), SqlDeliveries(database), clock, PLAN, on_trouble=herald.tell)
    told(database, *(delivery(f"r{number}", "sms", level=4) for number in range(4)))
    sender.work_off()
    assert {each.outcome for each in everything(database)} == {Outcome.SENT}
    assert "staff could not be told: the directory is away" in caplog.text
