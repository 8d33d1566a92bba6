"""Acknowledgements leave in the order of receipt over both lanes, and a full lane of stills holds up no reading."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from ingest.inbox import Arrived, Inbox
from ingest.lanes import HOLD_S, MOST_STILL_BYTES, MOST_STILLS, Lanes, lane_of_stills
from ingest.messages import Refusal
from ingest.order import Order
from ingest.pipeline import HEAD_BYTES, interpret
from ingest.quality import ClockLimits
from tests.ingest.cities import message, reading_message, small_roster

STILL = "mizumori/v1/fujii/camera/fujii-cam/still"


def nothing() -> None:
    """What is done where nobody wants an acknowledgement."""


def test_whichever_is_done_first_the_first_that_came_is_acknowledged_first() -> None:
    order = Order()
    tickets = [order.ticket(number) for number in range(1, 6)]
    tickets[1].close()
    tickets[2].close()
    assert order.due() == []
    tickets[0].close()
    assert order.due() == [1, 2, 3]
    order.sent()
    tickets[4].close()
    assert order.due() == []
    tickets[3].close()
    assert order.due() == [4, 5]


def test_what_could_not_be_sent_is_due_again() -> None:
    order = Order()
    order.ticket(7).close()
    assert order.due() == [7]
    order.ticket(8).close()
    assert order.due() == [7, 8]
    order.sent()
    assert order.due() == []


def test_a_message_that_could_not_be_taken_in_holds_up_nobody_and_is_not_acknowledged() -> None:
    order = Order()
    broken, good = order.ticket(1), order.ticket(2)
    good.close()
    broken.withdraw()
    assert order.due() == [2]
    assert len(order) == 0


def test_a_packet_number_that_comes_twice_in_one_connection_is_acknowledged_twice() -> None:
    order = Order()
    first, second = order.ticket(3), order.ticket(3)
    second.close()
    assert order.due() == []
    first.close()
    assert order.due() == [3, 3]


def test_two_workers_at_once_keep_the_order() -> None:
    order, dice = Order(), random.Random(5)
    tickets = [order.ticket(number) for number in range(1, 20_001)]
    lanes = [[each for each in tickets if each.packet_id % 3], [each for each in tickets if not each.packet_id % 3]]
    for lane in lanes:
        dice.shuffle(lane)
    threads = [threading.Thread(target=lambda lane=lane: [each.close() for each in lane]) for lane in lanes]
    given: list[int] = []
    for thread in threads:
        thread.start()
    while len(given) < len(tickets):
        given += order.due()
        order.sent()
    assert given == list(range(1, 20_001))


def still(size: int = 10_000, number: int = 0) -> Arrived:
    return Arrived(message(STILL, number.to_bytes(4, "big") + bytes(size - 4)), nothing)


def test_stills_and_readings_wait_apart() -> None:
    readings, stills = Inbox(), lane_of_stills()
    lanes = Lanes(readings, stills)
    lanes.put(still())
    lanes.put(Arrived(reading_message("{}"), nothing))
    assert (len(readings), len(stills)) == (1, 1)


def test_a_lane_of_stills_that_stands_still_holds_up_a_reading_only_once_and_briefly() -> None:
    readings, stills = Inbox(), Inbox(most_messages=3)
    lanes = Lanes(readings, stills)
    began_s = time.monotonic()
    for number in range(1_000):
        lanes.put(still(number=number))
    lanes.put(Arrived(reading_message('{"stage_m": 1}'), nothing))
    assert time.monotonic() - began_s < 2 * HOLD_S
    assert (len(stills), lanes.turned_away, len(readings)) == (3, 997, 998)
    refused = readings.take(1, 0, 0)[0].message
    assert (len(refused.payload), refused.size_bytes) == (HEAD_BYTES, 10_000)
    letter = interpret(refused, small_roster(), ClockLimits()).dead_letters[0]
    assert letter.reason == Refusal.OVERLOADED
    assert not letter.whole


def test_what_waits_of_stills_is_bounded_in_number_and_in_bytes() -> None:
    readings, stills = Inbox(), lane_of_stills()
    lanes = Lanes(readings, stills)
    for number in range(MOST_STILLS + 10):
        lanes.put(still(number=number))
    assert len(stills) == MOST_STILLS
    large, stills = still(4 * 1024 * 1024), lane_of_stills()
    lanes = Lanes(Inbox(), stills)
    for _ in range(20):
        lanes.put(large)
    assert len(stills) * 4 * 1024 * 1024 == MOST_STILL_BYTES


def emptied(inbox: Inbox, every_s: float, ended: Callable[[], bool]) -> list[Arrived]:
    taken: list[Arrived] = []
    while not ended() or len(inbox):
        taken += inbox.take(1, 0, 0.01)
        time.sleep(every_s)
    return taken


def test_a_worker_that_goes_on_loses_no_still_however_many_come() -> None:
    readings, stills = Inbox(), Inbox(most_messages=3)
    lanes = Lanes(readings, stills)
    sent = threading.Event()
    taken: list[Arrived] = []
    worker = threading.Thread(target=lambda: taken.extend(emptied(stills, 0.002, sent.is_set)))
    worker.start()
    for number in range(200):
        lanes.put(still(number=number))
    sent.set()
    worker.join(10)
    assert lanes.turned_away == 0
    assert [int.from_bytes(each.message.payload[:4], "big") for each in taken] == list(range(200))


def test_while_nothing_can_be_written_no_still_is_refused() -> None:
    readings, stills, held_up = Inbox(), Inbox(most_messages=1), [True]
    lanes = Lanes(readings, stills, lambda: held_up[0])
    lanes.put(still())
    waiting = threading.Thread(target=lanes.put, args=(still(number=2),))
    waiting.start()
    waiting.join(HOLD_S + 0.5)
    assert waiting.is_alive()
    assert lanes.full
    stills.take(1, 0, 0)
    waiting.join(5)
    assert (lanes.turned_away, len(stills)) == (0, 1)


def test_a_closed_lane_lets_nothing_in_and_nobody_wait() -> None:
    readings, stills = Inbox(), Inbox(most_messages=1)
    lanes = Lanes(readings, stills)
    lanes.put(still())
    stills.close()
    lanes.put(still(number=2))
    assert (len(stills), lanes.turned_away) == (1, 0)


def test_a_batch_of_stills_is_small_in_bytes() -> None:
    inbox = Inbox()
    for number in range(5):
        inbox.put(still(3_000, number))
    inbox.put(still(50_000))
    taken = [len(inbox.take(16, 0, 0, most_bytes=8_000)) for _ in range(4)]
    assert taken == [2, 2, 1, 1]
