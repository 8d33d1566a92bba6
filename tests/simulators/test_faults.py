"""What faults make of what a device would have said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ingest.hazard import hazard_at, levels_at
from ingest.readings import CameraState
from simulators.devices import Devices
from simulators.faults import (
    GATEWAY_OUT_AFTER,
    OUT_GATEWAY,
    CameraFault,
    FaultPlan,
    GaugeFault,
    demonstration_faults,
)
from simulators.gauges import Waters
from simulators.scene import SMALL
from simulators.storm import demonstration_storm
from tests.simulators.city import ORIGIN, city

HOUR = timedelta(hours=1)


def test_a_silent_gauge_speaks_until_it_falls_silent() -> None:
    fault = GaugeFault(silent_from=ORIGIN)
    assert fault.speaks(ORIGIN - timedelta(seconds=1))
    assert not fault.speaks(ORIGIN)


def test_a_stuck_gauge_reports_the_water_of_the_moment_it_stuck() -> None:
    fault = GaugeFault(stuck_from=ORIGIN)
    assert fault.seen_at(ORIGIN + HOUR) == ORIGIN
    assert fault.seen_at(ORIGIN - HOUR) == ORIGIN - HOUR


def test_a_wrong_clock_shifts_what_the_device_claims() -> None:
    assert GaugeFault(clock_offset=timedelta(hours=3)).device_time(ORIGIN) == ORIGIN + 3 * HOUR


def test_spikes_come_now_and_then_and_are_the_same_when_asked_again() -> None:
    fault = GaugeFault(spike_m=99.0, spike_share=0.1)
    times = [ORIGIN + timedelta(minutes=minute) for minute in range(500)]
    values = [fault.distorted("g", 1.5, at) for at in times]
    assert 20 < values.count(99.0) < 90
    assert values == [fault.distorted("g", 1.5, at) for at in times]
    assert set(values) == {1.5, 99.0}


def test_a_camera_is_well_until_its_fault_begins() -> None:
    fault = CameraFault(CameraState.OFFLINE, "no power", since=ORIGIN)
    assert fault.state_at(ORIGIN - HOUR) == (CameraState.ONLINE, "")
    assert fault.state_at(ORIGIN) == (CameraState.OFFLINE, "no power")


def test_a_frozen_camera_says_that_it_is_well_and_shows_the_past() -> None:
    registry, sound = city(1), Devices(Waters(city(1), demonstration_storm(ORIGIN, 1)), FaultPlan(), SMALL)
    plan = FaultPlan(cameras={"cam-00": CameraFault(since=ORIGIN, picture="frozen")})
    frozen = replace(sound, faults=plan)
    camera = registry.cameras["cam-00"]
    before, later = (
        [each.camera_messages(camera, ORIGIN + HOUR * hours) for each in (sound, frozen)] for hours in (0, 1)
    )
    assert [each.payload for each in before[1]] == [each.payload for each in before[0]]
    assert later[1][0].payload == later[0][0].payload
    assert later[1][1].payload == before[0][1].payload != later[0][1].payload


def test_what_freezes_must_say_since_when() -> None:
    with pytest.raises(ValueError, match="since when"):
        CameraFault(picture="frozen_clock")


def test_a_fault_of_the_pictures_begins_when_it_is_said_to() -> None:
    sound = Devices(Waters(city(1), demonstration_storm(ORIGIN, 1)), FaultPlan(), SMALL)
    blurred = replace(sound, faults=FaultPlan(cameras={"cam-00": CameraFault(since=ORIGIN, picture="blurred")}))
    camera = city(1).cameras["cam-00"]
    stills = [
        [each.camera_messages(camera, ORIGIN + step * HOUR)[1].payload for each in (sound, blurred)] for step in (-1, 1)
    ]
    assert stills[0][0] == stills[0][1]
    assert len(stills[1][1]) < 0.6 * len(stills[1][0])


def test_who_is_not_named_in_the_plan_is_sound() -> None:
    assert FaultPlan().of_gauge("any") == GaugeFault()
    assert FaultPlan().of_camera("any").state_at(ORIGIN)[0] is CameraState.ONLINE


def test_in_the_demonstration_a_gauge_falls_silent_while_it_is_high() -> None:
    registry, storm = city(), demonstration_storm(ORIGIN, 1)
    plan = demonstration_faults(registry, storm, 1)
    silent = {key: fault.silent_from for key, fault in plan.gauges.items() if fault.silent_from and not fault.gateway}
    [(gauge_id, since)] = silent.items()
    gauge = registry.gauges[gauge_id]
    last = since - timedelta(seconds=1)
    stage_m = Waters(registry, storm).measured_m(gauge_id, last)
    assert hazard_at(stage_m, levels_at(registry.station_of(gauge).kind, gauge, last)) >= 2
    assert abs(since - ORIGIN) < HOUR


def test_the_demonstration_has_one_fault_of_each_sort() -> None:
    registry, storm = city(), demonstration_storm(ORIGIN, 1)
    plan = demonstration_faults(registry, storm, 1)
    assert plan == demonstration_faults(registry, storm, 1)
    assert len(plan.gauges) == 6
    out = [fault for fault in plan.gauges.values() if fault.gateway == OUT_GATEWAY]
    assert [fault.silent_from for fault in out] == [ORIGIN + GATEWAY_OUT_AFTER] * 2
    assert sum(fault.battery_pct is not None for fault in plan.gauges.values()) == 2
    assert sum(fault.clock_offset < timedelta(days=-7) for fault in plan.gauges.values()) == 1
    spiky = [(key, fault) for key, fault in plan.gauges.items() if fault.spike_share]
    assert [fault.spike_m > registry.gauges[key].max_m for key, fault in spiky] == [True]
    assert sorted((fault.state, fault.picture) for fault in plan.cameras.values()) == [
        (CameraState.OFFLINE, ""),
        (CameraState.ONLINE, "blurred"),
        (CameraState.ONLINE, "frozen"),
    ]


def test_in_the_demonstration_the_water_of_the_frozen_camera_rises() -> None:
    registry, storm = city(), demonstration_storm(ORIGIN, 1)
    plan = demonstration_faults(registry, storm, 1)
    [(camera_id, since)] = [(key, each.since) for key, each in plan.cameras.items() if each.picture == "frozen"]
    assert since is not None
    assert abs(since - ORIGIN) < HOUR / 6
    gauge = registry.gauges_of(registry.cameras[camera_id].station_id)[0]
    waters = Waters(registry, storm)
    hazards = [waters.hazard(gauge.id, since + minutes * HOUR / 60) for minutes in range(0, 61, 5)]
    assert max(hazards) > hazards[0]


def test_a_tiny_city_is_left_without_faults() -> None:
    plan = demonstration_faults(city(2), demonstration_storm(ORIGIN, 1), 1)
    assert not plan.gauges
    assert not plan.cameras
