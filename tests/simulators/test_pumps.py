"""Pump stations in a storm: water is balanced, pumps start and stop by it, and every fault of theirs shows."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.commands.context import UsageError
from deploy.commands.simulated_faults import pump_faults, split
from ingest.stations import Gate, Pump, Registry
from simulators.devices import Devices, grid_points
from simulators.drains import STEP_S, Basin, Course, drained, motor
from simulators.faults import FAILS_BEFORE, NO_FAULTS, demonstration_faults
from simulators.gauges import Waters
from simulators.messages import Message
from simulators.pump_faults import KINDS, SOUND_PUMP, TRIPPED, PumpFault
from simulators.pumps import opening_pct
from simulators.storm import demonstration_storm
from tests.pumping import DUSK, FIRST, GATE, INNER, OUTER, REGISTRY, SECOND, at

STORM = demonstration_storm(DUSK)
HOURS = range(-120, 240)
BASIN = Basin(0.4, 2.0, (motor("one", 1.0, 0.4, 1.0), motor("two", 1.2, 0.4, 0.5)))
SOUND = [SOUND_PUMP, SOUND_PUMP]
inflows = st.lists(st.floats(0, 3), min_size=2, max_size=300)
broken = st.lists(st.sampled_from(["", *KINDS]).map(PumpFault), min_size=2, max_size=2)


def held_m3(basin: Basin, stage_m: float) -> float:
    return (stage_m - basin.base_m) * basin.area_m2


@given(inflows, broken)
def test_no_water_is_made_and_none_is_lost(inflow: list[float], faults: list[PumpFault]) -> None:
    course = drained(BASIN, inflow, DUSK, faults)
    for number, (before, after) in enumerate(pairwise(course.steps)):
        out = sum(before.flows_m3_per_s) + BASIN.leak_m3_per_s(before.stage_m)
        moved = (inflow[number] - out) * STEP_S
        held = held_m3(BASIN, after.stage_m) - held_m3(BASIN, before.stage_m)
        # Where the basin runs dry it holds nothing less than nothing.
        assert held == pytest.approx(moved, abs=1e-6) or (after.stage_m == BASIN.base_m and moved <= held + 1e-6)


@given(inflows, broken)
def test_a_pump_runs_above_its_start_and_rests_below_its_stop(inflow: list[float], faults: list[PumpFault]) -> None:
    for step in drained(BASIN, inflow, DUSK, faults).steps[1:]:
        for each, runs, flow, fault in zip(BASIN.motors, step.running, step.flows_m3_per_s, faults, strict=True):
            if step.stage_m >= each.start_m:
                assert runs != fault.stops
            if step.stage_m <= each.stop_m:
                assert not runs
            assert flow == (each.m3_per_s if runs and not fault.in_vain else 0.0)


def test_a_pump_that_copes_starts_and_stops_with_a_band_between() -> None:
    course = drained(BASIN, [0.5] * 600, DUSK, SOUND)
    turns = [before.running[0] != after.running[0] for before, after in pairwise(course.steps)]
    assert 4 <= sum(turns) <= 60
    assert max(step.stage_m for step in course.steps) < 1.1
    assert not any(step.running[1] for step in course.steps)


def test_more_than_the_pumps_can_take_rises_though_they_run() -> None:
    course = drained(BASIN, [2.5] * 240, DUSK, SOUND)
    assert course.steps[-1].running == (True, True)
    assert course.steps[-1].stage_m > course.steps[120].stage_m > 1.2


@pytest.mark.parametrize(("kind", "runs"), [("idle", False), ("fault", False), ("vain", True)])
def test_without_its_pump_the_station_floods(kind: str, runs: bool) -> None:
    faults = [PumpFault(kind), PumpFault(kind)]
    sound, faulty = (drained(BASIN, [0.9] * 240, DUSK, each) for each in (SOUND, faults))
    assert faulty.steps[-1].running == (runs, runs)
    assert faulty.steps[-1].stage_m > 1.7 > 1.3 > max(step.stage_m for step in sound.steps)


def test_a_fault_begins_when_it_begins() -> None:
    fails = PumpFault("idle", DUSK + timedelta(hours=1))
    course = drained(BASIN, [0.9] * 240, DUSK, [fails, SOUND_PUMP])
    assert course.at(DUSK + timedelta(minutes=55)).running[0]
    assert not any(course.at(DUSK + timedelta(minutes=each)).running[0] for each in range(61, 240))


def test_a_fault_that_there_is_not_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="there are: idle, fault, vain, silent"):
        PumpFault("rusty")


# In the city


def said(message: Message | None) -> dict[str, Any]:
    assert message is not None
    found: dict[str, Any] = json.loads(message.payload)
    return found


def devices(**faults: PumpFault) -> Devices:
    plan = NO_FAULTS.with_pumps({each.replace("_", "-"): fault for each, fault in faults.items()})
    return Devices(Waters(REGISTRY, STORM, plan.pumps), plan)


def test_a_fleet_that_begins_in_the_middle_says_the_same() -> None:
    first, again = devices(), devices()
    times = [at(minute) for minute in HOURS]
    early = [
        (first.pump_message(FIRST, each), first.gate_message(GATE, each), first.waters.stage_m(INNER.id, each))
        for each in times
    ]
    late = [
        (again.pump_message(FIRST, each), again.gate_message(GATE, each), again.waters.stage_m(INNER.id, each))
        for each in reversed(times)
    ]
    assert early == late[::-1]


def test_in_the_storm_the_pumps_run_and_the_water_stays_below_the_bank() -> None:
    city = devices()
    running = [said(city.pump_message(FIRST, at(minute)))["running"] for minute in HOURS]
    assert True in running
    assert False in running
    assert max(city.waters.stage_m(INNER.id, at(minute)) for minute in HOURS) < 1.8


def test_what_the_devices_say_goes_together_with_the_water() -> None:
    city = devices()
    for minute in range(-120, 240, 7):
        state = said(city.pump_message(SECOND, at(minute)))
        assert state["running"] == (state["flow_m3_per_s"] > 0)
        assert state["fault"] is False
        if city.waters.stage_m(INNER.id, at(minute)) > 1.5:
            assert state["running"]


def test_an_idle_pump_floods_its_station_and_says_that_it_stands() -> None:
    city = devices(minato_p1=PumpFault("idle"), minato_p2=PumpFault("idle"))
    assert max(city.waters.hazard(INNER.id, at(minute)) for minute in HOURS) >= 2
    assert not any(said(city.pump_message(FIRST, at(minute)))["running"] for minute in HOURS)


def test_a_tripped_pump_says_its_number_and_a_silent_one_nothing() -> None:
    city = devices(minato_p1=PumpFault("fault", at(0)), minato_p2=PumpFault("silent", at(0)))
    assert said(city.pump_message(FIRST, at(-1)))["fault"] is False
    assert said(city.pump_message(FIRST, at(1)))["fault"] == TRIPPED
    assert city.pump_message(SECOND, at(-1)) is not None
    assert city.pump_message(SECOND, at(1)) is None


def test_a_gate_is_shut_while_a_pump_runs_and_moves_evenly() -> None:
    stopped, runs = (Basin(0.4, 2.0, (motor("one", each, 0.4, 1.0),)) for each in (1.9, 0.5))
    rests, works = (drained(each, [0.3] * 120, DUSK, [SOUND_PUMP]) for each in (stopped, runs))
    assert opening_pct(rests, DUSK + timedelta(minutes=30)) == 100.0
    first = next(number for number, step in enumerate(works.steps) if step.running[0])
    moving = [opening_pct(works, DUSK + timedelta(seconds=STEP_S * (first + each))) for each in (-1, 0, 1)]
    assert moving == [100.0, 50.0, 0.0]
    assert opening_pct(None, DUSK) == 100.0


def test_the_outer_gauge_by_its_role_stands_in_the_river() -> None:
    outer = OUTER.model_copy(update={"id": "minato-sea"})
    city = Registry.of(REGISTRY.city, [*REGISTRY.stations.values(), INNER, outer, FIRST])
    waters = Waters(city, STORM)
    assert waters.drained("minato", at(0)) is not None
    assert waters.stage_m("minato-sea", at(0)) != waters.stage_m(INNER.id, at(0))


def test_between_two_storms_the_water_does_not_jump() -> None:
    waters = devices(minato_p1=PumpFault("idle"), minato_p2=PumpFault("idle")).waters
    stages = [waters.stage_m(INNER.id, at(minute)) for minute in range(0, 3 * 720, 2)]
    steps = [abs(after - before) for before, after in pairwise(stages)]
    assert max(steps) < 0.08


def test_a_pump_reports_on_a_grid_of_its_own() -> None:
    times = list(grid_points(FIRST, at(0), at(10)))
    assert len(times) == 10
    sequence = [said(devices().pump_message(FIRST, each))["seq"] for each in times]
    assert sequence == list(range(sequence[0], sequence[0] + 10))


def test_in_the_demonstration_one_pump_does_not_start_and_its_station_floods() -> None:
    plan = demonstration_faults(REGISTRY, STORM)
    assert plan.pumps == {FIRST.id: PumpFault("idle", DUSK - FAILS_BEFORE)}
    assert plan == demonstration_faults(REGISTRY, STORM)
    waters = Waters(REGISTRY, STORM, plan.pumps)
    assert any(waters.stage_m(INNER.id, at(minute)) >= 1.0 for minute in range(60))


@settings(max_examples=20)
@given(st.integers(0, 50), st.integers(-400, 400))
def test_every_storm_gives_a_stage_that_can_be(seed: int, minute: int) -> None:
    waters = Waters(REGISTRY, demonstration_storm(DUSK, seed))
    assert 0.3 <= waters.stage_m(INNER.id, at(minute)) <= 4.0
    found = waters.drained("minato", at(minute))
    assert found is not None
    assert isinstance(found[1], Course)


# The option of the command line


def test_a_fault_is_of_a_pump_where_its_id_is_one() -> None:
    texts = ["minato-p1=idle", "some-camera=frozen"]
    assert split(texts, REGISTRY) == (["some-camera=frozen"], ["minato-p1=idle"])
    assert pump_faults(["minato-p1=vain"], REGISTRY, at(0)) == {FIRST.id: PumpFault("vain", at(0))}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("minato-p1=frozen", "there are: idle, fault, vain, silent"), ("nobody=idle", "the pumps: minato-p1, minato-p2")],
)
def test_a_fault_that_cannot_be_says_what_can(text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        pump_faults([text], REGISTRY, at(0))


def test_a_pump_at_a_station_without_an_inner_gauge_stands_still() -> None:
    bare = Registry.of(REGISTRY.city, [*REGISTRY.stations.values(), OUTER, FIRST, GATE])
    city = Devices(Waters(bare, STORM), NO_FAULTS)
    pump, gate = Pump(id="minato-p1", station_id="minato"), Gate(id="minato-g1", station_id="minato")
    assert said(city.pump_message(pump, at(0)))["running"] is False
    assert said(city.gate_message(gate, at(0)))["opening_pct"] == 100.0
