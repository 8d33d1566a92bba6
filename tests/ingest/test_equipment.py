"""Pumps and gates at a moment, and which pumps stand still in a flood."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.equipment.idle import Standstill, raised, standing_still, start_of
from ingest.equipment.state import gate_state, pump_state
from ingest.readings import Quality, Reading
from ingest.stations import Pump, Quantity
from tests.pumping import FIRST, GATE, SECOND, SHARING, at, fault, newest, pumps, running, said, stage, water

HIGH = [stage(minute, 1.5) for minute in range(-50, 1)]
"""Both pumps should run, since long ago."""


def idle(readings: list[Reading], minute: float = 0, of: tuple[Pump, ...] = (FIRST, SECOND)) -> dict[str, Standstill]:
    now = at(minute)
    found = standing_still("minato", pumps(readings, now, of), water(readings, now), now)
    return {each.subject_id: each.why for each in found}


def test_a_pump_is_known_by_what_it_said_of_each_and_when() -> None:
    told = [running(0, 1), fault(-1, 17), said(FIRST.id, Quantity.FLOW, -2, 0.8)]
    state = pump_state(FIRST, newest(told), at(1))
    assert (state.running, state.runs, state.fault, state.faulty, state.flow_m3_per_s) == (True, True, 17, True, 0.8)
    assert (state.running_at, state.fault_at, state.flow_at, state.heard_at) == (at(0), at(-1), at(-2), at(0))


def test_a_pump_that_is_not_heard_for_three_intervals_is_not_known_to_run() -> None:
    told = newest([running(0, 1)])
    assert pump_state(FIRST, told, at(3)).runs
    late = pump_state(FIRST, told, at(3.02))
    assert (late.runs, late.known, late.running, late.running_at) == (False, False, True, at(0))


def test_a_word_of_a_time_that_is_not_yet_says_nothing_of_now() -> None:
    """Our own clock was fast, and has been set back since: a pump that died meanwhile is not known to run."""
    (pump, _) = pumps([running(60, 1.0)], at(5))
    assert (pump.running, pump.runs) == (True, False)


def test_a_word_about_a_fault_does_not_make_a_pump_known_to_run() -> None:
    state = pump_state(FIRST, newest([running(0, 1), fault(9, 0)]), at(10))
    assert (state.runs, state.heard_at) == (False, at(9))


def test_a_pump_and_a_gate_that_never_spoke_have_nothing() -> None:
    assert pump_state(FIRST, {}, at(0)).heard_at is None
    assert (gate_state(GATE, {}, at(0)).opening_pct, gate_state(GATE, {}, at(0)).known) == (None, False)


def test_a_gate_is_known_by_its_opening() -> None:
    told = newest([said(GATE.id, Quantity.OPENING, 0, 35), fault(0, 0, GATE)])
    state = gate_state(GATE, told, at(2))
    assert (state.opening_pct, state.known, state.fault, state.faulty) == (35, True, 0, False)
    assert not gate_state(GATE, told, at(4)).known


def test_a_closed_gate_is_0_and_not_unknown() -> None:
    assert gate_state(GATE, newest([said(GATE.id, Quantity.OPENING, 0, 0.0)]), at(0)).opening_pct == 0.0


def test_a_pump_should_run_from_its_own_stage_on() -> None:
    told = [running(0, 0, FIRST), running(0, 0, SECOND)]
    assert idle([stage(-10, 1.0), stage(0, 0.99), *told]) == {}
    between = [stage(minute, 1.0) for minute in range(-50, 1)]
    assert idle([*between, *told]) == {FIRST.id: Standstill.STOPPED}
    assert idle([*HIGH, *told]) == {FIRST.id: Standstill.STOPPED, SECOND.id: Standstill.STOPPED}


def test_of_two_pumps_only_the_one_that_should_run_and_rests_is_named() -> None:
    assert idle([*HIGH, running(0, 1, FIRST), running(0, 0, SECOND)]) == {SECOND.id: Standstill.STOPPED}


def test_pumps_that_share_the_work_are_one_matter_and_one_that_runs_is_enough() -> None:
    resting = [running(0, 0, FIRST), running(0, 0, SECOND)]
    assert idle([*HIGH, *resting], of=SHARING) == {"minato": Standstill.STOPPED}
    assert idle([*HIGH, running(0, 1, FIRST), running(0, 0, SECOND)], of=SHARING) == {}
    assert idle([stage(-10, 1.19), stage(0, 1.19), *resting], of=SHARING) == {}
    assert idle([*HIGH, resting[0]], of=SHARING[:1]) == {FIRST.id: Standstill.STOPPED}


def test_a_pump_that_fell_silent_counts_as_not_known_and_one_that_never_spoke_not_at_all() -> None:
    assert idle([*HIGH, running(-5, 1, FIRST)]) == {FIRST.id: Standstill.UNKNOWN}
    now = at(0)
    never = standing_still("minato", pumps(HIGH, now), water(HIGH, now), now, never_heard=True)
    assert {each.why for each in never} == {Standstill.NEVER_HEARD}
    assert idle(HIGH) == {}


def test_a_pump_has_three_of_its_intervals_to_say_that_it_runs() -> None:
    rising = [stage(minute, 0.9 if minute < 0 else 1.1) for minute in range(-20, 5)]
    stopped = [running(minute, 0) for minute in range(5)]
    assert idle([*rising, *stopped], 2.9) == {}
    assert idle([*rising, *stopped], 3) == {FIRST.id: Standstill.STOPPED}


def test_a_silent_inner_gauge_clears_nothing() -> None:
    assert idle([stage(-600, 1.5), running(0, 0)]) == {FIRST.id: Standstill.STOPPED}


def test_a_suspect_stage_raises_and_never_lowers() -> None:
    low = [stage(minute, 0.5) for minute in range(-50, 0)]
    high = standing_still(
        "minato", pumps([running(0, 0)], at(0)), water([*low, stage(0, 1.7, Quality.SUSPECT)], at(0)), at(0)
    )
    assert [(each.subject_id, each.believed) for each in high] == [(FIRST.id, False)]
    doubtful_fall = [*HIGH[:-1], stage(0, 0.2, Quality.SUSPECT)]
    found = standing_still("minato", pumps([running(0, 0)], at(0)), water(doubtful_fall, at(0)), at(0))
    assert [(each.subject_id, each.believed) for each in found] == [(FIRST.id, True)]


def test_a_bad_stage_says_nothing() -> None:
    assert idle([*HIGH[:-1], stage(0, 30, Quality.BAD), running(0, 0)]) == {FIRST.id: Standstill.STOPPED}
    assert water([stage(0, 30, Quality.BAD)], at(0)) is None
    assert idle([stage(0, 30, Quality.BAD), running(0, 0)]) == {}


def test_it_is_known_since_when_the_station_is_flooded() -> None:
    inner = water([stage(minute, 0.9 if minute < -10 else 1.1) for minute in range(-20, 1)], at(0))
    assert inner is not None
    assert inner.since(1.0) == at(-10)
    assert inner.since(0.8) is None


def test_the_first_start_of_a_station_is_the_lowest_of_its_pumps() -> None:
    inner = water(HIGH, at(0))
    assert inner is not None
    assert start_of(pumps([], at(0)), inner) == 1.0
    assert start_of(pumps([], at(0), SHARING), inner) == 1.2
    assert start_of([], inner) is None


@pytest.mark.parametrize(("hazard", "higher"), [(0, 1), (3, 4), (4, 5), (5, 5)])
def test_a_station_whose_pumps_stand_still_is_one_hazard_higher(hazard: int, higher: int) -> None:
    assert raised(hazard) == higher


minutes = st.integers(-30, 0)
words = st.lists(st.tuples(minutes, st.sampled_from([FIRST, SECOND]), st.booleans()), max_size=12)
levels = st.lists(st.tuples(minutes, st.floats(0, 3), st.sampled_from(Quality)), min_size=1, max_size=12)


@given(words, levels, st.booleans())
def test_silence_of_a_pump_never_makes_it_run_and_never_ends_a_standstill(
    told: list[tuple[int, Pump, bool]], stages: list[tuple[int, float, Quality]], shared: bool
) -> None:
    """Whoever stands still now stands still as well however long nothing more is heard."""
    of = SHARING if shared else (FIRST, SECOND)
    readings = [stage(when, stage_m, quality) for when, stage_m, quality in sorted(stages, key=lambda each: each[0])]
    readings += [running(when, float(runs), pump) for when, pump, runs in sorted(told, key=lambda each: each[0])]
    before = set(idle(readings, 0, of))
    for later in (4, 44, 4400):
        assert before <= set(idle(readings, later, of))
        assert not any(each.runs for each in pumps(readings, at(later), of))


@given(words, st.floats(0, 3))
def test_a_pump_that_is_known_to_run_is_never_named(told: list[tuple[int, Pump, bool]], stage_m: float) -> None:
    readings = [
        stage(-40, stage_m),
        *(running(when, float(runs), pump) for when, pump, runs in sorted(told, key=lambda each: each[0])),
    ]
    runs = {each.pump.id for each in pumps(readings, at(0)) if each.runs}
    assert not runs & set(idle(readings))


@given(levels, st.floats(0.001, 1))
def test_a_higher_stage_never_ends_a_standstill(stages: list[tuple[int, float, Quality]], more_m: float) -> None:
    readings = [stage(when, stage_m, quality) for when, stage_m, quality in stages if quality is not Quality.BAD]
    higher = [replace(each, value=each.value + more_m) for each in readings]
    stopped = [running(0, 0, FIRST), running(0, 0, SECOND)]
    # Long after: how long the water has stood there is the same of both then.
    assert set(idle([*readings, *stopped], 100)) <= set(idle([*higher, *stopped], 100))
