from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from alerts.rules import Cause, Change, LevelSettings, LevelState, step
from alerts.store import SqlAlerts
from ingest.hazard import Levels, hazard_at
from ingest.quality import ClockLimits, QualityControl
from ingest.readings import Quality, Reading
from ingest.roster import Roster, watched
from ingest.stations import StationKind
from tests.alerts.night import GAUGE, LEVELS, at, reading, suspect

RULE = LevelSettings(hysteresis_m=0.10, hold=timedelta(minutes=20))
AT_ONCE = LevelSettings(hysteresis_m=0.0, hold=timedelta(0))


def fold(
    readings: Iterable[Reading],
    rule: LevelSettings = RULE,
    levels: Levels = LEVELS,
    state: LevelState | None = None,
) -> tuple[LevelState, list[Change]]:
    """The state after the readings, and the changes that they made."""
    after, changes = state or LevelState(), []
    for each in readings:
        after, change = step(after, each, levels, rule)
        if change is not None:
            changes.append(change)
    return after, changes


def steps(readings: Iterable[Reading], rule: LevelSettings = RULE, levels: Levels = LEVELS) -> list[tuple[int, int]]:
    return [(each.from_hazard, each.to_hazard) for each in fold(readings, rule, levels)[1]]


def test_water_at_a_threshold_raises_at_once() -> None:
    state, (change,) = fold([reading(0, 0.5), reading(10, 4.2)])
    assert (change.cause, change.from_hazard, change.to_hazard, change.unconfirmed) == (Cause.RISE, 0, 4, False)
    assert change.reading.observed_at == state.observed_at == at(10)


def test_exactly_at_the_threshold_counts_as_above() -> None:
    assert steps([reading(0, 2.0)]) == [(0, 2)]
    assert steps([reading(0, 1.999)]) == [(0, 1)]


def test_an_alert_clears_only_below_the_threshold_minus_hysteresis() -> None:
    just_inside = [reading(minute, 1.95) for minute in range(10, 600, 10)]
    assert steps([reading(0, 2.0), *just_inside]) == [(0, 2)]


def test_exactly_at_the_threshold_minus_hysteresis_is_not_yet_below() -> None:
    at_the_edge = [reading(minute, 1.9) for minute in range(10, 600, 10)]
    assert steps([reading(0, 2.0), *at_the_edge]) == [(0, 2)]


@pytest.mark.parametrize("threshold_m", [1.3, 2.7, 4.35, 0.15, 17.61])
def test_binary_fractions_do_not_move_the_edge(threshold_m: float) -> None:
    readings = [reading(0, threshold_m), *(reading(each, round(threshold_m - 0.1, 2)) for each in (10, 60))]
    assert steps(readings, levels={1: threshold_m}) == [(0, 1)]


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
    state, changes = fold([reading(0, 3.0), reading(10, 1.5), reading(20, 2.95), reading(31, 1.5)])
    assert state.hazard == 3
    assert len(changes) == 1


def test_a_rise_in_the_middle_of_the_hold_ends_it() -> None:
    state, changes = fold([reading(0, 2.0), reading(10, 1.5), reading(20, 3.0), reading(30, 1.5)])
    assert [each.cause for each in changes] == [Cause.RISE, Cause.RISE]
    assert min(state.below.values()) == at(30)


def test_a_suspect_reading_raises_as_unconfirmed() -> None:
    state, (change,) = fold([suspect(0, 4.0)])
    assert (change.cause, change.to_hazard, change.unconfirmed) == (Cause.RISE, 4, True)
    assert state.unconfirmed


def test_a_suspect_reading_never_lowers() -> None:
    state, changes = fold([reading(0, 4.0), *(suspect(minute, 0.1) for minute in range(10, 600, 10))])
    assert state.hazard == 4
    assert len(changes) == 1


def test_suspect_readings_do_not_count_towards_the_hold() -> None:
    assert steps([reading(0, 4.0), suspect(10, 0.1), reading(30, 0.1)]) == [(0, 4)]


def test_a_good_reading_confirms_what_was_unconfirmed() -> None:
    state, changes = fold([suspect(0, 4.0), reading(10, 4.1)])
    assert [(each.cause, each.unconfirmed) for each in changes] == [(Cause.RISE, True), (Cause.CONFIRMED, False)]
    assert (state.hazard, state.unconfirmed) == (4, False)


def test_a_second_suspect_reading_confirms_nothing() -> None:
    state, changes = fold([suspect(0, 4.0), suspect(10, 4.1)])
    assert state.unconfirmed
    assert len(changes) == 1


def test_a_higher_good_reading_is_a_confirmed_rise() -> None:
    state, changes = fold([suspect(0, 3.0), reading(10, 4.1)])
    assert [(each.cause, each.to_hazard, each.unconfirmed) for each in changes][-1] == (Cause.RISE, 4, False)
    assert not state.unconfirmed


def test_a_spike_that_was_not_believed_ends_by_the_normal_rule() -> None:
    state, changes = fold([suspect(0, 26.48), reading(10, 0.5), reading(29, 0.5), reading(30, 0.5)])
    assert [(each.cause, each.from_hazard, each.to_hazard) for each in changes][-1] == (Cause.FALL, 5, 0)
    assert not changes[-1].unconfirmed
    assert state.hazard == 0
    assert not state.unconfirmed


def test_a_bad_reading_does_nothing() -> None:
    state, _ = fold([reading(0, 2.0), reading(10, 1.5)])
    for stage_m in (9.0, 0.0, 1.5):
        assert step(state, reading(40, stage_m, Quality.BAD), LEVELS, RULE) == (state, None)


def test_a_late_reading_changes_nothing() -> None:
    state, _ = fold([reading(60, 2.0)])
    assert step(state, reading(59, 5.0), LEVELS, RULE) == (state, None)
    assert step(state, suspect(59, 5.0), LEVELS, RULE) == (state, None)
    assert step(state, reading(0, 0.0), LEVELS, RULE) == (state, None)


def test_a_correction_of_the_newest_observation_counts() -> None:
    assert steps([reading(0, 2.0), reading(0, 4.0)]) == [(0, 2), (2, 4)]
    assert steps([reading(0, 26.48), reading(0, 0.5), reading(20, 0.5)]) == [(0, 5), (5, 0)]


def test_a_level_taken_out_of_the_table_is_left_by_the_normal_rule() -> None:
    state, _ = fold([reading(0, 4.2)])
    without = {hazard: stage_m for hazard, stage_m in LEVELS.items() if hazard != 4}
    after, changes = fold([reading(10, 4.2), reading(29, 4.2)], levels=without, state=state)
    assert (after.hazard, changes) == (4, [])
    after, changes = fold([reading(30, 4.2)], levels=without, state=after)
    assert [(each.cause, each.to_hazard) for each in changes] == [(Cause.FALL, 3)]


def test_without_any_thresholds_an_alert_ends_by_the_normal_rule() -> None:
    state, _ = fold([reading(0, 4.2)])
    _, changes = fold([reading(10, 4.2), reading(30, 4.2)], levels={}, state=state)
    assert [each.to_hazard for each in changes] == [0]


def test_a_gap_in_the_table_is_passed_over() -> None:
    underpass = {2: 0.05, 4: 0.15, 5: 0.30}
    readings = [reading(0, 0.16), reading(10, 0.0), reading(30, 0.0)]
    assert steps(readings, LevelSettings(0.02, timedelta(minutes=20)), underpass) == [(0, 4), (4, 0)]


def test_without_hysteresis_and_hold_the_alert_follows_the_water() -> None:
    stages = [0.0, 1.0, 3.2, 2.999, 2.0, 1.9, 5.0, 0.0]
    hazards = []
    state = LevelState()
    for minute, stage_m in enumerate(stages):
        state, _ = step(state, reading(minute, stage_m), LEVELS, AT_ONCE)
        hazards.append(state.hazard)
    assert hazards == [hazard_at(stage_m, LEVELS) for stage_m in stages]


def test_silence_of_any_length_is_not_a_fall() -> None:
    a_day = 24 * 60
    assert steps([reading(0, 4.0), reading(10, 0.5), reading(a_day, 4.0)]) == [(0, 4)]
    assert steps([reading(0, 4.0), reading(30 * a_day, 3.95)]) == [(0, 4)]
    assert steps([reading(0, 4.0), reading(30 * a_day, 0.5)]) == [(0, 4)]


stages = st.floats(-2, 8) | st.sampled_from([*LEVELS.values(), *(each - 0.1 for each in LEVELS.values())])
qualities = st.sampled_from([Quality.GOOD, Quality.GOOD, Quality.GOOD, Quality.SUSPECT, Quality.BAD])
rules = st.builds(LevelSettings, st.floats(0, 1), st.integers(0, 60).map(lambda minutes: timedelta(minutes=minutes)))


@st.composite
def nights(draw: st.DrawFn, most: int = 30) -> list[Reading]:
    """Readings of one gauge in order of observation."""
    minutes = sorted(draw(st.lists(st.integers(0, 400), min_size=1, max_size=most)))
    return [reading(minute, draw(stages), draw(qualities)) for minute in minutes]


@st.composite
def tables(draw: st.DrawFn) -> dict[int, float]:
    """Thresholds as a city may write them: any hazards, rising stages."""
    hazards = sorted(draw(st.sets(st.integers(1, 5))))
    rising = sorted(draw(st.lists(st.floats(-1, 6), min_size=len(hazards), max_size=len(hazards))))
    return dict(zip(hazards, rising, strict=True))


@given(noise_m=st.lists(st.floats(-1, 1), min_size=1, max_size=60), hysteresis_m=st.floats(0.001, 1))
def test_noise_around_a_threshold_inside_the_hysteresis_does_not_chatter(
    noise_m: list[float], hysteresis_m: float
) -> None:
    stage_m = [2.0 + hysteresis_m / 2 * each for each in noise_m]
    rule = LevelSettings(hysteresis_m, timedelta(0))
    readings = [reading(minute, each) for minute, each in enumerate([2.0, *stage_m])]
    assert steps(readings, rule, {2: 2.0}) == [(0, 2)]


@given(night=nights(), rule=rules, data=st.data())
def test_the_alert_is_never_below_a_good_reading_that_was_considered(
    night: list[Reading], rule: LevelSettings, data: st.DataObject
) -> None:
    state = LevelState()
    for each in night:
        levels = data.draw(tables())
        before = state.hazard
        state, _ = step(state, each, levels, rule)
        if each.quality is Quality.GOOD:
            assert state.hazard >= hazard_at(each.stage_m, levels)
        else:
            assert state.hazard >= before


@given(night=nights(), rule=rules)
def test_the_alert_is_never_below_the_newest_good_reading(night: list[Reading], rule: LevelSettings) -> None:
    state, newest_good_hazard = LevelState(), 0
    for each in night:
        state, _ = step(state, each, LEVELS, rule)
        if each.quality is Quality.GOOD:
            newest_good_hazard = hazard_at(each.stage_m, LEVELS)
        assert state.hazard >= newest_good_hazard


@given(stage_m=st.floats(-1, 6), levels=tables())
@example(stage_m=1.0006, levels={1: 1.0006})
def test_at_or_above_a_threshold_of_any_precision_nothing_falls(stage_m: float, levels: dict[int, float]) -> None:
    state, _ = fold([reading(0, stage_m), reading(10, stage_m)], AT_ONCE, levels)
    assert state.hazard == hazard_at(stage_m, levels)


@given(night=nights(), rule=rules)
def test_the_changes_of_a_night_make_a_chain(night: list[Reading], rule: LevelSettings) -> None:
    state, changes = fold(night, rule)
    assert all(before.to_hazard == after.from_hazard for before, after in pairwise(changes))
    assert state.hazard == (changes[-1].to_hazard if changes else 0)
    for each in changes:
        direction = each.to_hazard - each.from_hazard
        assert {Cause.RISE: direction > 0, Cause.FALL: direction < 0, Cause.CONFIRMED: direction == 0}[each.cause]


@given(night=nights(), rule=rules)
def test_only_good_readings_lower_and_only_after_the_hold(night: list[Reading], rule: LevelSettings) -> None:
    for change in fold(night, rule)[1]:
        if change.cause is Cause.FALL:
            assert change.reading.quality is Quality.GOOD
            since = change.reading.observed_at - rule.hold
            # At the first moment itself a correction may have taken the place of a high reading.
            held = [each for each in night if since < each.observed_at < change.reading.observed_at]
            good = [each for each in held if each.quality is Quality.GOOD]
            assert all(each.stage_m < LEVELS[change.from_hazard] for each in good)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(night=nights(most=12), rule=rules)
def test_folding_a_night_at_once_equals_stepping_through_the_store(
    alerts: SqlAlerts, night: list[Reading], rule: LevelSettings
) -> None:
    alerts.record(alerts.cursor(), 0, {GAUGE.id: LevelState()}, ())
    for each in night:
        state, _ = step(alerts.states({GAUGE.id})[GAUGE.id], each, LEVELS, rule)
        alerts.record(alerts.cursor(), each.seq, {GAUGE.id: state}, ())
    assert alerts.states({GAUGE.id})[GAUGE.id] == fold(night, rule)[0]


def test_after_our_clock_was_set_back_the_present_is_not_history() -> None:
    before = LevelState(observed_at=at(9 * 60))
    now = replace(reading(0, 4.5), received_at=at(0))
    after, change = step(before, now, LEVELS, RULE)
    assert change is not None
    assert after.hazard == change.to_hazard == 4
    assert after.observed_at == at(0)


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
    assert [(each.cause, each.unconfirmed, each.reading) for each in changes] == [
        (Cause.RISE, True, rows[1]),
        (Cause.CONFIRMED, False, rows[2]),
    ]


def test_a_refuted_jump_changes_nothing_and_good_readings_end_what_it_raised() -> None:
    rows = judged(0.5, 5.5, 0.5, 0.5, 0.5)
    raised, _ = fold(rows[:2])
    assert step(raised, rows[2], LEVELS, RULE) == (raised, None)
    assert steps(rows) == [(0, 5), (5, 0)]


def test_a_sensor_that_drops_dead_in_a_flood_ends_no_alert() -> None:
    assert steps(judged(3.8, 4.2, *[0.0] * 60)) == [(0, 3), (3, 4)]
    assert steps(judged(3.8, 4.2, *[0.0] * 6, 4.3, 4.4, 4.5)) == [(0, 3), (3, 4)]


def test_the_hold_of_a_fall_that_was_doubted_counts_from_the_fall_itself() -> None:
    rows = judged(4.2, 1.5, 1.3, 1.2)
    assert [each.requalified for each in rows] == [False, False, True, False, False]
    state, changes = fold(rows)
    assert [(each.cause, each.to_hazard) for each in changes] == [(Cause.RISE, 4), (Cause.FALL, 1)]
    assert changes[-1].reading.observed_at - changes[0].reading.observed_at == timedelta(minutes=30)
    assert state.hazard == 1
