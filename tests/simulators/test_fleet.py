"""A whole fleet on a fake sender and a clock that takes no time."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from ingest.clock import ScaledClock
from ingest.devices import Pull
from ingest.readings import CameraState
from ingest.stations import City, Gauge, Registry, ThresholdSet
from ingest.topics import Subject, parse
from simulators.devices import Devices, grid_point, grid_points, phase_s
from simulators.faults import NO_FAULTS, CameraFault, FaultPlan, GaugeFault
from simulators.fleet import Sent, run_fleet
from simulators.gauges import Waters
from simulators.scene import SMALL
from simulators.storm import demonstration_storm
from tests.simulators.city import ORIGIN, city
from tests.simulators.fakes import ListSender, StepClock, SteppingStop

STORM = demonstration_storm(ORIGIN)
MINUTE = timedelta(minutes=1)
WET_M = 0.5
"""A threshold that the river of these tests reaches."""


def quiet(_: str) -> None:
    return None


def run(
    registry: Registry,
    sender: ListSender,
    faults: FaultPlan = NO_FAULTS,
    start: datetime = ORIGIN,
    live: timedelta = 5 * MINUTE,
    since: datetime | None = None,
) -> Sent:
    clock = StepClock(start, speed=60.0)
    return run_fleet(
        registry, STORM, faults, sender, clock, SteppingStop(clock, start + live), since=since, report=quiet, size=SMALL
    )


def observed(payload: bytes) -> datetime:
    return datetime.fromisoformat(json.loads(payload)["observed_at"])


def readings(sender: ListSender, gauge_id: str) -> list[dict[str, object]]:
    return [json.loads(payload) for topic, payload in sender.sent if f"/gauge/{gauge_id}/" in topic]


def test_the_present_of_every_gauge_comes_first_then_the_past_oldest_first() -> None:
    registry, sender = city(10), ListSender()
    run(registry, sender, since=ORIGIN - 30 * MINUTE)
    first = [parse(topic) for topic, _ in sender.sent[:10]]
    assert {address.device_id for address in first if address} == set(registry.gauges)
    past = [payload for topic, payload in sender.sent[10:] if topic.endswith("reading")][:300]
    times = [observed(payload) for payload in past]
    assert times == sorted(times)
    assert times[0] <= ORIGIN - 29 * MINUTE
    assert len([at for at in times if at <= ORIGIN]) == 300


def test_every_gauge_reports_at_its_interval_without_a_gap() -> None:
    registry, sender = city(5), ListSender()
    run(registry, sender, live=10 * MINUTE, since=ORIGIN - 10 * MINUTE)
    for gauge_id in registry.gauges:
        sequence = sorted({int(str(each["seq"])) for each in readings(sender, gauge_id)})
        assert sequence == list(range(sequence[0], sequence[0] + len(sequence)))
        assert len(sequence) >= 19


def test_a_fleet_that_starts_again_repeats_itself_exactly() -> None:
    registry = city(10)
    one, other = ListSender(), ListSender()
    run(registry, one, since=ORIGIN - 20 * MINUTE)
    run(registry, other, start=ORIGIN + 5 * MINUTE, since=ORIGIN - 20 * MINUTE)
    again = {(topic, payload) for topic, payload in other.sent if topic.endswith("reading")}
    assert {(topic, payload) for topic, payload in one.sent if topic.endswith("reading")} <= again


def test_devices_do_not_all_speak_at_once() -> None:
    gauges = city(35).gauges.values()
    assert len({phase_s(gauge) for gauge in gauges}) > 15


def test_the_grid_lies_between_its_ends() -> None:
    gauge = next(iter(city(1).gauges.values()))
    points = list(grid_points(gauge, ORIGIN, ORIGIN + 10 * MINUTE))
    assert len(points) == 10
    assert ORIGIN < points[0] <= ORIGIN + MINUTE
    assert grid_point(gauge, points[0]) == points[0]
    assert grid_point(gauge, points[1] - timedelta(seconds=1)) == points[0]


def test_a_gauge_below_the_crown_reports_from_the_crown() -> None:
    registry, sender = city(1), ListSender()
    run(registry, sender)
    gauge = registry.gauges["river-00-level"]
    found = readings(sender, gauge.id)[0]
    at = datetime.fromisoformat(str(found["observed_at"]))
    stage_m = Waters(registry, STORM).measured_m(gauge.id, at)
    assert found["stage_m"] == pytest.approx(stage_m - 3.5)
    assert float(str(found["stage_m"])) < 0


def test_cameras_send_a_heartbeat_and_a_still() -> None:
    registry, sender = city(1), ListSender()
    run(registry, sender, live=11 * MINUTE)
    addresses = [address for topic, _ in sender.sent if (address := parse(topic)) and "cam" in address.device_id]
    assert [address.subject for address in addresses[:3]] == [Subject.STATUS, Subject.STATUS, Subject.STILL]
    assert len(addresses) >= 6
    assert next(payload for topic, payload in sender.sent if topic.endswith("still")).startswith(b"\xff\xd8")


@pytest.mark.parametrize(("pulled", "senders"), [(True, {"cam-00"}), (False, {"cam-00", "cam-03"})])
def test_a_camera_that_is_asked_for_its_stills_sends_nothing(pulled: bool, senders: set[str]) -> None:
    registry, sender, clock = _with_asked(city(4), "cam-03"), ListSender(), StepClock(ORIGIN, speed=60.0)
    stop = SteppingStop(clock, ORIGIN + 6 * MINUTE)
    run_fleet(registry, STORM, NO_FAULTS, sender, clock, stop, since=None, report=quiet, size=SMALL, pulled=pulled)
    heard = {address.device_id for topic, _ in sender.sent if (address := parse(topic)) and "cam" in address.device_id}
    assert heard == senders
    assert len(readings(sender, "river-00-level")) >= 6


def _with_asked(registry: Registry, camera_id: str) -> Registry:
    asked = registry.cameras[camera_id].model_copy(update={"pull": Pull(url="http://192.0.2.7/snapshot.jpg")})
    others = [each for each in registry.cameras.values() if each.id != camera_id]
    return Registry.of(registry.city, [*registry.stations.values(), *registry.gauges.values(), *others, asked])


def test_an_offline_camera_sends_its_reason_and_no_still() -> None:
    sender = ListSender()
    plan = FaultPlan(cameras={"cam-00": CameraFault(CameraState.OFFLINE, "no power")})
    run(city(1), sender, plan)
    statuses = [json.loads(payload) for topic, payload in sender.sent if topic.endswith("status")]
    assert {(status["state"], status["reason"]) for status in statuses} == {("offline", "no power")}
    assert not sender.topics("still")


def test_a_silent_gauge_sends_nothing_after_it_fell_silent() -> None:
    registry, sender = city(2), ListSender()
    plan = FaultPlan(gauges={"river-00-level": GaugeFault(silent_from=ORIGIN - 10 * MINUTE)})
    run(registry, sender, plan, since=ORIGIN - 20 * MINUTE)
    times = [datetime.fromisoformat(str(each["observed_at"])) for each in readings(sender, "river-00-level")]
    assert len(times) == 10
    assert max(times) < ORIGIN - 10 * MINUTE


def test_a_gauge_with_a_wrong_clock_has_no_past() -> None:
    sender = ListSender()
    plan = FaultPlan(gauges={"river-00-level": GaugeFault(clock_offset=timedelta(days=-2000))})
    run(city(1), sender, plan, since=ORIGIN - 60 * MINUTE, live=3 * MINUTE)
    found = readings(sender, "river-00-level")
    assert 3 <= len(found) <= 5
    assert all(str(each["observed_at"]).startswith("2021") for each in found)


def test_a_gauge_with_a_dry_interval_speaks_seldom_when_dry_and_often_when_wet() -> None:
    registry, sender = _dry_and_wet()
    run(registry, sender, since=ORIGIN - timedelta(hours=6), live=timedelta(hours=6))
    times = {datetime.fromisoformat(str(each["observed_at"])) for each in readings(sender, "river-00-level")}
    high = {datetime.fromisoformat(str(each["observed_at"])) for each in _above(sender, WET_M - 3.5)}
    assert 0 < len(high) < len(times) < 72
    assert "seq" not in readings(sender, "river-00-level")[0]
    first_dry = min(at for at in times if at > max(high))
    assert first_dry - max(high) == 10 * MINUTE


def _dry_and_wet() -> tuple[Registry, ListSender]:
    registry = city(1, interval_s=600)
    dry = {
        "dry_interval_s": 7200.0,
        "thresholds": (ThresholdSet(valid_from=ORIGIN, levels={1: WET_M, 2: WET_M + 0.05, 5: 3.5}),),
    }
    gauge = Gauge.model_validate(registry.gauges["river-00-level"].model_dump() | dry)
    stations = list(registry.stations.values())
    return Registry.of(City(id="c", name={"ja": "市"}), [*stations, gauge]), ListSender()


def _above(sender: ListSender, reported_m: float) -> list[dict[str, object]]:
    return [each for each in readings(sender, "river-00-level") if float(str(each["stage_m"])) >= reported_m]


def test_a_message_that_cannot_be_handed_over_is_reported_and_sent_again() -> None:
    registry, sender = city(3), ListSender(fail_on=2)
    said: list[str] = []
    clock = StepClock(ORIGIN, speed=1.0)
    run_fleet(
        registry,
        STORM,
        NO_FAULTS,
        sender,
        clock,
        SteppingStop(clock, ORIGIN + MINUTE),
        since=None,
        report=said.append,
    )
    assert {parse(topic).device_id for topic, _ in sender.sent[:3]} == set(registry.gauges)  # type: ignore[union-attr]
    assert "the broker is away; trying again in 2 s" in said


def test_a_fleet_stops_in_the_middle_of_the_past() -> None:
    stop = threading.Event()

    def enough(count: int) -> None:
        if count >= 100:
            stop.set()

    sender = ListSender(after_each=enough)
    since = ORIGIN - timedelta(hours=6)
    run_fleet(city(10), STORM, NO_FAULTS, sender, StepClock(ORIGIN), stop, since=since, report=quiet)
    assert len(sender.sent) == 100


def test_a_scaled_clock_plays_an_hour_in_a_second() -> None:
    """Of gauges: a picture takes its time whatever the clock says."""
    whole, sender, stop = city(3), ListSender(), threading.Event()
    registry = Registry.of(whole.city, [*whole.stations.values(), *whole.gauges.values()])
    clock = ScaledClock(ORIGIN, 3600.0, time.monotonic, time.monotonic())
    threading.Timer(1.0, stop.set).start()
    sent = run_fleet(registry, STORM, NO_FAULTS, sender, clock, stop, since=None, report=quiet, size=SMALL)
    assert sent.live == len(sender.sent) - sent.present
    gauge_id = next(iter(registry.gauges))
    assert 30 <= len(readings(sender, gauge_id)) <= 75


def test_what_a_camera_shows_is_what_its_gauge_measures() -> None:
    registry = city(1)
    waters = Waters(registry, STORM)
    scene = Devices(waters, NO_FAULTS).scene(registry.cameras["cam-00"], ORIGIN)
    assert scene.stage_m == waters.stage_m("river-00-level", ORIGIN)
    assert scene.bottom_m < scene.stage_m < scene.top_m
    assert scene.at == ORIGIN.astimezone(UTC)
