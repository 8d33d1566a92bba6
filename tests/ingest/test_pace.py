"""How many stills a camera may send, and how long one may wait: pure, with times as arguments."""

from __future__ import annotations

import tracemalloc
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cameras.intake import PATIENCE_S, PRESSED_PATIENCE_S, StillIntake
from ingest.cameras.pace import LEAST_PER_SLOT, SLOTS_KEPT, Pace, per_slot
from ingest.inbox import Arrived
from ingest.messages import Refusal
from ingest.pipeline import Kept
from ingest.quality import ClockLimits
from tests.ingest.camera_files import jpeg, scene
from tests.ingest.cities import NOON, message, small_roster

STILL = "mizumori/v1/fujii/camera/fujii-cam/still"
WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)
INSTANT = timedelta(milliseconds=1)


def admitted(pace: Pace, sent: list[tuple[datetime, datetime]], interval_s: float = 60.0, camera: str = "cam") -> int:
    """How many stills are taken of those (taken, received)."""
    return sum(not pace.excess(camera, interval_s, taken_at, received_at) for taken_at, received_at in sent)


def test_a_thousand_stills_in_a_second_are_ten() -> None:
    sent = [(NOON + number * INSTANT, NOON + number * INSTANT) for number in range(1_000)]
    assert admitted(Pace(WEEK), sent) == LEAST_PER_SLOT


def test_a_day_of_stills_with_their_own_times_comes_in_at_the_speed_of_the_line() -> None:
    late = [(NOON - timedelta(days=1) + number * MINUTE, NOON + number * INSTANT) for number in range(1_440)]
    assert admitted(Pace(WEEK), late) == 1_440


def test_a_week_of_them_newest_first_comes_in_as_well() -> None:
    late = [(NOON - number * MINUTE, NOON + number * INSTANT) for number in range(7 * 1_440)]
    assert admitted(Pace(WEEK), late) == 7 * 1_440


def test_invented_times_do_not_go_on_for_ever() -> None:
    invented = [(NOON - number * MINUTE, NOON + number * INSTANT) for number in range(30_000)]
    assert admitted(Pace(WEEK), invented) <= 7 * 1_440 + LEAST_PER_SLOT + 10


def test_minutes_in_turn_do_not_get_round_the_limit_of_each() -> None:
    turns = [(NOON - number % 8 * MINUTE, NOON + number * INSTANT) for number in range(1_000)]
    assert admitted(Pace(WEEK), turns) == 8 * LEAST_PER_SLOT


def test_one_camera_gone_wild_costs_no_other_a_still() -> None:
    pace = Pace(WEEK)
    assert admitted(pace, [(NOON, NOON + number * INSTANT) for number in range(500)]) == LEAST_PER_SLOT
    assert admitted(pace, [(NOON, NOON)], camera="other") == 1


def test_a_camera_of_short_interval_may_send_three_times_as_many_as_that() -> None:
    assert [per_slot(each) for each in (1.0, 5.0, 60.0, 300.0)] == [180, 36, 10, 10]


def test_the_same_still_tried_again_counts_once() -> None:
    pace = Pace(WEEK)
    for _ in range(50):
        assert pace.excess("cam", 60.0, NOON, NOON) == ""
    assert admitted(pace, [(NOON, NOON + number * INSTANT) for number in range(1, 100)]) == LEAST_PER_SLOT - 1


def test_a_camera_that_was_refused_is_taken_again_in_the_next_minute() -> None:
    pace = Pace(WEEK)
    admitted(pace, [(NOON, NOON + number * INSTANT) for number in range(100)])
    assert admitted(pace, [(NOON + MINUTE, NOON + MINUTE)]) == 1


@given(st.lists(st.tuples(st.integers(-20_000, 20_000), st.integers(-100_000, 100_000)), max_size=300))
def test_whatever_the_clocks_do_a_minute_never_has_more_than_its_share(times: list[tuple[int, int]]) -> None:
    pace, by_minute = Pace(WEEK), dict[int, set[datetime]]()
    for taken_s, received_s in times[:SLOTS_KEPT]:
        taken_at, received_at = NOON + timedelta(seconds=taken_s), NOON + timedelta(seconds=received_s)
        if not pace.excess("cam", 60.0, taken_at, received_at):
            by_minute.setdefault(int(taken_at.timestamp() // 60), set()).add(received_at)
    assert all(len(each) <= LEAST_PER_SLOT for each in by_minute.values())


def test_what_is_remembered_of_three_hundred_cameras_is_small() -> None:
    pace = Pace(WEEK)
    tracemalloc.start()
    for camera in range(300):
        for number in range(60):
            pace.excess(f"cam{camera}", 60.0, NOON + number * MINUTE, NOON + number * INSTANT)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept < 6_000_000


class Hand:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def taken_in(intake: StillIntake, entered_s: float, data: bytes = b"", **more: object) -> Kept:
    arrived = Arrived(message(STILL, data or jpeg(scene(32, 32)), **more), lambda: None, entered_s)
    return intake.interpret(arrived, small_roster())


@pytest.mark.parametrize(("pressed", "patience_s"), [(False, PATIENCE_S), (True, PRESSED_PATIENCE_S)])
def test_a_still_that_waited_too_long_is_refused_so_that_what_came_behind_it_is_acknowledged(
    pressed: bool, patience_s: float
) -> None:
    hand = Hand()
    intake = StillIntake(ClockLimits(), Pace(WEEK), hand, lambda: pressed)
    assert taken_in(intake, hand.now_s - patience_s + 0.1).stills
    letter = taken_in(intake, hand.now_s - patience_s - 0.1).dead_letters[0]
    assert letter.reason == Refusal.OVERLOADED
    assert f"waited {patience_s:.0f} s" in letter.detail


def test_what_waited_because_nothing_could_be_written_is_kept() -> None:
    hand = Hand()
    intake = StillIntake(ClockLimits(), Pace(WEEK), hand)
    entered_s, hand.now_s = hand.now_s, hand.now_s + 600.0
    intake.recovered()
    hand.now_s += 1.0
    assert taken_in(intake, entered_s).stills


def test_too_many_are_refused_before_anybody_looks_into_them() -> None:
    intake = StillIntake(ClockLimits(), Pace(WEEK), Hand())
    found = [taken_in(intake, 0.0, received_at=NOON + number * INSTANT) for number in range(30)]
    assert [bool(each.stills) for each in found] == [True] * 10 + [False] * 20
    assert {each.dead_letters[0].reason for each in found[10:]} == {Refusal.TOO_MANY}
    assert "more than 10 stills of the same minute" in found[-1].dead_letters[0].detail
    broken = taken_in(intake, 0.0, b"not a picture", received_at=NOON + timedelta(hours=1))
    assert broken.dead_letters[0].reason == Refusal.UNREADABLE_IMAGE


def test_a_camera_that_gives_the_same_time_again_and_again_sends_stills_of_their_receipt() -> None:
    """As one does that is frozen with its clock: by its time it would be one still, and nobody would look at it."""
    intake = StillIntake(ClockLimits(), Pace(WEEK), Hand())
    stood = {"taken_at": NOON.isoformat()}
    sent = [taken_in(intake, 0.0, received_at=NOON + number * MINUTE, properties=stood) for number in range(20)]
    found = [each.stills[0] for each in sent]
    assert [each.taken_at for each in found] == [NOON + number * MINUTE for number in range(20)]
    assert [each.clock_suspect for each in found] == [each.clock_stands for each in found] == [False] + [True] * 19
    assert len({each.file for each in found}) == 20
    again = taken_in(intake, 0.0, received_at=NOON + 19 * MINUTE, properties=stood)
    assert again.stills == sent[-1].stills


@pytest.mark.parametrize("every_s", [10, 25, 45, 200, 600])
@pytest.mark.parametrize("wobble", [False, True])
def test_live_pictures_of_a_clock_that_stands_are_taken_however_often_they_come(every_s: int, wobble: bool) -> None:
    """At other times than its interval of a minute says, and also where the clock trembles about a full minute."""
    intake, pictures = StillIntake(ClockLimits(), Pace(WEEK), Hand()), [jpeg(scene(32, 32, seed)) for seed in range(2)]
    stood = [
        {"taken_at": (NOON - timedelta(days=2, seconds=wobble * (number % 2))).isoformat()} for number in range(60)
    ]
    found = [
        taken_in(
            intake,
            0.0,
            pictures[number % 2],
            received_at=NOON + number * timedelta(seconds=every_s),
            properties=stood[number],
        )
        for number in range(60)
    ]
    assert all(each.stills for each in found)
    late = [each.stills[0] for each in found[2 * LEAST_PER_SLOT :]]
    assert all(each.clock_stands and each.clock_suspect and each.taken_at == each.received_at for each in late)


def test_a_flood_of_stills_from_a_clock_that_stands_is_refused_as_any() -> None:
    intake, stood = StillIntake(ClockLimits(), Pace(WEEK), Hand()), {"taken_at": (NOON - timedelta(days=2)).isoformat()}
    live = [
        taken_in(intake, 0.0, received_at=NOON + number * 20 * timedelta(seconds=1), properties=stood)
        for number in range(30)
    ]
    assert all(each.stills for each in live)
    wild_at = NOON + timedelta(hours=1)
    data = [jpeg(scene(32, 32, seed)) for seed in range(3)]
    wild = [
        taken_in(intake, 0.0, data[number % 3], received_at=wild_at + number * INSTANT, properties=stood)
        for number in range(1_000)
    ]
    assert sum(bool(each.stills) for each in wild) <= LEAST_PER_SLOT
    assert wild[-1].dead_letters[0].reason == Refusal.TOO_MANY


def test_what_a_camera_kept_of_a_busy_minute_is_not_taken_for_a_clock_that_stands() -> None:
    """It comes at the speed of the line: a picture of yesterday must not get the time of now."""
    intake, data = StillIntake(ClockLimits(), Pace(WEEK), Hand()), [jpeg(scene(32, 32, seed)) for seed in range(30)]
    yesterday = NOON - timedelta(days=1)
    found = [
        taken_in(
            intake,
            0.0,
            data[number],
            received_at=NOON + number * timedelta(seconds=1),
            properties={"taken_at": (yesterday + number * timedelta(seconds=2)).isoformat()},
        )
        for number in range(30)
    ]
    assert sum(bool(each.stills) for each in found) == LEAST_PER_SLOT
    assert not any(still.clock_stands for each in found for still in each.stills)


def test_a_clock_that_goes_on_again_is_believed_again() -> None:
    intake = StillIntake(ClockLimits(), Pace(WEEK), Hand())
    for number in range(5):
        still = taken_in(
            intake, 0.0, received_at=NOON + number * MINUTE, properties={"taken_at": NOON.isoformat()}
        ).stills[0]
    assert still.clock_stands
    at = NOON + timedelta(minutes=6)
    still = taken_in(intake, 0.0, received_at=at, properties={"taken_at": at.isoformat()}).stills[0]
    assert (still.taken_at, still.clock_suspect, still.clock_stands) == (at, False, False)


def test_a_still_that_is_sent_twice_is_one() -> None:
    """By a camera that missed the acknowledgement or was away, and by a broker, however late."""
    intake = StillIntake(ClockLimits(), Pace(WEEK), Hand())
    first = taken_in(intake, 0.0, received_at=NOON, properties={"taken_at": NOON.isoformat()}).stills[0]
    for after, redelivered in ((timedelta(seconds=20), False), (MINUTE, True), (timedelta(hours=2), False)):
        again = taken_in(
            intake,
            0.0,
            received_at=NOON + after,
            properties={"taken_at": NOON.isoformat()},
            redelivered=redelivered,
        ).stills[0]
        assert (again.taken_at, again.file, again.clock_suspect) == (NOON, first.file, False)
