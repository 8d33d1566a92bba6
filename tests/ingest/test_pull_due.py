"""When a camera is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ingest.devices import Camera
from ingest.pull.due import LOCKED_OUT_S, PATIENCE_S, SPREAD_S, Pace, due_at, is_due

START = datetime(2026, 7, 1, tzinfo=UTC)


def camera(name: str = "fujii-up", interval_s: float = 60.0) -> Camera:
    return Camera(id=name, station_id="fujii", interval_s=interval_s)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_a_camera_is_asked_once_in_each_interval() -> None:
    pace, times = Pace(START), []
    for second in range(3600):
        if is_due(camera(), pace, after(second)):
            times.append(second)
            pace = replace(pace, asked_at=after(second))
    gaps = {later - earlier for earlier, later in pairwise(times[1:])}
    assert gaps == {60}
    assert times[0] < 60


def test_three_hundred_cameras_are_spread_over_their_minute() -> None:
    per_second = Counter(
        int((due_at(camera(f"camera-{n}"), Pace(START, asked_at=START)) - START).total_seconds()) for n in range(300)
    )
    assert max(per_second.values()) <= 15
    assert len(per_second) > 50


def test_after_days_off_each_camera_is_asked_once_within_a_minute_and_not_all_at_once() -> None:
    begun = after(5 * 86_400)
    asked: Counter[int] = Counter()
    for n in range(300):
        each, pace = camera(f"camera-{n}"), Pace(begun, asked_at=START)
        seconds = (second for second in range(61) if is_due(each, pace, begun + timedelta(seconds=second)))
        asked[next(seconds)] += 1
        pace = replace(pace, asked_at=begun + timedelta(seconds=60))
        assert not is_due(each, pace, begun + timedelta(seconds=60))
    assert asked.total() == 300
    assert max(asked.values()) <= 15


def test_a_restart_does_not_ask_again_before_the_time() -> None:
    hourly = camera(interval_s=3600.0)
    due = due_at(hourly, Pace(after(0), asked_at=after(-10)))
    restarted = due_at(hourly, Pace(after(30), asked_at=after(-10)))
    assert due == restarted or due <= after(30)


def test_a_turn_that_was_missed_by_a_restart_is_made_up_for_soon() -> None:
    hourly = camera(interval_s=3600.0)
    assert due_at(hourly, Pace(START, asked_at=after(-7200))) <= after(SPREAD_S)


def waits_s(interval_s: float, locked: bool = False) -> list[float]:
    each = camera(interval_s=interval_s)
    first = due_at(each, Pace(START, asked_at=START))
    return [
        (due_at(each, Pace(START, asked_at=first, failures=n, locked=locked)) - first).total_seconds()
        for n in range(1, 12)
    ]


def test_a_camera_that_fails_is_asked_more_seldom_down_to_once_in_five_minutes() -> None:
    assert waits_s(60.0) == [60.0, 120.0, 240.0, *[PATIENCE_S] * 8]
    assert waits_s(600.0) == [600.0] * 11


def test_one_that_refuses_the_password_is_not_locked_out_by_us() -> None:
    assert max(waits_s(60.0, locked=True)) == LOCKED_OUT_S


def test_a_clock_that_was_set_back_stops_nobody() -> None:
    assert is_due(camera(), Pace(START, asked_at=after(3600)), after(10))
    assert is_due(camera(), Pace(after(3600)), after(10))


@given(
    interval_s=st.floats(0.5, 90_000),
    ago_s=st.floats(0, 900_000),
    failures=st.integers(0, 10_000),
    name=st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True),
)
def test_a_camera_is_always_asked_again_within_its_bound(
    interval_s: float, ago_s: float, failures: int, name: str
) -> None:
    each = camera(name, interval_s)
    due = due_at(each, Pace(START, asked_at=after(-ago_s), failures=failures))
    assert due - START <= timedelta(seconds=max(interval_s, PATIENCE_S) + interval_s)
    assert due > after(-ago_s)
