from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alerts.records import Maintenance
from dashboard.following import Following
from dashboard.public.course import MOST, SPAN, Course24, Courses, thinned
from ingest.readings import Quality
from tests.dashboard import fake_city
from tests.dashboard.fakes import FakeLog
from tests.public.fakes import NOW, log_of, one_station

GOOD, SUSPECT, BAD = Quality.GOOD, Quality.SUSPECT, Quality.BAD


class House:
    """A log with what follows it."""

    def __init__(self, log: FakeLog) -> None:
        self.log = log
        self.following = Following(log)
        self.courses = Courses(log)

    def course(self, now: datetime = NOW, *works: Maintenance) -> Course24 | None:
        heard = self.following.heard(self.log.marks().reading_seq, now)
        return self.courses.now(one_station(), heard, now, works).get("bridge-1")

    def stages_m(self, now: datetime = NOW, *works: Maintenance) -> list[float]:
        course = self.course(now, *works)
        return [stage_m for _, stage_m in course.points] if course else []


def add(house: House, stage_m: float, minutes: float) -> None:
    house.log.add(fake_city.reading("bridge-1", stage_m, NOW - timedelta(minutes=minutes)))


def test_a_course_holds_the_good_readings_of_a_day_cut_to_centimetres() -> None:
    house = House(
        log_of(("bridge-1", 1.999, 25 * 60, GOOD), ("bridge-1", 2.896, 20, GOOD), ("bridge-1", 3.0, 10, GOOD))
    )
    course = house.course()
    assert course is not None
    assert course.until == NOW.replace(hour=2, minute=0, second=0)
    assert house.stages_m() == [2.89, 3.0]


def requalify(house: House, quality: Quality) -> None:
    """The newest observation gets another quality."""
    house.log.add(replace(house.log.readings[-1], quality=quality))


@pytest.mark.parametrize("quality", [SUSPECT, BAD])
def test_what_is_doubted_is_a_gap(quality: Quality) -> None:
    house = House(log_of(("bridge-1", 1.0, 20, GOOD), ("bridge-1", 7.37, 10, quality)))
    assert house.stages_m() == [1.0]


def test_a_reading_that_is_doubted_later_leaves_the_course() -> None:
    house = House(log_of(("bridge-1", 1.0, 20, GOOD), ("bridge-1", 7.37, 10, GOOD)))
    assert house.stages_m() == [1.0, 7.37]
    requalify(house, SUSPECT)
    assert house.stages_m() == [1.0]


def test_a_held_jump_that_is_believed_later_comes_into_the_course() -> None:
    house = House(log_of(("bridge-1", 1.0, 20, GOOD), ("bridge-1", 4.0, 10, SUSPECT)))
    assert house.stages_m() == [1.0]
    requalify(house, GOOD)
    assert house.stages_m() == [1.0, 4.0]


def test_what_was_observed_during_work_on_the_gauge_is_a_gap_also_when_the_work_is_entered_later() -> None:
    house = House(log_of(("bridge-1", 1.0, 90, GOOD), ("bridge-1", 7.37, 60, GOOD), ("bridge-1", 1.1, 20, GOOD)))
    assert house.stages_m() == [1.0, 7.37, 1.1]
    begins_at, ends_at = NOW - timedelta(minutes=80), NOW - timedelta(minutes=30)
    work = Maintenance("bridge", "業者", "点検", begins_at, ends_at, id=1)
    assert house.stages_m(NOW, work) == [1.0, 1.1]
    elsewhere = Maintenance("other", "業者", "点検", begins_at, ends_at, id=2)
    assert house.stages_m(NOW, elsewhere) == [1.0, 7.37, 1.1]


def test_an_unchanged_course_stays_the_same_object_and_asks_the_log_nothing() -> None:
    house = House(log_of(("bridge-1", 1.0, 20, GOOD), ("twin-1", 1.0, 20, GOOD)))
    before, asked = house.course(), house.log.queries
    house.log.add(fake_city.reading("bridge-2", 2.0, NOW - timedelta(minutes=1)))
    assert house.course() is before
    assert house.log.queries - asked <= 3


def test_a_gauge_that_comes_back_into_service_has_its_day_before_its_next_reading() -> None:
    house, city = House(log_of(("bridge-1", 1.0, 20, GOOD))), one_station()
    without = city.model_copy(update={"gauges": {}})
    heard = house.following.heard(house.log.marks().reading_seq, NOW)
    assert house.courses.now(without, heard, NOW, ()) == {}
    assert house.stages_m() == [1.0]


def test_the_day_moves_on_by_the_hour_and_a_gauge_without_news_stays_the_same_course() -> None:
    house = House(log_of(("bridge-1", 1.0, 23 * 60, GOOD), ("bridge-1", 2.0, 60, GOOD)))
    before, later = house.course(), house.course(NOW + timedelta(hours=2))
    assert later is not None
    assert later.until == datetime(2026, 7, 1, 4, tzinfo=NOW.tzinfo)
    assert later == before
    add(house, 3.0, -110)
    assert house.stages_m(NOW + timedelta(hours=2)) == [2.0, 3.0]


def test_a_log_that_refused_is_read_again_as_a_whole() -> None:
    house = House(log_of(("bridge-1", 1.0, 20, GOOD)))
    house.course()
    add(house, 2.0, 10)
    heard = house.following.heard(house.log.marks().reading_seq, NOW)
    stages = house.log.stages
    house.log.stages = _refuses  # type: ignore[method-assign, assignment]
    with pytest.raises(ConnectionError):
        house.courses.now(one_station(), heard, NOW, ())
    house.log.stages = stages  # type: ignore[method-assign]
    assert house.stages_m() == [1.0, 2.0]


def _refuses(*_: object) -> None:
    raise ConnectionError


def test_a_quick_gauge_is_thinned_and_keeps_its_peak_and_its_trough() -> None:
    begin = NOW - SPAN
    points = [(begin + timedelta(seconds=30 * n), 1.0 + (n % 20) / 100) for n in range(2 * 24 * 60)]
    points[1000] = (points[1000][0], 9.0)
    points[2000] = (points[2000][0], -3.0)
    kept = list(thinned(points))
    assert len(kept) <= MOST + 2
    assert {9.0, -3.0} <= {stage_m for _, stage_m in kept}
    assert kept == sorted(kept)
    assert set(kept) <= set(points)
