"""What is said of batteries, signals and gateways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.health.fold import Device, GaugeState
from ingest.health.judge import judge
from ingest.health.limits import Battery, HealthSettings
from ingest.health.problems import SEVERITY, Health, Problem, Severity
from ingest.readings import Vitals
from ingest.rhythm import Rhythm
from tests.ingest.cities import NOON
from tests.ingest.test_health_fold import CRISIS, DAY, LIMITS, MINUTE, STEADY, every, folded, health, names, told

DECENTLAB = replace(STEADY, models=((NOON - DAY, "decentlab-dl-pr26"),))


def vitals(at: datetime = NOON, **more: float) -> Vitals:
    """A word of the device."""
    return replace(Vitals("g", at), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("device", "said", "problem"),
    [
        (STEADY, {"battery_pct": 55.0}, None),
        (STEADY, {"battery_pct": 20.0}, Problem.BATTERY_LOW),
        (STEADY, {"battery_pct": 9.0}, Problem.BATTERY_CRITICAL),
        (STEADY, {"battery_v": 3.58}, None),
        (STEADY, {"battery_v": 3.25}, Problem.BATTERY_LOW),
        (STEADY, {"battery_v": 2.95}, Problem.BATTERY_CRITICAL),
        (DECENTLAB, {"battery_v": 2.95}, None),
        (DECENTLAB, {"battery_v": 2.2}, Problem.BATTERY_CRITICAL),
        (STEADY, {"battery_v": 12.6}, None),
        (STEADY, {"battery_v": 11.8}, Problem.BATTERY_LOW),
        (STEADY, {"battery_v": 11.2}, Problem.BATTERY_CRITICAL),
        (STEADY, {"battery_pct": 80.0, "battery_v": 2.9}, Problem.BATTERY_CRITICAL),
        (STEADY, {"rssi_dbm": -97.0, "snr_db": 7.0}, None),
        (STEADY, {"rssi_dbm": -126.0}, Problem.WEAK_SIGNAL),
        (STEADY, {"rssi_dbm": -97.0, "snr_db": -17.5}, Problem.WEAK_SIGNAL),
    ],
)
def test_battery_and_signal_are_judged_by_the_kind_of_device(
    device: Device, said: dict[str, float], problem: Problem | None
) -> None:
    found = health(device, NOON + MINUTE, told(NOON), vitals(NOON, **said))
    assert names(found) == ([problem] if problem else [])


def test_a_battery_is_low_since_it_fell_below_and_well_again_after_its_change() -> None:
    log = [vitals(NOON + hour * 60 * MINUTE, battery_pct=23.0 - hour) for hour in range(6)]
    now = NOON + 5 * 60 * MINUTE
    found = health(STEADY, now, told(now), *log)
    assert [(each.problem, each.since) for each in found.findings] == [(Problem.BATTERY_LOW, NOON + 180 * MINUTE)]
    assert health(STEADY, now, told(now), *log, vitals(now, battery_pct=100.0)).findings == ()


def test_vitals_that_come_late_or_again_say_nothing_of_the_present() -> None:
    now = NOON + 60 * MINUTE
    log = [vitals(now, battery_pct=9.0), vitals(NOON, battery_pct=80.0)]
    assert names(health(STEADY, now, told(now), *log)) == [Problem.BATTERY_CRITICAL]
    again = [vitals(NOON, battery_pct=80.0)] * 2
    assert names(health(STEADY, now, told(NOON), *again)) == [Problem.SILENT]
    alive = health(STEADY, now, told(NOON), *again, vitals(now - MINUTE, battery_pct=80.0))
    assert names(alive) == [Problem.SILENT_SENSOR]


def test_the_days_left_are_told_where_the_battery_falls_in_a_line_and_only_there() -> None:
    now = NOON + 20 * DAY
    falling = [vitals(NOON + day * DAY, battery_pct=60.0 - day) for day in range(21)]
    found = health(STEADY, now, told(now), *falling)
    assert found.battery_days == pytest.approx(30)
    assert names(found) == [Problem.BATTERY_ENDING]
    steady = [vitals(NOON + day * DAY, battery_pct=60.0 + day % 3) for day in range(21)]
    assert health(STEADY, now, told(now), *steady).battery_days is None
    assert health(STEADY, NOON + 5 * DAY, told(NOON + 5 * DAY), *falling[:6]).battery_days is None


def test_the_sun_on_a_panel_does_not_hide_a_battery_that_fails() -> None:
    sunny = [
        vitals(NOON + hour * 60 * MINUTE, battery_v=12.8 - 0.05 * (hour // 24) + (0.9 if hour % 24 < 9 else 0.0))
        for hour in range(14 * 24)
    ]
    now = sunny[-1].received_at
    found = health(STEADY, now, told(now), *sunny)
    assert found.battery_days == pytest.approx((12.8 - 0.05 * 13 - 11.5) / 0.05, abs=1.5)


def test_a_gauge_that_falls_silent_with_a_critical_battery_says_that_it_is_the_battery() -> None:
    found = health(STEADY, NOON + 60 * MINUTE, told(NOON), vitals(battery_v=2.9))
    assert [(each.problem, each.severity) for each in found.findings] == [(Problem.SILENT_BATTERY, Severity.DOWN)]


def city(now: datetime, gateways_of: Mapping[str, tuple[str, ...]], until: Mapping[str, timedelta]) -> Health:
    """Gauges that are heard by gateways every ten minutes up to a time after noon; ``dry-…`` once a day."""
    devices, states = {}, {}
    for gauge_id, heard_by in gateways_of.items():
        devices[gauge_id] = CRISIS if gauge_id.startswith("dry") else STEADY
        step = 1440 if gauge_id.startswith("dry") else 10
        log = every(step, int(until[gauge_id] / (step * MINUTE)) + 1)
        spoken = [Vitals(gauge_id, each.received_at, gateways=heard_by) for each in log]
        states[gauge_id] = folded(devices[gauge_id], *log, *spoken)
    return judge(devices, states, now, LIMITS)


HOUR = timedelta(hours=1)


def test_the_outage_of_a_gateway_is_one_cause_with_its_gauges_listed() -> None:
    heard = {"a": ("hill",), "b": ("hill",), "both": ("hill", "hall"), "far": ("hall",), "dry": ("hill",)}
    until = {"a": 5 * HOUR, "b": 5 * HOUR, "both": 6 * HOUR, "far": 6 * HOUR, "dry": timedelta(0)}
    devices = dict.fromkeys(heard, STEADY) | {"dry": CRISIS}
    states = {}
    for gauge_id, gateways in heard.items():
        log = every(
            1440 if gauge_id == "dry" else 10, int(until[gauge_id] / (10 * MINUTE)) + 1 if gauge_id != "dry" else 1
        )
        after = NOON + 5 * HOUR
        spoken = [
            Vitals(gauge_id, each.received_at, gateways=gateways if each.received_at <= after else ("hall",))
            for each in log
        ]
        states[gauge_id] = folded(devices[gauge_id], *log, *spoken)
    found = judge(devices, states, NOON + 6 * HOUR, LIMITS)
    hill, hall = found.gateways
    assert (hill.gateway_id, hill.out, hill.silenced) == ("hill", True, ("a", "b"))
    assert hill.alone == ("a", "b", "dry")
    assert hill.findings[0].since == NOON + 5 * HOUR
    assert (hall.gateway_id, hall.out, hall.heard_day, hall.alone) == ("hall", False, 2, ("far",))
    by_id = {each.gauge_id: each for each in found.gauges}
    assert [names(by_id[each]) for each in ("a", "b")] == [[Problem.SILENT_GATEWAY]] * 2
    assert [names(by_id[each]) for each in ("both", "far", "dry")] == [[], [], []]
    assert found.to_act_on == 1


def test_single_sensors_that_fall_silent_are_not_laid_on_their_gateway() -> None:
    heard = {"a": ("hill",), "b": ("hill",), "c": ("hill",)}
    found = city(NOON + 6 * HOUR, heard, {"a": 2 * HOUR, "b": 3 * HOUR, "c": 6 * HOUR})
    assert not any(each.out for each in found.gateways)
    assert [names(each) for each in found.gauges] == [[Problem.SILENT], [Problem.SILENT], []]
    assert found.to_act_on == 2


def test_the_silence_of_the_only_gauge_of_a_gateway_is_its_own() -> None:
    found = city(NOON + 6 * HOUR, {"a": ("hill",)}, {"a": 2 * HOUR})
    assert (found.gateways[0].out, found.gateways[0].alone) == (False, ("a",))
    assert names(found.gauges[0]) == [Problem.SILENT]


def test_a_gauge_that_died_before_its_gateway_is_not_silenced_by_it() -> None:
    heard = {"a": ("hill",), "b": ("hill",), "dead": ("hill",)}
    found = city(NOON + 6 * HOUR, heard, {"a": 5 * HOUR, "b": 5 * HOUR, "dead": 1 * HOUR})
    assert found.gateways[0].silenced == ("a", "b")
    assert {each.gauge_id: names(each) for each in found.gauges}["dead"] == [Problem.SILENT]


def test_dry_gauges_alone_do_not_prove_a_gateway_dead_for_days() -> None:
    heard = {f"dry-{number}": ("hill",) for number in range(5)}
    until = dict.fromkeys(heard, 3 * DAY)
    assert not city(NOON + 5 * DAY, heard, until).gateways[0].out
    assert city(NOON + 6 * DAY + HOUR, heard, until).gateways[0].out


def test_a_retired_gauge_is_passed_over_and_one_without_a_word_is_named() -> None:
    states = {"gone": folded(STEADY, told(NOON))}
    found = judge({"new": STEADY}, states, NOON, LIMITS)
    assert [(each.gauge_id, names(each)) for each in found.gauges] == [("new", [Problem.NEVER_HEARD])]


def test_worst_comes_first_and_the_well_last() -> None:
    devices = dict.fromkeys(("well", "low", "silent", "clock"), STEADY)
    now = NOON + 60 * MINUTE
    states = {
        "well": folded(STEADY, told(now)),
        "low": folded(STEADY, told(now), vitals(now, battery_pct=15.0)),
        "silent": folded(STEADY, told(NOON)),
        "clock": folded(STEADY, *every(10, 30, NOON - 240 * MINUTE)[::3], told(now)),
    }
    found = judge(devices, states, now, LIMITS)
    assert [each.gauge_id for each in found.gauges] == ["silent", "clock", "low", "well"]
    assert found.to_act_on == 2


def test_every_problem_has_a_severity() -> None:
    assert set(SEVERITY) == set(Problem)


def test_limits_in_the_wrong_order_are_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="write the lower of the two as critical_v"):
        HealthSettings(low_v={Battery.LITHIUM: 2.9})


@given(st.floats(0.5, 30), st.sampled_from(["", "decentlab-dl-mbx", "milesight-em500-udl"]))
def test_every_voltage_has_limits_in_order(seen_v: float, model: str) -> None:
    limits = HealthSettings().volts(model, seen_v)
    assert limits.critical_v <= limits.low_v


def test_nothing_known_is_no_gateway() -> None:
    assert judge({"a": Device(Rhythm(60))}, {"a": GaugeState()}, NOON, LIMITS).gateways == ()
