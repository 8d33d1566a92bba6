"""The floods of the past: found in readings, and laid over the present."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from dashboard.past_events import AROUND, Event, events, rise_began, worth_m
from dashboard.staff.station_past import PastEvents, laid_over
from dashboard.views import gauge_view
from ingest.readings import Quality, Reading
from ingest.store.protocol import Course, Latest
from tests.dashboard import fake_city, fakes
from tests.dashboard.test_figures import NOW, at, bridge

DAY_MIN = 24 * 60


def flood(days_ago: float, peak_m: float, base_m: float = 0.4) -> list[Reading]:
    """A rise and a fall around a peak, every half hour over two days."""
    middle = days_ago * DAY_MIN
    return [
        at(middle - 30 * step, round(base_m + (peak_m - base_m) * math.exp(-((step / 8) ** 2)), 3))
        for step in range(-48, 49)
    ]


def years(*floods: tuple[float, float]) -> list[Reading]:
    found = [each for days_ago, peak_m in floods for each in flood(days_ago, peak_m)]
    return sorted(found, key=lambda each: each.observed_at)


def test_the_highest_floods_come_first_each_once() -> None:
    found = events(years((400, 3.6), (120, 2.9), (700, 4.0)), least_m=0.5)
    assert [each.peak_m for each in found] == [4.0, 3.6, 2.9]
    assert [round((NOW - each.peak_at) / timedelta(days=1)) for each in found] == [700, 400, 120]


def test_only_so_many_are_listed_and_small_rises_are_none() -> None:
    found = events(years(*((100 + 10 * number, 1 + number / 10) for number in range(9))), least_m=0.5, most=3)
    assert [each.peak_m for each in found] == [1.8, 1.7, 1.6]
    assert events(years((100, 0.6)), least_m=0.5) == ()


def test_what_rises_still_is_no_event_of_the_past() -> None:
    assert events([each for each in flood(0, 3.0) if each.observed_at <= NOW], least_m=0.5) == ()


def test_a_suspect_or_bad_peak_is_no_flood() -> None:
    rows = flood(100, 0.45)
    for quality in (Quality.SUSPECT, Quality.BAD):
        assert events([*rows[:40], at(100 * DAY_MIN + 200, 26.48, quality), *rows[40:]], least_m=0.5) == ()


good = st.lists(st.floats(0, 5, allow_nan=False, width=32), min_size=1, max_size=120)


@given(good, st.integers(1, 5), st.floats(0.01, 3))
def test_events_do_not_overlap_hold_their_peak_and_rose_enough(
    stages: Sequence[float], most: int, least_m: float
) -> None:
    rows = [at(180 * (len(stages) - number), stage_m) for number, stage_m in enumerate(stages)]
    found = events(rows, least_m, most)
    assert len(found) <= most
    assert [each.peak_m for each in found] == sorted((each.peak_m for each in found), reverse=True)
    for each in found:
        inside = [row.stage_m for row in rows if each.begins_at <= row.observed_at <= each.ends_at]
        before = [row.stage_m for row in rows if each.peak_at - AROUND <= row.observed_at <= each.peak_at]
        assert each.begins_at <= each.peak_at <= each.ends_at
        assert each.peak_m in inside
        assert each.peak_m - min(before) >= least_m
    for one, other in combinations(found, 2):
        assert one.ends_at < other.begins_at or other.ends_at < one.begins_at


def test_a_rise_worth_comparing_is_a_quarter_of_the_way_to_the_lowest_threshold() -> None:
    assert worth_m([at(number, 0.4) for number in range(9)], {1: 1.6, 4: 3.3}) == 0.25 * 1.2000000000000002
    assert worth_m([], {1: 1.6}) > 0


def test_the_past_flood_begins_to_rise_where_the_present_one_does() -> None:
    present = [each for each in flood(-0.1, 3.0) if each.observed_at <= NOW]
    log = fakes.FakeLog()
    for each in (*flood(400, 3.6), *present):
        log.add(each)
    view = bridge(present)
    span = (NOW - timedelta(hours=24), NOW)
    event = PastEvents(log).of(view, NOW)[0]
    course = log.course(view.gauge.id, *span, steps=500)
    over = laid_over(log, view, event, course, span, "過去")
    began = rise_began(course.readings, 0.3)
    assert event.peak_m == 3.6
    assert began is not None
    assert abs(event.begins_at + over.shift - began) < timedelta(seconds=1)
    assert over.good
    assert all(span[0] <= each.observed_at + over.shift <= span[1] for each in over.good)


def test_where_nothing_rises_now_the_past_flood_begins_in_the_middle() -> None:
    calm = [at(10 * number, 0.4) for number in range(36, -1, -1)]
    log = fakes.FakeLog()
    for each in (*flood(400, 3.6), *calm):
        log.add(each)
    span = (NOW - timedelta(hours=6), NOW)
    event = Event(NOW - timedelta(days=401), NOW - timedelta(days=400), 3.6, NOW - timedelta(days=399))
    over = laid_over(log, bridge(calm), event, Course(calm, timedelta(seconds=1)), span, "過去")
    assert event.begins_at + over.shift == NOW - timedelta(hours=3)


def test_the_list_is_looked_for_once_an_hour() -> None:
    log = fakes.FakeLog()
    for each in flood(400, 3.6):
        log.add(each)
    registry = fake_city.registry(NOW)
    latest = Latest(log.readings[-1], log.readings[-1])
    view = gauge_view(registry.stations["hongo-bridge"], registry.gauges["hongo-bridge-01"], latest, (), NOW)
    past = PastEvents(log)
    first, asked = past.of(view, NOW), log.queries
    assert past.of(view, NOW + timedelta(minutes=59)) == first
    assert log.queries == asked


def test_what_was_found_while_the_past_was_away_is_looked_for_again() -> None:
    log = fakes.FakeLog(past_away=True)
    view = bridge([at(0, 0.4)])
    past = PastEvents(log)
    assert past.of(view, NOW) == ()
    for each in flood(400, 3.6):
        log.add(each)
    log.past_away = False
    assert [each.peak_m for each in past.of(view, NOW)] == [3.6]
