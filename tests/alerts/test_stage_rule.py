from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.rules.findings import Cause
from alerts.rules.machine import Standing
from ingest.hazard import hazard_at
from ingest.quality import ClockLimits, QualityControl
from ingest.readings import Quality, Reading
from ingest.roster import Roster, watched
from ingest.stations import StationKind
from tests.alerts.machines import AT_ONCE, find, fold, place, steps, told
from tests.alerts.night import GAUGE, LEVELS, at, reading, suspect


def causes(readings: list[Reading]) -> list[tuple[Cause, int, int]]:
    return [(each.cause, each.from_level, each.to_level) for each in fold(readings)[1] if each.told]


def test_water_at_a_threshold_raises_at_once() -> None:
    standing, (change,) = fold([reading(0, 0.5), reading(10, 4.2)])
    assert (change.cause, change.from_level, change.to_level, change.unconfirmed) == (Cause.RISE, 0, 4, False)
    assert change.at == standing.observed_at == standing.since == at(10)


def test_exactly_at_the_threshold_counts_as_above() -> None:
    assert steps([reading(0, 2.0)]) == [(0, 2)]
    assert steps([reading(0, 1.999)]) == [(0, 1)]


def test_an_alert_clears_only_below_the_threshold_minus_hysteresis() -> None:
    just_inside = [reading(minute, 1.95) for minute in range(10, 600, 10)]
    assert steps([reading(0, 2.0), *just_inside]) == [(0, 2)]


def test_exactly_at_the_threshold_minus_hysteresis_is_not_yet_below() -> None:
    at_the_edge = [reading(minute, 1.9) for minute in range(10, 600, 10)]
    assert steps([reading(0, 2.0), *at_the_edge]) == [(0, 2)]


@pytest.mark.parametrize("threshold_m", [1.3, 2.7, 4.35, 0.35, 17.61])
def test_binary_fractions_do_not_move_the_edge(threshold_m: float) -> None:
    readings = [reading(0, threshold_m), *(reading(each, round(threshold_m - 0.1, 2)) for each in (10, 60))]
    assert steps(readings, at=place({1: threshold_m})) == [(0, 1)]


def test_an_alert_falls_when_the_water_has_stayed_below_for_the_hold() -> None:
    falling = [reading(0, 2.0), reading(10, 1.5), reading(29, 1.5)]
    assert steps(falling) == [(0, 2)]
    assert steps([*falling, reading(30, 1.5)]) == [(0, 2), (2, 1)]


def test_a_dip_back_above_the_edge_starts_the_hold_again() -> None:
    falling = [reading(0, 2.0), reading(10, 1.5), reading(20, 1.92), reading(30, 1.5), reading(49, 1.5)]
    assert steps(falling) == [(0, 2)]
    assert steps([*falling, reading(50, 1.5)]) == [(0, 2), (2, 1)]


def test_each_level_has_its_own_hold_when_the_water_falls_through_several() -> None:
    falling = [reading(0, 4.0), reading(10, 3.5), reading(20, 2.5), reading(25, 1.5), reading(28, 0.5)]
    later = [reading(minute, 0.5) for minute in (30, 40, 45, 48)]
    assert steps([*falling, *later]) == [(0, 4), (4, 3), (3, 2), (2, 1), (1, 0)]


def test_water_gone_at_once_ends_the_alert_in_one_fall_after_the_hold() -> None:
    assert steps([reading(0, 4.5), reading(10, 0.2), reading(30, 0.2)]) == [(0, 4), (4, 0)]


def test_a_fall_stops_at_the_level_whose_hold_has_not_passed() -> None:
    assert steps([reading(0, 4.5), reading(10, 3.5), reading(25, 0.2), reading(30, 0.2)]) == [(0, 4), (4, 3)]


def test_a_lower_level_is_not_left_while_a_higher_one_still_holds() -> None:
    assert steps([reading(0, 3.0), reading(10, 1.5), reading(20, 2.95), reading(31, 1.5)]) == [(0, 3)]


def test_a_rise_in_the_middle_of_the_hold_ends_it() -> None:
    readings = [reading(0, 2.0), reading(10, 1.5), reading(20, 3.0), reading(30, 1.5)]
    assert causes(readings) == [(Cause.RISE, 0, 2), (Cause.RISE, 2, 3)]
    assert min(fold(readings)[0].below.values()) == at(30)


def test_a_suspect_reading_raises_as_unconfirmed() -> None:
    standing, (change,) = fold([suspect(0, 4.0)])
    assert (change.cause, change.to_level, change.unconfirmed) == (Cause.RISE, 4, True)
    assert standing.unconfirmed


def test_a_suspect_reading_never_lowers() -> None:
    assert causes([reading(0, 4.0), *(suspect(minute, 0.1) for minute in range(10, 600, 10))]) == [(Cause.RISE, 0, 4)]


def test_suspect_readings_do_not_count_towards_the_hold() -> None:
    assert steps([reading(0, 4.0), suspect(10, 0.1), reading(30, 0.1)]) == [(0, 4)]


def test_a_good_reading_confirms_what_was_unconfirmed() -> None:
    standing, changes = fold([suspect(0, 4.0), reading(10, 4.1)])
    assert [(each.cause, each.unconfirmed) for each in changes] == [(Cause.RISE, True), (Cause.CONFIRMED, False)]
    assert (standing.level, standing.unconfirmed) == (4, False)


def test_a_second_suspect_reading_confirms_nothing() -> None:
    standing, changes = fold([suspect(0, 4.0), suspect(10, 4.1)])
    assert standing.unconfirmed
    assert len(changes) == 1


def test_a_higher_good_reading_is_a_confirmed_rise() -> None:
    standing, changes = fold([suspect(0, 3.0), reading(10, 4.1)])
    assert [(each.cause, each.to_level, each.unconfirmed) for each in changes][-1] == (Cause.RISE, 4, False)
    assert not standing.unconfirmed


def test_a_spike_that_was_not_believed_ends_by_the_normal_rule() -> None:
    standing, changes = fold([suspect(0, 26.48), reading(10, 0.5), reading(29, 0.5), reading(30, 0.5)])
    assert [(each.cause, each.from_level, each.to_level) for each in changes][-1] == (Cause.FALL, 5, 0)
    assert changes[-1].unconfirmed  # its end is for those who heard of it
    assert (standing.level, standing.unconfirmed) == (0, False)


def test_a_bad_reading_does_nothing() -> None:
    for stage_m in (9.0, 0.0, 1.5):
        assert find(reading(40, stage_m, Quality.BAD)) is None


def test_a_late_reading_changes_nothing() -> None:
    standing, _ = fold([reading(60, 2.0)])
    for late in (reading(59, 5.0), suspect(59, 5.0), reading(0, 0.0)):
        assert fold([late], standing=standing) == (standing, [])


def test_a_correction_of_the_newest_observation_counts() -> None:
    assert steps([reading(0, 2.0), reading(0, 4.0)]) == [(0, 2), (2, 4)]
    assert steps([reading(0, 26.48), reading(0, 0.5), reading(20, 0.5)]) == [(0, 5), (5, 0)]


def test_a_level_taken_out_of_the_table_is_left_by_the_normal_rule() -> None:
    standing, _ = fold([reading(0, 4.2)])
    without = place({hazard: stage_m for hazard, stage_m in LEVELS.items() if hazard != 4})
    standing, changes = fold([reading(10, 4.2), reading(29, 4.2)], at=without, standing=standing)
    assert (standing.level, [each.cause for each in changes]) == (4, [Cause.RECOVERING])
    _, changes = fold([reading(30, 4.2)], at=without, standing=standing)
    assert [(each.cause, each.to_level) for each in changes] == [(Cause.FALL, 3)]


def test_without_any_thresholds_an_alert_ends_by_the_normal_rule() -> None:
    standing, _ = fold([reading(0, 4.2)])
    _, changes = fold([reading(10, 4.2), reading(30, 4.2)], at=place({}), standing=standing)
    assert [each.to_level for each in changes if each.told] == [0]


def test_a_gap_in_the_table_is_passed_over() -> None:
    underpass = {2: 0.05, 4: 0.15, 5: 0.30}
    readings = [reading(0, 0.16), reading(10, 0.0), reading(30, 0.0)]
    assert steps(readings, at=place(underpass, 0.02)) == [(0, 4), (4, 0)]


def test_without_hysteresis_and_hold_the_alert_follows_the_water() -> None:
    stages = [0.0, 1.0, 3.2, 2.999, 2.0, 1.9, 5.0, 0.0]
    levels, standing, where = [], Standing(), place(hysteresis_m=0.0)
    for minute, stage_m in enumerate(stages):
        standing, _ = fold([reading(minute, stage_m)], AT_ONCE, where, standing)
        levels.append(standing.level)
    assert levels == [hazard_at(stage_m, LEVELS) for stage_m in stages]


def test_silence_of_any_length_is_not_a_fall() -> None:
    a_day = 24 * 60
    assert steps([reading(0, 4.0), reading(10, 0.5), reading(a_day, 4.0)]) == [(0, 4)]
    assert steps([reading(0, 4.0), reading(30 * a_day, 3.95)]) == [(0, 4)]
    assert steps([reading(0, 4.0), reading(30 * a_day, 0.5)]) == [(0, 4)]


def test_after_our_clock_was_set_back_the_present_is_not_history() -> None:
    now = replace(reading(0, 4.5), received_at=at(0))
    standing, (change,) = fold([now], standing=Standing(observed_at=at(9 * 60)))
    assert standing.level == change.to_level == 4
    assert standing.observed_at == at(0)


def test_after_our_clock_was_set_back_a_hold_does_not_wait_for_the_time_that_was_dated_ahead() -> None:
    ahead, _ = fold([reading(9 * 60, 4.5), reading(9 * 60 + 10, 0.5)])
    now = [replace(reading(minute, 0.5), received_at=at(minute)) for minute in (0, 10, 20)]
    assert told(fold(now, standing=ahead)[1]) == [(4, 0)]
    assert fold(now[:2], standing=ahead)[0].level == 4


def judged(*stages_m: float, every: float = 10) -> list[Reading]:
    """The rows that quality control makes of stages at an interval in minutes."""
    gauge = watched(GAUGE, StationKind.RIVER)
    control = QualityControl(lambda _: {}, ClockLimits())
    readings = [replace(reading(every * number, stage_m), key=f"t:{number}") for number, stage_m in enumerate(stages_m)]
    return list(control.judge(readings, Roster(gauges={GAUGE.id: gauge})).readings)


def test_a_promoted_jump_confirms_the_alert_that_it_raised() -> None:
    rows = judged(0.5, 4.2, 4.3)
    assert [each.requalified for each in rows] == [False, False, True, False]
    _, changes = fold(rows)
    assert [(each.cause, each.unconfirmed, each.at) for each in changes] == [
        (Cause.RISE, True, at(10)),
        (Cause.CONFIRMED, False, at(10)),
    ]


def test_a_refuted_jump_changes_nothing_and_good_readings_end_what_it_raised() -> None:
    rows = judged(0.5, 5.5, 0.5, 0.5, 0.5)
    raised, _ = fold(rows[:2])
    assert fold([rows[2]], standing=raised) == (raised, [])
    assert steps(rows) == [(0, 5), (5, 0)]


def test_a_sensor_that_drops_dead_in_a_flood_ends_no_alert() -> None:
    assert steps(judged(3.8, 4.2, *[0.0] * 60)) == [(0, 3), (3, 4)]
    assert steps(judged(3.8, 4.2, *[0.0] * 6, 4.3, 4.4, 4.5)) == [(0, 3), (3, 4)]


def test_the_hold_of_a_fall_that_was_doubted_counts_from_the_fall_itself() -> None:
    rows = judged(4.2, 1.5, 1.3, 1.2)
    assert [each.requalified for each in rows] == [False, False, True, False, False]
    assert causes(rows) == [(Cause.RISE, 0, 4), (Cause.FALL, 4, 1)]
    changes = [each for each in fold(rows)[1] if each.told]
    assert changes[-1].at - changes[0].at == timedelta(minutes=30)
