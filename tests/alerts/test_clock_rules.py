"""The rules that the clock asks: silence, cameras, batteries, gateways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.rules import battery, camera, gateway, silence
from alerts.rules.facts import Facts, Found
from alerts.rules.findings import levels_above
from alerts.rules.settings.rules import RulesSettings
from alerts.rules.table import TickRule
from ingest.health import fold
from ingest.health.fold import Device, GaugeState
from ingest.health.judge import judge
from ingest.health.limits import HealthSettings
from ingest.health.problems import Finding, GatewayHealth, GaugeHealth, Health, Problem
from ingest.readings import CameraReport, CameraState, Still, Vitals
from ingest.rhythm import Mode
from ingest.stations import Camera, Registry
from ingest.store.protocol import CameraLatest
from tests.alerts.night import CITY, GAUGE, OTHER, OTHER_GAUGE, RIVER, at, reading
from tests.cameras import newest

LIMITS = HealthSettings()
DRY = GAUGE.model_copy(update={"dry_interval_s": 86400.0})
EYE = Camera(id="fujii-eye", station_id="fujii")
REGISTRY = Registry.of(CITY, [RIVER, DRY, OTHER, OTHER_GAUGE, EYE])
RULES = RulesSettings()


def ask(rule: TickRule, facts: Facts, rules: RulesSettings = RULES) -> dict[str, Found]:
    return {each.subject_id: each for each in rule.find(facts, rules)}


def levels(rule: TickRule, facts: Facts, rules: RulesSettings = RULES) -> dict[str, int]:
    return {subject_id: each.finding.reached for subject_id, each in ask(rule, facts, rules).items()}


SILENCE = TickRule(silence.NAME, silence.find)
CAMERA = TickRule(camera.NAME, camera.find)
BATTERY = TickRule(battery.NAME, battery.find)
GATEWAY = TickRule(gateway.NAME, gateway.find)


def judged(minute: float, stages: Sequence[tuple[float, float]], delay_min: float = 0.0) -> Health:
    """What the health of the gauge is by what it read; the other one was never heard."""
    device, state = Device.of(DRY, RIVER.kind), GaugeState()
    for when, stage_m in stages:
        row = replace(reading(when, stage_m), received_at=at(when + delay_min), device_at=at(when))
        state = fold.with_reading(state, row, device, LIMITS)
    devices = {DRY.id: device, OTHER_GAUGE.id: Device.of(OTHER_GAUGE, OTHER.kind)}
    return judge(devices, {DRY.id: state}, at(minute), LIMITS)


def facts(minute: float, health: Health, firing: Mapping[str, int] | None = None) -> Facts:
    return Facts(at(minute), REGISTRY, health, firing=firing or {})


# Silence

WET = [(minute, 3.5) for minute in range(0, 61, 10)]
CALM = [(0, 0.2), (1440, 0.2)]


def test_a_wet_gauge_is_silent_after_three_of_its_ten_minutes_and_a_dry_one_after_three_days() -> None:
    assert levels(SILENCE, facts(89, judged(89, WET))) == {}
    assert levels(SILENCE, facts(91, judged(91, WET))) == {GAUGE.id: 2}
    three_days = 1440 + 3 * 1440
    assert levels(SILENCE, facts(three_days - 1, judged(three_days - 1, CALM))) == {}
    assert levels(SILENCE, facts(three_days + 1, judged(three_days + 1, CALM))) == {GAUGE.id: 2}


def test_the_silence_of_a_gauge_whose_alert_holds_weighs_more() -> None:
    found = ask(SILENCE, facts(95, judged(95, WET), {GAUGE.id: 3}))[GAUGE.id]
    assert (found.finding.reached, found.finding.left, found.station_id) == (3, levels_above(3), "fujii")
    assert found.finding.detail == {
        "problem": "silent",
        "last_at": at(60).isoformat(),
        "heard_at": at(60).isoformat(),
        "expected_s": 600.0,
        "mode": "flood",
        "station_level": 3,
    }


def test_the_alert_of_another_gauge_does_not_raise_it() -> None:
    assert levels(SILENCE, facts(95, judged(95, WET), {OTHER_GAUGE.id: 5, GAUGE.id: 0})) == {GAUGE.id: 2}


def test_a_gauge_whose_readings_come_late_is_told_so_much_later() -> None:
    """Twenty minutes are the usual way of its readings: three intervals without one are nothing new."""
    health = judged(100, WET, delay_min=20)
    assert [each.silent for each in health.gauges if each.gauge_id == GAUGE.id] == [True]
    assert levels(SILENCE, facts(100, health)) == {}
    assert levels(SILENCE, facts(121, judged(121, WET, delay_min=20))) == {GAUGE.id: 2}


def test_nobody_waits_longer_than_an_hour_for_a_gauge_whatever_it_is_used_to() -> None:
    long = [(minute, 3.5) for minute in range(0, 901, 10)]
    assert levels(SILENCE, facts(989, judged(989, long, delay_min=300))) == {}
    assert levels(SILENCE, facts(991, judged(991, long, delay_min=300))) == {GAUGE.id: 2}


def test_a_gauge_that_was_never_heard_is_told_only_where_the_city_wants_it() -> None:
    never = RulesSettings.model_validate({"silence": {"never_heard": True}})
    assert levels(SILENCE, facts(5, judged(5, WET)), never) == {OTHER_GAUGE.id: 2}
    assert ask(SILENCE, facts(5, judged(5, WET)), never)[OTHER_GAUGE.id].finding.detail["problem"] == "never_heard"


def test_a_station_may_weigh_it_otherwise_or_not_at_all() -> None:
    heavy = RulesSettings.model_validate({"silence": {"stations": {"fujii": {"level": 4}}}})
    assert levels(SILENCE, facts(95, judged(95, WET)), heavy) == {GAUGE.id: 4}
    off = RulesSettings.model_validate({"silence": {"stations": {"fujii": {"enabled": False}}}})
    assert levels(SILENCE, facts(95, judged(95, WET)), off) == {}
    here = RulesSettings.model_validate({"silence": {"enabled": False, "stations": {"fujii": {"enabled": True}}}})
    assert levels(SILENCE, facts(95, judged(95, WET)), here) == {GAUGE.id: 2}


def test_a_gauge_that_was_retired_meanwhile_is_no_matter() -> None:
    without = Registry.of(CITY, [RIVER, OTHER, OTHER_GAUGE])
    assert ask(SILENCE, replace(facts(95, judged(95, WET)), registry=without)) == {}


def test_a_gauge_behind_a_gateway_that_is_out_names_it() -> None:
    health = GaugeHealth(
        GAUGE.id, Mode.STEADY, 600.0, (Finding(Problem.SILENT_GATEWAY, at(0)),), silent_from=at(30), observed_at=at(0)
    )
    out = GatewayHealth("gw-1", at(0), 2, (GAUGE.id,), (GAUGE.id,), (Finding(Problem.GATEWAY_OUT, at(0)),))
    found = ask(SILENCE, facts(60, Health(at(60), (health,), (out,))))[GAUGE.id].finding
    assert (found.detail["problem"], found.detail["gateway_id"]) == ("silent_gateway", "gw-1")


# Gateways


def test_a_gateway_that_is_out_names_the_gauges_it_silences_and_belongs_to_no_station() -> None:
    out = GatewayHealth("gw-1", at(0), 3, ("a", "b", "c"), ("a", "b"), (Finding(Problem.GATEWAY_OUT, at(0)),))
    fine = GatewayHealth("gw-2", at(59), 3, ())
    found = ask(GATEWAY, facts(60, Health(at(60), (), (out, fine))))
    assert list(found) == ["gw-1"]
    assert (found["gw-1"].station_id, found["gw-1"].finding.reached) == ("", 2)
    assert found["gw-1"].finding.detail == {"heard_at": at(0).isoformat(), "silenced": ["a", "b"], "gauges": 2}
    off = RulesSettings.model_validate({"gateway": {"enabled": False}})
    assert ask(GATEWAY, facts(60, Health(at(60), (), (out,))), off) == {}


# Batteries


def powered(battery_pct: float) -> Health:
    device = Device.of(DRY, RIVER.kind)
    state = fold.with_reading(GaugeState(), replace(reading(0, 0.2), received_at=at(0)), device, LIMITS)
    state = fold.with_vitals(state, Vitals(GAUGE.id, at(0), battery_pct=battery_pct), device, LIMITS)
    return judge({DRY.id: device}, {DRY.id: state}, at(10), LIMITS)


@pytest.mark.parametrize(("battery_pct", "level", "problem"), [(15, 1, "battery_low"), (8, 2, "battery_critical")])
def test_a_battery_weighs_by_how_low_it_is(battery_pct: float, level: int, problem: str) -> None:
    found = ask(BATTERY, facts(10, powered(battery_pct)))[GAUGE.id].finding
    assert found.reached == level
    assert found.detail == {"problem": problem, "since": at(0).isoformat(), "battery_pct": battery_pct}


def test_a_full_battery_is_no_matter() -> None:
    assert ask(BATTERY, facts(10, powered(80))) == {}


def test_a_gauge_that_died_of_its_battery_stays_critical() -> None:
    dead = GaugeHealth(GAUGE.id, Mode.STEADY, 600.0, (Finding(Problem.SILENT_BATTERY, at(0)),), battery_pct=4)
    assert levels(BATTERY, facts(60, Health(at(60), (dead,)))) == {GAUGE.id: 2}


def test_a_battery_that_its_trend_will_empty_is_told_with_the_days_left() -> None:
    ending = GaugeHealth(GAUGE.id, Mode.STEADY, 600.0, (Finding(Problem.BATTERY_ENDING, None),), battery_days=31.26)
    found = ask(BATTERY, facts(60, Health(at(60), (ending,))))[GAUGE.id].finding
    assert (found.reached, found.detail) == (1, {"problem": "battery_ending", "battery_days": 31.3})


# Cameras


def seen(
    minute: float, report: CameraState | None = None, reason: str = "", still_min: float | None = None
) -> CameraLatest:
    heard = CameraReport(EYE.id, report, at(minute), at(minute), reason) if report else None
    still = Still(EYE.id, at(still_min), at(still_min), "a.jpg", 640, 480) if still_min is not None else None
    return newest(heard, still)


def watched(minute: float, latest: CameraLatest | None) -> Facts:
    return Facts(at(minute), REGISTRY, Health(at(minute)), {EYE.id: latest} if latest else {})


def test_a_camera_without_heartbeat_and_still_for_three_intervals_is_offline() -> None:
    online = seen(0, CameraState.ONLINE)
    assert ask(CAMERA, watched(15, online)) == {}
    found = ask(CAMERA, watched(15.1, online))[EYE.id]
    assert (found.station_id, found.finding.reached) == ("fujii", 1)
    assert found.finding.detail == {"state": "offline", "reason": "no_heartbeat", "heard_at": at(0).isoformat()}


def test_a_still_is_a_sign_of_life_too() -> None:
    assert ask(CAMERA, watched(20, seen(0, CameraState.ONLINE, still_min=10))) == {}
    found = ask(CAMERA, watched(30, seen(0, CameraState.ONLINE, still_min=10)))[EYE.id].finding
    assert found.detail["still_at"] == found.detail["heard_at"] == at(10).isoformat()


def test_a_last_will_counts_at_once_with_its_own_words() -> None:
    found = ask(CAMERA, watched(1, seen(0, CameraState.OFFLINE, "power lost")))[EYE.id].finding
    assert found.detail == {"state": "offline", "reason": "power lost", "heard_at": at(0).isoformat()}


def test_a_degraded_camera_is_not_offline() -> None:
    assert ask(CAMERA, watched(1, seen(0, CameraState.DEGRADED, "dark"))) == {}


def test_a_camera_that_was_never_heard_is_told_only_where_the_city_wants_it() -> None:
    assert ask(CAMERA, watched(60, None)) == {}
    never = RulesSettings.model_validate({"camera": {"never_heard": True}})
    assert ask(CAMERA, watched(60, None), never)[EYE.id].finding.detail == {"state": "offline", "reason": "never_heard"}


def test_a_kind_of_station_may_go_without() -> None:
    off = RulesSettings.model_validate({"camera": {"kinds": {"river": {"enabled": False}}}})
    assert ask(CAMERA, watched(60, seen(0, CameraState.ONLINE)), off) == {}


def test_every_finding_of_the_clock_is_of_now_and_never_late() -> None:
    now = at(60) + timedelta(seconds=7)
    found = ask(CAMERA, replace(watched(60, seen(0, CameraState.ONLINE)), now=now))[EYE.id].finding
    assert (found.at, found.received_at, found.corrects) == (now, None, False)
