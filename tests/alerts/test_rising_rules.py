"""The rules of rise and outlook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.rules import outlook, rise
from alerts.rules.course import Course, with_reading
from alerts.rules.findings import EVERY_LEVEL, Cause, Change, Finding
from alerts.rules.machine import Standing, step
from alerts.rules.place import Place
from alerts.rules.settings.rules import RulesSettings
from alerts.rules.table import ON_READING, ReadingRule
from alerts.rules.trend import pace
from ingest.readings import Quality, Reading
from ingest.stations import StationKind
from tests.alerts.machines import place, told
from tests.alerts.night import LEVELS, at, reading

RISE = ReadingRule(rise.NAME, rise.find, rise.detail)
OUTLOOK = ReadingRule(outlook.NAME, outlook.find, outlook.detail)


def prompt(minute: float, stage_m: float, quality: Quality = Quality.GOOD, delay_s: float = 30) -> Reading:
    received_at = at(minute) + timedelta(seconds=delay_s)
    return replace(reading(minute, stage_m, quality), received_at=received_at)


def evenly(m_per_h: float, from_m: float, minutes: int, every: int = 10) -> list[Reading]:
    return [prompt(minute, round(from_m + m_per_h * minute / 60, 3)) for minute in range(0, minutes + 1, every)]


def watch(
    rule: ReadingRule, readings: Sequence[Reading], where: Place | None = None
) -> tuple[Standing, list[Change], list[dict[str, Any]]]:
    """The standing after the readings, what people hear, and the detail of that."""
    where, course, standing = where or place(), Course(), Standing()
    changes, details = [], []
    for each in readings:
        course = with_reading(course, each)
        finding = rule.find(each, course, where)
        if finding is None:
            continue
        standing, more = step(standing, finding, where.rules.of(rule.name).timing)
        changes += [change for change in more if change.told]
        details += [dict(rule.detail(change, standing, course, where)) for change in more if change.told]
    return standing, changes, details


def last(rule: ReadingRule, readings: Sequence[Reading], where: Place | None = None) -> Finding | None:
    where, course = where or place(), Course()
    for each in readings:
        course = with_reading(course, each)
    return rule.find(readings[-1], course, where)


def ruled(rule: str, **numbers: object) -> Place:
    return place(rules=RulesSettings.model_validate({rule: numbers}))


# Rise


@pytest.mark.parametrize("every", [1, 2, 5, 10])
def test_water_that_rises_fast_is_told_once_and_that_it_is_over_once(every: int) -> None:
    up = evenly(1.2, 1.0, 60, every)
    over = [prompt(60 + minute, 2.2) for minute in range(every, 121, every)]
    _, changes, _ = watch(RISE, [*up, *over])
    assert told(changes) == [(0, 2), (2, 0)]
    assert changes[0].at <= at(30)


def test_slow_water_is_never_told() -> None:
    assert watch(RISE, evenly(0.3, 1.0, 300))[1] == []


def test_a_wave_of_ten_minutes_is_told_by_the_short_window_before_the_long_one_knows() -> None:
    calm = [prompt(minute, 2.0) for minute in range(0, 60, 10)]
    _, changes, (detail,) = watch(RISE, [*calm, prompt(60, 2.25)])
    assert told(changes) == [(0, 2)]
    assert (detail["rise_m_per_h"], detail["window_s"], detail["limit_m_per_h"]) == (1.5, 600.0, 1.0)
    assert detail["rise_30min_m_per_h"] < 0.5


def test_a_rise_that_lasts_is_told_by_the_long_window_though_it_is_slow() -> None:
    _, changes, (detail,) = watch(RISE, evenly(0.6, 2.0, 60, 5))
    assert told(changes) == [(0, 2)]
    assert (detail["rise_m_per_h"], detail["window_s"]) == (pytest.approx(0.6), 1800.0)
    assert (detail["limit_m_per_h"], detail["limit_window_s"]) == (0.5, 1800.0)


def of(*stages: float) -> Course:
    """A reading every ten minutes, the last at minute 60."""
    course = Course()
    for number, stage_m in enumerate(reversed(stages)):
        course = with_reading(course, prompt(60 - 10 * number, stage_m))
    return course


@pytest.mark.parametrize(
    ("stages", "m_per_h", "minutes"),
    [
        ((1.0, 1.02, 1.05, 1.3), 1.5, 10),  # it has begun to rise: what is happening now
        ((1.0, 1.2, 1.4, 1.6), 1.2, 30),  # evenly: the longer time is claimed
        ((1.0, 1.4, 1.8, 1.9), 2.1, 30),  # it slows down: still said to be as fast as it may be
        ((1.0, 1.3, 1.6, 1.5), -0.6, 10),  # it has turned
        ((1.0, 1.02, 1.04, 1.03), 0.09, 30),  # a digit of the sensor is no turn
        ((2.0, 1.9, 1.8, 1.6), -0.7, 30),  # the slower fall of two
    ],
)
def test_one_pace_of_the_moment_is_told_by_every_rule(stages: Sequence[float], m_per_h: float, minutes: int) -> None:
    course, change = of(*stages), Change(Cause.RISE, 0, 1, at(60))
    slope_m_per_h, window = pace(course, at(60))
    assert slope_m_per_h is not None
    assert slope_m_per_h == pytest.approx(m_per_h, abs=0.02)
    assert window == timedelta(minutes=minutes)
    details = [rule.detail(change, Standing(), course, place()) for rule in ON_READING]
    said = {(each["rise_m_per_h"], each["window_s"]) for each in details}
    assert said == {(round(slope_m_per_h, 3), 60.0 * minutes)}


def test_a_step_of_the_last_digit_is_no_rise() -> None:
    assert watch(RISE, [prompt(0, 2.0), *(prompt(minute, 2.14) for minute in range(10, 60, 10))])[1] == []


def test_a_rise_far_below_every_threshold_is_told_only_once_it_comes_near() -> None:
    low = place({3: 5.0})
    _, changes, _ = watch(RISE, evenly(1.2, 0.0, 240), low)
    assert told(changes) == [(0, 2)]
    assert changes[0].at == at(220)  # 4.4 m, from where 5.0 m is half an hour away


def test_without_thresholds_every_fast_rise_is_told() -> None:
    assert told(watch(RISE, evenly(1.2, 0.0, 60), place({}))[1]) == [(0, 2)]


def test_a_rise_is_in_between_at_more_than_half_of_its_limit() -> None:
    slow = last(RISE, evenly(0.4, 2.0, 40))
    assert slow is not None
    assert (slow.reached, slow.left) == (0, frozenset({3, 4, 5}))
    still = last(RISE, [prompt(minute, 2.0) for minute in range(0, 50, 10)])
    assert still is not None
    assert (still.reached, still.left) == (0, EVERY_LEVEL)


def test_a_rise_that_nobody_can_see_any_more_is_over_after_the_hold() -> None:
    up = evenly(1.2, 1.0, 40)
    _, changes, _ = watch(RISE, [*up, prompt(200, 2.0), prompt(300, 2.0)])
    assert told(changes) == [(0, 2), (2, 0)]


def test_what_is_not_believed_neither_raises_nor_ends_a_rise() -> None:
    assert last(RISE, [prompt(0, 1.0), prompt(10, 9.0, Quality.SUSPECT)]) is None
    assert last(RISE, [prompt(0, 1.0), prompt(10, 9.0, Quality.BAD)]) is None


def test_the_detail_says_what_a_message_needs() -> None:
    _, _, (detail,) = watch(RISE, evenly(1.2, 1.85, 10))
    assert detail == {
        "rise_10min_m_per_h": 1.2,
        "station_level": 2,
        "next_level": 3,
        "next_m": 3.0,
        "previous_m": 1.85,
        "previous_at": at(0).isoformat(),
        "since": at(10).isoformat(),
        "rise_m_per_h": 1.2,
        "window_s": 600.0,
        "limit_m_per_h": 1.0,
        "limit_window_s": 600.0,
    }


@pytest.mark.parametrize(
    ("kind", "from_m", "slow_m_per_h", "fast_m_per_h"),
    [
        (StationKind.RIVER, 0.9, 0.4, 0.6),
        (StationKind.WATERWAY, 0.9, 0.5, 0.7),
        (StationKind.PUMP_STATION, 0.9, 0.5, 0.7),
        (StationKind.RETENTION_POND, 0.9, 0.4, 0.6),
        (StationKind.UNDERPASS, 0.0, 0.05, 0.25),
    ],
)
def test_every_kind_of_station_has_limits_of_its_own(
    kind: StationKind, from_m: float, slow_m_per_h: float, fast_m_per_h: float
) -> None:
    levels = {2: 0.05, 4: 0.15, 5: 0.30} if kind is StationKind.UNDERPASS else LEVELS
    where = place(levels, None, kind)
    assert watch(RISE, evenly(slow_m_per_h, from_m, 60, 5), where)[1] == []
    assert told(watch(RISE, evenly(fast_m_per_h, from_m, 60, 5), where)[1]) == [(0, 2)]


def test_a_city_says_what_a_rise_weighs() -> None:
    assert told(watch(RISE, evenly(1.2, 1.0, 60), ruled("rise", level=4))[1]) == [(0, 4)]


# Outlook


def test_a_threshold_within_half_an_hour_is_foretold_with_its_time() -> None:
    _, changes, details = watch(OUTLOOK, evenly(1.2, 2.0, 40))
    assert (told(changes), changes[0].at) == ([(0, 2)], at(20))
    assert details[0] == {
        "rise_10min_m_per_h": pytest.approx(1.2),
        "rise_30min_m_per_h": pytest.approx(1.2),
        "station_level": 2,
        "next_level": 3,
        "next_m": 3.0,
        "previous_m": 2.2,
        "previous_at": at(10).isoformat(),
        "since": at(20).isoformat(),
        "reaches_in_s": 1800,
        "reaches_at": at(50).isoformat(),
        "rise_m_per_h": pytest.approx(1.2),
        "window_s": details[0]["window_s"],
    }
    assert details[0]["window_s"] in (600.0, 1800.0)  # both slopes are the same


def test_it_weighs_one_rung_less_than_the_threshold_that_it_speaks_of() -> None:
    assert told(watch(OUTLOOK, evenly(1.8, 2.0, 120))[1])[:3] == [(0, 2), (2, 3), (3, 4)]


def test_it_says_nothing_of_thresholds_below_its_level_and_above_the_last_one() -> None:
    assert watch(OUTLOOK, evenly(1.2, 0.0, 60))[1] == []
    assert watch(OUTLOOK, evenly(1.2, 5.1, 120))[1] == []
    assert told(watch(OUTLOOK, evenly(1.2, 2.0, 60), ruled("outlook", from_level=5))[1]) == []


def test_it_ends_when_the_water_stops() -> None:
    still = [prompt(30 + minute, 2.6) for minute in range(10, 70, 10)]
    _, changes, details = watch(OUTLOOK, [*evenly(1.2, 2.0, 30), *still])
    assert told(changes) == [(0, 2), (2, 0)]
    assert "reaches_at" not in details[-1]


def test_it_ends_when_the_threshold_is_reached_and_the_next_one_is_far() -> None:
    far = place({3: 3.0, 4: 9.0})
    _, changes, _ = watch(OUTLOOK, evenly(1.2, 2.0, 90), far)
    assert told(changes) == [(0, 2), (2, 0)]
    assert changes[1].at == at(60)  # reached at 50, and over for the ten minutes of its hold


def test_between_the_lead_and_half_as_much_again_it_stays_as_it_is() -> None:
    found = last(OUTLOOK, evenly(1.2, 1.7, 30))  # 2.3 m at 30: 35 minutes ahead
    assert found is not None
    assert (found.reached, found.left) == (0, frozenset({3, 4, 5}))


@pytest.mark.parametrize(
    "readings",
    [
        [prompt(0, 2.0), prompt(10, 2.2), prompt(20, 2.4, delay_s=3600)],
        [prompt(0, 2.0), prompt(10, 2.2), prompt(20, 2.4, Quality.SUSPECT)],
    ],
    ids=["late", "suspect"],
)
def test_nothing_is_claimed_by_what_is_late_or_not_believed(readings: list[Reading]) -> None:
    assert last(OUTLOOK, readings) is None


def test_one_reading_after_a_gap_foretells_nothing() -> None:
    found = last(OUTLOOK, [prompt(0, 2.0), prompt(120, 2.9)])
    assert found is not None
    assert (found.reached, found.left) == (0, EVERY_LEVEL)


def test_the_last_ten_minutes_may_say_that_it_is_over_and_that_it_comes_sooner() -> None:
    falling = [*evenly(1.2, 2.0, 30), prompt(40, 2.55)]
    over = last(OUTLOOK, falling)
    assert over is not None
    assert over.left == EVERY_LEVEL
    faster = [prompt(0, 2.0), prompt(10, 2.1), prompt(20, 2.2), prompt(30, 2.6)]
    _, _, (detail,) = watch(OUTLOOK, faster)
    assert (detail["reaches_in_s"], detail["rise_m_per_h"]) == (600, pytest.approx(2.4))


Found = Callable[[Reading, Course, Place], Finding | None]


@pytest.mark.parametrize("find", [rise.find, outlook.find])
def test_a_finding_carries_the_time_of_its_reading_and_whether_it_corrects(find: Found) -> None:
    revised = replace(prompt(10, 2.0), revision=1)
    found = find(revised, Course(), place())
    assert found is not None
    assert (found.at, found.received_at, found.corrects) == (at(10), revised.received_at, True)
    assert isinstance(found.at, datetime)
