"""The rules of pumps: flooded and not running, running and not falling, a fault while wet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.rules.findings import Cause
from alerts.rules.pumping import Run, run_of
from alerts.rules.settings.rules import RulesSettings
from ingest.equipment.state import patience
from ingest.readings import Quality, Reading
from ingest.stations import Device, Gate, Pump, Registry, Station
from tests.alerts.pump_night import RULES, Night
from tests.pumping import CITY, FIRST, GATE, INNER, OUTER, REGISTRY, SECOND, SHARING, STATION, at, fault, running, stage

MINUTES = range(91)
SHARED = Registry.of(CITY, [STATION, INNER, OUTER, *SHARING, GATE])


def stages(rise_m: float = 0.02, begin_m: float = 0.5, minutes: range = MINUTES) -> list[Reading]:
    """Water that rises evenly, a reading a minute."""
    return [stage(minute, round(begin_m + rise_m * minute, 3)) for minute in minutes]


def flat(stage_m: float, minutes: range = MINUTES) -> list[Reading]:
    return [stage(minute, stage_m) for minute in minutes]


def runs(pump: Pump, spans: list[range], minutes: range = MINUTES) -> list[Reading]:
    """A pump that runs in some spans of time and says so every minute."""
    return [running(minute, float(any(minute in each for each in spans)), pump) for minute in minutes]


# Flooded and not running


def test_a_pump_that_starts_in_time_is_no_matter() -> None:
    """The water passes 1.0 m at minute 25, and the pump says that it runs within its three minutes."""
    night = Night([*stages(), *runs(FIRST, [range(27, 91)]), *runs(SECOND, [range(46, 91)])]).through(MINUTES)
    assert night.steps("pump_idle", FIRST.id) == night.steps("pump_idle", SECOND.id) == []


def test_a_pump_that_starts_late_is_told_and_ends_by_the_rule() -> None:
    late = [*stages(0.01), *runs(FIRST, [range(65, 91)])]
    night = Night(late).through(MINUTES)
    # 1.0 m at minute 50; three minutes for the pump, two for the rule; five minutes of running end it.
    assert night.steps("pump_idle", FIRST.id) == [(0, 3), (3, 0)]
    assert night.minutes("pump_idle", FIRST.id) == [55, 70]


def test_the_level_is_one_above_the_hazard_of_the_inner_stage() -> None:
    night = Night([*stages(), *runs(FIRST, [])]).through(MINUTES)
    # Hazard 2 from 1.2 m (minute 35), 3 from 1.6 m (55), 4 from 1.8 m (65), 5 from 2.0 m (75).
    assert night.steps("pump_idle", FIRST.id) == [(0, 3), (3, 4), (4, 5)]
    assert night.minutes("pump_idle", FIRST.id) == [30, 57, 67]


def test_a_pump_that_stops_in_the_flood_is_told_two_minutes_later() -> None:
    night = Night([*flat(1.3), *runs(FIRST, [range(40)])]).through(MINUTES)
    assert (night.steps("pump_idle", FIRST.id), night.minutes("pump_idle", FIRST.id)) == ([(0, 3)], [42])


def test_a_pump_that_takes_over_from_another_within_two_minutes_is_no_matter() -> None:
    change = [*flat(1.5), *runs(FIRST, [range(20), range(21, 91)]), *runs(SECOND, [range(91)])]
    assert Night(change).through(MINUTES).changes.get(("pump_idle", FIRST.id), []) != []  # it waited, and was nothing
    assert Night(change).through(MINUTES).steps("pump_idle", FIRST.id) == []


def test_a_pump_that_starts_and_stops_all_the_time_is_not_told_all_the_time() -> None:
    flapping = [range(begin, begin + 6) for begin in range(0, 360, 12)]
    minutes = range(360)
    night = Night([*flat(1.3, minutes), *runs(FIRST, flapping, minutes)]).through(minutes)
    assert night.level("pump_idle", FIRST.id) >= 3
    assert len(night.steps("pump_idle", FIRST.id)) <= 8  # thirty stops


def test_of_two_pumps_the_one_that_rests_below_its_start_is_no_matter() -> None:
    night = Night([*flat(1.3), *runs(FIRST, [range(91)]), *runs(SECOND, [])]).through(MINUTES)
    assert night.steps("pump_idle", SECOND.id) == []


def test_where_pumps_share_the_work_one_is_enough_and_none_is_one_alert() -> None:
    one = [*flat(1.3), *runs(FIRST, [range(91)]), *runs(SECOND, [])]
    assert Night(one, registry=SHARED).through(MINUTES).steps("pump_idle", STATION.id) == []
    none = Night([*flat(1.3), *runs(FIRST, []), *runs(SECOND, [])], registry=SHARED).through(MINUTES)
    assert {key for key, changes in none.changes.items() if changes} == {("pump_idle", STATION.id)}
    assert none.found("pump_idle", 90)[STATION.id].detail["pump_ids"] == [FIRST.id, SECOND.id]


def test_a_pump_whose_telemetry_dies_in_the_flood_is_not_known_to_run() -> None:
    dies = [*flat(1.3), *runs(FIRST, [range(91)], range(40))]
    night = Night(dies).through(MINUTES)
    assert (night.steps("pump_idle", FIRST.id), night.minutes("pump_idle", FIRST.id)) == ([(0, 3)], [45])
    assert night.found("pump_idle", 60)[FIRST.id].detail["problem"] == "pump_unknown"


def test_a_gauge_that_dies_in_the_flood_ends_nothing() -> None:
    minutes = range(600)
    night = Night([*flat(1.7, range(30)), *runs(FIRST, [], minutes)]).through(minutes)
    assert night.steps("pump_idle", FIRST.id) == [(0, 4)]
    ended = Night([*flat(1.7, range(30)), *flat(0.4, range(580, 600)), *runs(FIRST, [], minutes)]).through(minutes)
    assert ended.steps("pump_idle", FIRST.id) == [(0, 4), (4, 0)]


def test_a_suspect_stage_raises_as_unconfirmed_and_the_next_good_one_decides() -> None:
    spike = [*flat(0.5, range(30)), stage(30, 1.9, Quality.SUSPECT), *flat(0.5, range(33, 91))]
    night = Night([*spike, *runs(FIRST, [])]).through(MINUTES)
    first = night.changes[("pump_idle", FIRST.id)][1][1]
    assert (first.cause, first.to_level, first.unconfirmed) == (Cause.RISE, 5, True)
    assert night.steps("pump_idle", FIRST.id) == [(0, 5), (5, 0)]
    sinking = [*flat(1.7, range(30)), *(stage(each, 0.3, Quality.SUSPECT) for each in range(30, 91))]
    assert Night([*sinking, *runs(FIRST, [])]).through(MINUTES).steps("pump_idle", FIRST.id) == [(0, 4)]


def test_what_is_found_says_all_that_a_crew_asks() -> None:
    outside = [stage(minute, 2.8, gauge=OUTER) for minute in MINUTES]
    night = Night([*stages(), *outside, *runs(FIRST, [range(40)]), fault(41, 17)])
    found = night.found("pump_idle", 60)[FIRST.id]
    assert found.reached == 4
    assert found.detail == {
        "inner_id": INNER.id,
        "inner_m": 1.7,
        "inner_at": at(60).isoformat(),
        "station_level": 3,
        "rise_m_per_h": 1.2,
        "window_s": 1800.0,
        "outer_m": 2.8,
        "outer_at": at(60).isoformat(),
        "problem": "pump_stopped",
        "pump_ids": [FIRST.id],
        "begins_m": 1.0,
        "flooded_at": at(25).isoformat(),
        "stopped_at": at(40).isoformat(),
        "heard_at": at(60).isoformat(),
        "fault": 17,
        "raised_level": 4,
    }


def test_a_pump_that_was_never_heard_counts_where_the_city_says_so() -> None:
    assert Night(flat(1.3)).found("pump_idle", 60) == {}
    never = RulesSettings.model_validate({"pump_idle": {"never_heard": True}})
    assert set(Night(flat(1.3), never).found("pump_idle", 60)) == {FIRST.id}


@pytest.mark.parametrize("rule", ["pump_idle", "pump_vain", "pump_fault"])
def test_a_station_may_go_without_a_rule(rule: str) -> None:
    off = RulesSettings.model_validate({rule: {"stations": {"minato": {"enabled": False}}}})
    everything = [*flat(1.5), *runs(FIRST, [range(91)]), *runs(SECOND, []), fault(90, 1)]
    assert Night(everything).found(rule, 90) != {}
    assert Night(everything, off).found(rule, 90) == {}


def test_a_station_without_an_inner_gauge_is_told_of_faults_only() -> None:
    bare = Registry.of(CITY, [STATION, OUTER, FIRST])
    night = Night([*runs(FIRST, []), fault(80, 1)], registry=bare)
    assert (night.found("pump_idle", 90), night.found("pump_vain", 90)) == ({}, {})
    assert night.found("pump_fault", 90)[FIRST.id].reached == 1


# Running and not falling


def test_a_pump_that_runs_while_the_water_goes_on_rising_is_told() -> None:
    night = Night([*stages(0.005, 1.1), *runs(FIRST, [range(5, 91)])]).through(MINUTES)
    # It has run for twenty minutes at minute 25, and the rule waits five more.
    assert (night.steps("pump_vain", STATION.id), night.minutes("pump_vain", STATION.id)) == ([(0, 2)], [30])
    detail = night.found("pump_vain", 60)[STATION.id].detail
    assert (detail["rise_m_per_h"], detail["pump_ids"], detail["running_at"]) == (0.3, [FIRST.id], at(5).isoformat())


def test_a_pump_that_runs_while_the_water_falls_slowly_is_no_matter() -> None:
    assert Night([*stages(-0.001, 1.3), *runs(FIRST, [range(91)])]).through(MINUTES).steps("pump_vain", "minato") == []


def test_water_that_stands_still_does_not_fall() -> None:
    night = Night([*flat(1.3), *runs(FIRST, [range(91)])]).through(MINUTES)
    assert night.steps("pump_vain", STATION.id) == [(0, 2)]


def test_it_ends_when_the_water_falls_for_a_quarter_of_an_hour() -> None:
    turns = [*flat(1.3, range(60)), *(stage(each, round(1.3 - 0.003 * (each - 60), 3)) for each in range(60, 150))]
    night = Night([*turns, *runs(FIRST, [range(150)], range(150))]).through(range(150))
    assert night.steps("pump_vain", STATION.id) == [(0, 2), (2, 0)]
    assert 75 <= night.minutes("pump_vain", STATION.id)[1] <= 100


def test_a_pump_that_has_just_started_has_its_twenty_minutes() -> None:
    assert Night([*stages(), *runs(FIRST, [range(75, 91)])]).found("pump_vain", 90) == {}


def test_below_the_start_of_the_pumps_nothing_has_to_fall() -> None:
    assert Night([*flat(0.9), *runs(FIRST, [range(91)])]).found("pump_vain", 90) == {}


@pytest.mark.parametrize("silent", ["gauge", "pump"])
def test_neither_a_silent_gauge_nor_a_silent_pump_ends_it(silent: str) -> None:
    heard = range(60)
    water = flat(1.3, heard if silent == "gauge" else range(300))
    pump = runs(FIRST, [range(300)], heard if silent == "pump" else range(300))
    night = Night([*water, *pump]).through(range(300))
    assert night.steps("pump_vain", STATION.id) == [(0, 2)]


def test_a_pump_that_stops_is_the_matter_of_another_rule() -> None:
    night = Night([*flat(1.3), *runs(FIRST, [range(60)])]).through(MINUTES)
    assert night.steps("pump_vain", STATION.id) == [(0, 2), (2, 0)]
    assert night.steps("pump_idle", FIRST.id) == [(0, 3)]


# A fault


def test_a_fault_weighs_more_while_the_water_is_up() -> None:
    """It counts as wet from 0.3 m below the start on: at minute 10, 0.7 m."""
    faults = [fault(minute, 17) for minute in range(5, 91)]
    night = Night([*stages(), *runs(FIRST, [range(91)]), *faults]).through(MINUTES)
    assert (night.steps("pump_fault", FIRST.id), night.minutes("pump_fault", FIRST.id)) == ([(0, 1), (1, 3)], [5, 10])
    detail = night.found("pump_fault", 60)[FIRST.id].detail
    assert (detail["problem"], detail["fault"], detail["device_ids"]) == ("fault_wet", 17, [FIRST.id])


def test_a_low_stage_of_a_gauge_that_died_does_not_make_a_fault_harmless() -> None:
    """The gauge died before the rain, and nobody knows how the water stands: the crew hears of it, as unconfirmed."""
    night = Night([*flat(0.3, range(10)), *(fault(minute, 17) for minute in range(40, 91))]).through(MINUTES)
    (risen,) = [each for _, each in night.changes["pump_fault", FIRST.id] if each.to_level]
    assert (risen.to_level, risen.unconfirmed) == (3, True)
    assert risen.finding is not None
    assert risen.finding.detail["reasons"] == ["gauge_silent"]
    back = Night([*night.readings, *flat(0.3, range(91, 120))], standings=night.standings).through(range(91, 120))
    assert back.level("pump_fault", FIRST.id) == 1


def test_a_dry_fault_can_be_of_no_interest() -> None:
    quiet = RulesSettings.model_validate({"pump_fault": {"dry_level": 0}})
    assert Night([*flat(0.2), fault(80, 17)], quiet).found("pump_fault", 90) == {}
    assert Night([*flat(0.2), fault(80, 17)]).found("pump_fault", 90)[FIRST.id].reached == 1


def test_a_fault_ends_when_the_device_says_so_and_not_by_silence() -> None:
    silent = Night([*flat(1.3), fault(10, 17), *runs(FIRST, [range(91)])]).through(MINUTES)
    assert silent.steps("pump_fault", FIRST.id) == [(0, 3)]
    mended = Night([*flat(1.3), fault(10, 17), fault(30, 0), *runs(FIRST, [range(91)])]).through(MINUTES)
    assert mended.steps("pump_fault", FIRST.id) == [(0, 3), (3, 0)]


def test_a_gate_with_a_fault_counts_as_well() -> None:
    assert Night([*flat(1.3), fault(80, 1, GATE)]).found("pump_fault", 90)[GATE.id].reached == 3


# Silence


def test_a_pump_that_is_not_heard_any_more_is_told_in_dry_weather_too() -> None:
    heard = [*flat(0.2), *runs(FIRST, [], range(30))]
    assert Night(heard).found("pump_silence", 58) == {}
    found = Night(heard).found("pump_silence", 60)[FIRST.id]
    assert (found.reached, found.detail["problem"]) == (1, "device_silent")
    assert Night(heard).found("pump_fault", 60) == {}
    patient = RulesSettings.model_validate({"pump_silence": {"silent_after_s": 7200}})
    assert Night(heard, patient).found("pump_silence", 90) == {}


@pytest.mark.parametrize("device", [FIRST, GATE])
def test_a_fault_that_follows_a_silence_is_told_and_the_silence_ends(device: Pump | Gate) -> None:
    """Heard once, silent for an hour, then back with a fault, all of it in dry weather."""
    said = [fault(0, 0, device), *(fault(minute, 17, device) for minute in range(60, 91))]
    night = Night([*flat(0.2), *said]).through(MINUTES)
    assert (night.steps("pump_silence", device.id), night.minutes("pump_silence", device.id)) == (
        [(0, 1), (1, 0)],
        [31, 65],
    )
    assert (night.steps("pump_fault", device.id), night.minutes("pump_fault", device.id)) == ([(0, 1)], [60])


def test_a_silence_that_follows_a_fault_is_told_and_takes_the_fault_not_back() -> None:
    night = Night([*flat(0.2), fault(5, 0), *(fault(minute, 17) for minute in range(10, 20))]).through(MINUTES)
    assert night.steps("pump_fault", FIRST.id) == [(0, 1)]
    assert (night.steps("pump_silence", FIRST.id), night.minutes("pump_silence", FIRST.id)) == ([(0, 1)], [50])
    detail = night.found("pump_silence", 60)[FIRST.id].detail
    assert (detail["heard_at"], detail["fault"], detail["fault_at"]) == (at(19).isoformat(), 17, at(19).isoformat())


def test_a_silence_that_the_flood_is_told_by_already_is_not_told_besides() -> None:
    """The pump is lost in high water at minute 40, and the water is down from minute 120 on."""
    minutes = range(140)
    water = [*flat(1.3, range(120)), *flat(0.2, range(120, 140))]
    night = Night([*water, *runs(FIRST, [minutes], range(40))]).through(range(120))
    assert night.steps("pump_idle", FIRST.id) == [(0, 3)]
    assert night.steps("pump_silence", FIRST.id) == []
    night.through(range(120, 140))
    assert (night.steps("pump_silence", FIRST.id), night.minutes("pump_silence", FIRST.id)) == ([(0, 1)], [120])
    assert night.steps("pump_idle", FIRST.id) == [(0, 3), (3, 0)]


def test_what_was_told_of_a_silence_before_the_flood_goes_on_standing_in_it() -> None:
    water = [*flat(0.2, range(60)), *flat(1.3, range(60, 91))]
    night = Night([*water, *runs(FIRST, [], range(10))]).through(MINUTES)
    assert night.steps("pump_silence", FIRST.id) == [(0, 1)]
    assert night.steps("pump_idle", FIRST.id) == [(0, 3)]


def test_without_the_rule_of_the_flood_a_silence_in_it_is_told() -> None:
    alone = RulesSettings.model_validate({"pump_idle": {"enabled": False}})
    night = Night([*flat(1.3), *runs(FIRST, [range(91)], range(40))], alone).through(MINUTES)
    assert (night.steps("pump_silence", FIRST.id), night.minutes("pump_silence", FIRST.id)) == ([(0, 1)], [70])


# Since when


def test_when_a_pump_stopped_is_said_only_where_it_was_heard_to_stop() -> None:
    def stopped_at(readings: list[Reading]) -> object:
        return Night([*flat(1.3), *readings]).found("pump_idle", 90)[FIRST.id].detail.get("stopped_at")

    assert stopped_at(runs(FIRST, [range(70)])) == at(70).isoformat()
    assert stopped_at(runs(FIRST, [])) is None
    assert stopped_at([*runs(FIRST, [range(10)], range(10)), *runs(FIRST, [], range(60, 91))]) is None


def test_what_was_filled_in_later_is_known_within_minutes() -> None:
    heard = [*flat(1.3), *runs(FIRST, [range(91)], range(60, 91))]
    night = Night(heard)
    assert night.facts(60).pumping["minato"].runs[FIRST.id] == Run(True, None)
    heard += [running(minute, float(minute >= 40)) for minute in range(60)]
    assert night.facts(62).pumping["minato"].runs[FIRST.id] == Run(True, None)
    assert night.facts(65).pumping["minato"].runs[FIRST.id] == Run(True, at(40), turned=True)


def test_a_pump_that_turns_is_looked_at_at_once() -> None:
    night = Night([*flat(1.3), *runs(FIRST, [range(62)])])
    assert night.facts(61).pumping["minato"].runs[FIRST.id] == Run(True, None)
    assert night.facts(62).pumping["minato"].runs[FIRST.id] == Run(False, at(62), turned=True)


def test_a_run_begins_where_the_pump_said_otherwise_before() -> None:
    said = [running(0, 0), running(1, 1), running(2, 1), running(3, 1)]
    assert run_of(said, patience(FIRST)) == Run(True, at(1), turned=True)
    assert run_of(said[1:], patience(FIRST)) == Run(True, None)
    assert run_of([running(0, 1), running(10, 1), running(11, 1)], patience(FIRST)) == Run(True, at(10), turned=False)
    assert run_of([], patience(FIRST)) is None


# Laws

courses = st.lists(st.sampled_from([-0.08, -0.02, 0.0, 0.02, 0.08]), min_size=60, max_size=60)
heard_of = st.lists(st.sampled_from(["runs", "stops", "silent"]), min_size=60, max_size=60)
lost = st.sets(st.integers(0, 59), max_size=30)


def drawn(steps_m: list[float], words: list[str], unheard: set[int]) -> list[Reading]:
    stage_m, readings = 1.0, []
    for minute, (step_m, word) in enumerate(zip(steps_m, words, strict=True)):
        stage_m = round(min(2.5, max(0.0, stage_m + step_m)), 3)
        if minute not in unheard:
            readings.append(stage(minute, stage_m))
        if word != "silent":
            readings.append(running(minute, float(word == "runs")))
    return readings


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(courses, heard_of, lost)
def test_silence_alone_ends_no_alert_of_a_pump(steps_m: list[float], words: list[str], unheard: set[int]) -> None:
    """Whatever the night was: what stands when the last word of all has become old goes on standing."""
    night = Night(drawn(steps_m, words, unheard)).through(range(65))
    before = {key: night.level(*key) for key in night.standings}
    night.through(range(65, 400, 5))
    assert all(night.level(*key) >= level for key, level in before.items())


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(courses, heard_of, lost)
def test_an_idle_pump_weighs_more_than_the_water_that_it_stands_in(
    steps_m: list[float], words: list[str], unheard: set[int]
) -> None:
    night = Night(drawn(steps_m, words, unheard))
    for minute in range(60):
        for found in night.found("pump_idle", minute).values():
            hazard = found.detail["station_level"]
            assert found.reached == max(3, min(5, hazard + 1))
            assert found.reached > hazard or hazard == 5


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(courses, heard_of, lost)
def test_a_night_told_again_is_the_same(steps_m: list[float], words: list[str], unheard: set[int]) -> None:
    readings = drawn(steps_m, words, unheard)
    first, again = (Night(each).through(range(60)) for each in (readings, readings[::-1]))
    assert first.changes == again.changes


def test_an_inner_gauge_that_is_taken_out_in_the_night_is_no_all_clear() -> None:
    """Without the gauge that it goes by nobody can say that the pump need not run: a person closes it."""
    night = Night([*flat(1.3), *runs(FIRST, [])]).through(range(60))
    assert night.level("pump_idle", FIRST.id) == 3
    night.registry = Registry.of(CITY, [STATION, OUTER, FIRST, SECOND])
    night.through(range(60, 91))
    assert night.level("pump_idle", FIRST.id) == 3
    assert night.standings["pump_idle", FIRST.id].unverified
    assert replace(night, registry=REGISTRY).found("pump_idle", 90) != {}


ELSEWHERE = STATION.model_copy(update={"id": "kawaguchi"})
MOVED = FIRST.model_copy(update={"station_id": "kawaguchi"})


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ([STATION, INNER, SECOND], {"unwatched": "removed"}),
        ([STATION, ELSEWHERE, INNER, MOVED, SECOND], {"unwatched": "moved", "moved_to": "kawaguchi"}),
        ([STATION, INNER, *SHARING], {"unwatched": "regrouped"}),
    ],
)
def test_an_idle_pump_that_is_watched_no_longer_ends_with_the_word_why(
    left: list[Station | Device], said: dict[str, str]
) -> None:
    night = Night([*flat(1.3), *runs(FIRST, [])]).through(range(60))
    night.registry = Registry.of(CITY, left)
    gone = RULES["pump_idle"].unwatched(night.facts(60), FIRST.id, STATION.id)
    assert gone is not None
    assert gone.detail == said
    night.through(range(60, 91))
    (ended,) = [each for _, each in night.changes["pump_idle", FIRST.id] if each.from_level > each.to_level]
    assert (ended.cause, ended.to_level) == (Cause.UNWATCHED, 0)
    assert (night.level("pump_idle", STATION.id) == 3) == (said["unwatched"] == "regrouped")  # judged anew at once


@pytest.mark.parametrize("device", [FIRST, GATE])
def test_a_fault_of_what_was_taken_out_of_the_registry_was_not_repaired(device: Pump | Gate) -> None:
    night = Night([*flat(0.2), *(fault(minute, 17, device) for minute in range(91))]).through(range(30))
    night.registry = Registry.of(CITY, [STATION, INNER, SECOND])
    night.through(range(30, 91))
    causes = [each.cause for _, each in night.changes["pump_fault", device.id] if each.from_level != each.to_level]
    assert causes == [Cause.RISE, Cause.UNWATCHED]


def test_a_station_without_pumps_pumps_no_longer_in_vain() -> None:
    night = Night([*flat(1.3), *runs(FIRST, [range(91)])]).through(range(60))
    assert night.level("pump_vain", STATION.id) == 2
    night.registry = Registry.of(CITY, [STATION, INNER])
    night.through(range(60, 62))
    assert night.changes["pump_vain", STATION.id][-1][1].cause == Cause.UNWATCHED


def test_an_inner_gauge_that_comes_back_ends_it_by_the_rule() -> None:
    night = Night([*flat(1.3), *runs(FIRST, [range(70, 91)])]).through(range(60))
    night.registry = Registry.of(CITY, [STATION, FIRST, SECOND])
    night.through(range(60, 75))
    night.registry = REGISTRY
    assert night.through(range(75, 91)).steps("pump_idle", FIRST.id) == [(0, 3), (3, 3), (3, 0)]  # (3, 3): unverified


# What is sure, and a doubt of more


def spiked(quality: Quality = Quality.SUSPECT) -> list[Reading]:
    """Water at hazard 2, of which the gauge says for ten minutes that it is far above everything."""
    return [
        *flat(1.3, range(30)),
        *(stage(minute, 3.9, quality) for minute in range(30, 40)),
        *flat(1.3, range(40, 91)),
    ]


def test_a_suspect_stage_makes_no_sure_danger_of_a_lesser_one() -> None:
    night = Night([*spiked(), *runs(FIRST, [])]).through(MINUTES)
    found = [(each.from_level, each.to_level, each.unconfirmed) for _, each in night.changes["pump_idle", FIRST.id]]
    assert [each for each in found if each[0] != each[1]] == [(0, 3, False), (3, 5, True), (5, 3, True)]


def test_a_doubt_hides_nothing_that_is_sure() -> None:
    """The spike came first: what the good stage before it says is told at its level all the same."""
    night = Night([*spiked()[30:], *flat(1.3, range(26, 30)), *runs(FIRST, [])]).through(range(26, 40))
    found = [(each.from_level, each.to_level, each.unconfirmed) for _, each in night.changes["pump_idle", FIRST.id]]
    assert [each for each in found if each[0] != each[1]] == [(0, 3, False), (3, 5, True)]
    sure = next(each for _, each in night.changes["pump_idle", FIRST.id] if each.to_level == 3)
    assert sure.finding is not None
    assert (sure.finding.detail["inner_m"], sure.finding.detail["raised_level"]) == (1.3, 3)


def test_the_stage_of_a_message_has_the_time_at_which_it_was_observed() -> None:
    """A lower suspect stage takes nothing back; neither does it make the higher one younger."""
    readings = [*flat(1.7, range(30)), *(stage(minute, 0.3, Quality.SUSPECT) for minute in range(30, 60))]
    detail = Night([*readings, *runs(FIRST, [])]).found("pump_idle", 59)[FIRST.id].detail
    assert (detail["inner_m"], detail["inner_at"]) == (1.7, at(29).isoformat())
