from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.rules.course import KEPT, LONG, MOST_SAMPLES, SHORT, Course, Sample, with_reading
from ingest.readings import Quality, Reading
from tests.alerts.night import at, reading, suspect


def course(readings: Iterable[Reading]) -> Course:
    found = Course()
    for each in readings:
        found = with_reading(found, each)
    return found


def rising(every_min: float, m_per_h: float, minutes: float = 45, jitter_s: float = 0.0) -> Course:
    noise = random.Random(4)
    count = int(minutes / every_min) + 1
    times = [every_min * number + noise.uniform(-jitter_s, jitter_s) / 60 for number in range(count)]
    return course(reading(minute, 1.0 + m_per_h * minute / 60) for minute in times)


@pytest.mark.parametrize("every_min", [0.5, 1, 2, 5, 10])
@pytest.mark.parametrize("window", [SHORT, LONG])
def test_water_that_rises_evenly_has_that_slope_at_any_interval(every_min: float, window: timedelta) -> None:
    found = rising(every_min, 1.2)
    assert found.slope_m_per_h(window, found.samples[-1].at) == pytest.approx(1.2)


def test_a_gauge_that_reports_every_ten_minutes_has_a_slope_over_ten_though_its_clock_is_not_exact() -> None:
    for seconds in (0, 20, 50):
        found = course([reading(0, 1.0), reading(10 + seconds / 60, 1.2)])
        expected = 0.2 * 3600 / (600 + seconds)
        assert found.slope_m_per_h(SHORT, at(10 + seconds / 60)) == pytest.approx(expected)


def test_a_gauge_that_reports_every_fifteen_minutes_has_a_slope_over_fifteen_and_an_hourly_one_has_none() -> None:
    quarter = course([reading(0, 1.0), reading(15, 1.3)])
    assert quarter.slope_m_per_h(SHORT, at(15)) == pytest.approx(1.2)
    hourly = course([reading(0, 1.0), reading(60, 2.0)])
    assert hourly.slope_m_per_h(LONG, at(60)) is None


def test_one_sample_has_no_slope_and_two_that_lie_close_have_none_either() -> None:
    assert course([reading(0, 1.0)]).slope_m_per_h(SHORT, at(0)) is None
    assert course([reading(0, 1.0), reading(4, 1.2)]).slope_m_per_h(SHORT, at(4)) is None
    assert Course().slope_m_per_h(SHORT, at(0)) is None


def test_one_wrong_sample_of_four_moves_the_slope_less_than_the_water_does() -> None:
    found = course([reading(0, 1.0), reading(10, 1.1), reading(20, 3.0), reading(30, 1.3)])
    assert found.slope_m_per_h(LONG, at(30)) == pytest.approx(0.6, abs=0.15)


def test_only_good_readings_count_and_of_one_time_the_later_row() -> None:
    found = course([reading(0, 1.0), suspect(10, 9.0), reading(20, 1.1), reading(20, 1.2)])
    assert found.samples == (Sample(at(0), 1.0), Sample(at(20), 1.2))
    assert with_reading(found, reading(30, 5.0, Quality.BAD)) == found


def test_a_late_reading_takes_its_place_and_one_from_long_ago_has_none() -> None:
    found = course([reading(100, 1.0), reading(120, 1.2), reading(110, 1.1), reading(0, 9.0)])
    assert [each.stage_m for each in found.samples] == [1.0, 1.1, 1.2]


def test_what_came_before_and_how_far_the_water_climbed() -> None:
    found = course([reading(0, 1.4), reading(10, 1.0), reading(20, 1.3)])
    assert found.before(at(20)) == Sample(at(10), 1.0)
    assert found.at(at(15)) == Sample(at(10), 1.0)
    assert found.climb_m(LONG, at(20)) == pytest.approx(0.3)
    assert Course().climb_m(LONG, at(20)) == 0.0


@settings(max_examples=60, deadline=None)
@given(seconds=st.lists(st.integers(0, 6 * 3600), min_size=1, max_size=120))
def test_a_course_stays_small_in_order_and_keeps_its_newest(seconds: list[int]) -> None:
    found = course(reading(each / 60, 1.0) for each in seconds)
    times = [each.at for each in found.samples]
    assert times == sorted(set(times))
    assert len(times) <= MOST_SAMPLES
    assert times[-1] == at(max(seconds) / 60)
    assert times[-1] - times[0] <= KEPT


@settings(max_examples=60, deadline=None)
@given(stages=st.lists(st.floats(0, 10), min_size=4, max_size=12), by=st.floats(-5, 5))
def test_the_datum_does_not_matter_to_a_slope_and_its_sign_is_that_of_the_water(stages: list[float], by: float) -> None:
    found = course(reading(3 * number, each) for number, each in enumerate(stages))
    moved = course(reading(3 * number, each + by) for number, each in enumerate(stages))
    turned = course(reading(3 * number, -each) for number, each in enumerate(stages))
    until = at(3 * (len(stages) - 1))
    slope = found.slope_m_per_h(LONG, until)
    if slope is not None:
        assert moved.slope_m_per_h(LONG, until) == pytest.approx(slope, abs=1e-6)
        assert turned.slope_m_per_h(LONG, until) == pytest.approx(-slope, abs=1e-6)
