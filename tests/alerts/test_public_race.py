"""A correction made while the wrong message is still being sent: exactly those who got it get the correction."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy import Engine

from alerts.deliveries.outbox import Outbox
from alerts.public.records import Given
from alerts.records import Delivery
from alerts.store.deliveries import SqlDeliveries
from tests.alerts.public_house import WHY, PublicHouse

RESIDENTS = 1000
AT_ONCE = 400
SLOW_S = 0.01
WITHIN_S = 300.0


class SlowChannel:
    """Takes its time for each message, as a mail server does, and remembers who got what when."""

    idempotent = False

    def __init__(self, stops_after: int = 1_000_000) -> None:
        """From so many messages on it holds those that it was given until ``goes_on`` is set."""
        self.goes_on = threading.Event()
        self._stops_after = stops_after
        self.got: list[tuple[str, str, float]] = []
        self._lock = threading.Lock()

    def send(self, delivery: Delivery) -> str:
        time.sleep(SLOW_S)
        if len(self.got) >= self._stops_after:
            self.goes_on.wait(30)
        with self._lock:
            self.got.append((delivery.subject[:2], delivery.recipient_id, time.monotonic()))
        return ""

    def close(self) -> None:
        """Nothing is open."""

    def who_got(self, begins: str) -> list[str]:
        with self._lock:
            return [recipient for subject, recipient, _ in self.got if subject == begins]


def until(true: Callable[[], bool], within_s: float = 60.0) -> None:
    end_s = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end_s, "it took too long"
        time.sleep(0.01)


def test_a_correction_in_the_middle_of_the_sending_reaches_exactly_those_who_got_the_wrong_message(
    database: Engine,
) -> None:
    house = PublicHouse(database, residents=AT_ONCE)
    wrong = house.out(4)
    channel = SlowChannel(stops_after=AT_ONCE // 3)
    deliveries = SqlDeliveries(database)
    outbox = Outbox("email", channel, deliveries, house.clock)
    outbox.start()
    try:
        until(lambda: len(channel.got) >= AT_ONCE // 3)
        began_s = time.monotonic()
        out = house.desk.correct(wrong.id, "当番", WHY, Given({"ja": {"headline": "栗原川の水位"}}))
        channel.goes_on.set()
        outbox.wake()
        until(lambda: len(channel.who_got("訂正")) == out.told)
        last_s = channel.got[-1][2] - began_s
    finally:
        outbox.stop()
    got_wrong, got_correction = channel.who_got("藤井"), channel.who_got("訂正")
    assert 0 < out.taken_back < AT_ONCE
    assert out.told + out.taken_back == AT_ONCE
    assert sorted(got_correction) == sorted(got_wrong)
    assert len(set(got_correction)) == len(got_correction)
    assert last_s < WITHIN_S


def test_a_thousand_people_have_the_correction_within_five_minutes(database: Engine) -> None:
    house = PublicHouse(database, residents=RESIDENTS)
    wrong = house.out(4)
    channel = SlowChannel()
    outbox = Outbox("email", channel, SqlDeliveries(database), house.clock)
    outbox.start()
    try:
        until(lambda: len(channel.who_got("藤井")) == RESIDENTS)
        began_s = time.monotonic()
        out = house.desk.correct(wrong.id, "当番", WHY, Given())
        outbox.wake()
        until(lambda: len(channel.who_got("訂正")) == RESIDENTS)
        last_s = channel.got[-1][2] - began_s
    finally:
        outbox.stop()
    assert (out.told, out.taken_back) == (RESIDENTS, 0)
    assert last_s < WITHIN_S
