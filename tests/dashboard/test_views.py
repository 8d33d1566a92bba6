"""What the city's board says of gauges, stations and cameras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.rules.course import course_of
from alerts.rules.findings import Cause, Change
from alerts.rules.machine import Standing
from alerts.rules.outlook import detail as outlook_detail
from alerts.rules.place import Place
from alerts.rules.settings.rules import RulesSettings
from alerts.rules.stage import detail as stage_detail
from dashboard.camera_views import camera_view
from dashboard.staff.facts import flags
from dashboard.views import Board, GaugeView, StationView, board, gauge_view, hours_to_next
from ingest.readings import CameraReport, CameraState, Quality, Reading, Still
from ingest.stations import Camera, Gauge, Station, StationKind, ThresholdSet
from ingest.store.protocol import Latest
from tests.cameras import newest
from tests.dashboard import fake_city, fakes
from tests.dashboard.fake_city import reading

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
BRIDGE = Station(id="bridge", kind=StationKind.RIVER, name={"ja": "橋"}, lat=34.6, lon=133.6)
GAUGE = Gauge(
    id="bridge-01",
    station_id="bridge",
    interval_s=600,
    dry_interval_s=86_400,
    thresholds=(ThresholdSet(valid_from=NOW - timedelta(days=9), levels={1: 1.0, 2: 2.0, 4: 3.0}),),
)
CAMERA = Camera(id="cam", station_id="bridge", interval_s=300)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def seen(stage_m: float, minutes: float, quality: Quality = Quality.GOOD, good: Reading | None = None) -> GaugeView:
    newest = reading("bridge-01", stage_m, ago(minutes), quality)
    latest = Latest(newest, newest if quality is Quality.GOOD else good)
    return gauge_view(BRIDGE, GAUGE, latest, (), NOW)


def rising(start_m: float, step_m: float) -> Sequence[Reading]:
    return [reading("bridge-01", start_m + step_m * number, ago(30 - 10 * number)) for number in range(4)]


def storm() -> Board:
    log = fakes.storm(NOW)
    recent = log.recent(NOW - timedelta(hours=1))
    return board(fake_city.registry(NOW), log.latest(), recent, log.cameras(), NOW)


def test_a_wet_gauge_is_silent_after_three_of_its_wet_intervals() -> None:
    assert not seen(1.2, 29).silent
    assert seen(1.2, 31).silent


def test_a_dry_gauge_may_be_quiet_for_three_of_its_dry_intervals() -> None:
    assert not seen(0.2, 60 * 24 * 2).silent
    assert seen(0.2, 60 * 24 * 3 + 1).silent


def test_silence_keeps_the_last_known_hazard() -> None:
    view = seen(3.1, 300)
    assert (view.silent, view.hazard, view.stage_m) == (True, 4, 3.1)


def test_a_suspect_fall_shows_its_stage_and_keeps_the_hazard_of_the_last_good_reading() -> None:
    good = reading("bridge-01", 2.1, NOW - timedelta(minutes=10))
    view = gauge_view(BRIDGE, GAUGE, Latest(reading("bridge-01", 0.0, NOW, Quality.SUSPECT), good), [good], NOW)
    before = gauge_view(BRIDGE, GAUGE, Latest(good, good), [good], NOW)
    assert view.hazard == before.hazard > 0
    assert (view.shown.stage_m if view.shown else None, view.unconfirmed) == (0.0, True)


def test_a_suspect_reading_is_shown_to_staff_as_unconfirmed() -> None:
    view = seen(3.1, 1, Quality.SUSPECT)
    assert (view.unconfirmed, view.hazard, view.being_checked) == (True, 4, True)


def test_a_bad_newest_reading_falls_back_to_the_last_good_one() -> None:
    view = seen(327.67, 1, Quality.BAD, good=reading("bridge-01", 2.1, ago(11)))
    assert (view.sensor_fault, view.hazard, view.stage_m) == (True, 2, 2.1)


def test_a_gauge_that_sent_nothing_but_bad_readings_is_faulty_and_not_silent() -> None:
    view = seen(327.67, 1, Quality.BAD)
    assert (view.sensor_fault, view.silent, view.stage_m) == (True, False, None)


@pytest.mark.parametrize(
    ("shown_min", "other_min", "said"), [(5, 31, "silent_other"), (31, 5, "silent"), (31, 31, "silent")]
)
def test_a_present_level_is_not_said_to_be_the_last_one_because_another_gauge_is_silent(
    shown_min: float, other_min: float, said: str
) -> None:
    view = StationView(BRIDGE, (seen(3.1, shown_min), seen(1.2, other_min)), ())
    assert flags(view) == (said,)


def test_a_gauge_never_heard_of_is_silent() -> None:
    view = gauge_view(BRIDGE, GAUGE, None, (), NOW)
    assert (view.silent, view.sensor_fault, view.observed_at) == (True, False, None)


def looked_at(readings: Sequence[Reading]) -> GaugeView:
    return gauge_view(BRIDGE, GAUGE, Latest(readings[-1], readings[-1]), readings, NOW)


def test_the_pace_is_the_faster_rise_of_ten_and_of_thirty_minutes_as_in_messages() -> None:
    even = looked_at(rising(1.0, 0.1))
    assert even.rise_m_per_h == pytest.approx(0.6)
    stages = {40: 1.0, 30: 1.0, 20: 1.02, 10: 1.05, 0: 1.3}
    course = [reading("bridge-01", stage_m, ago(minutes)) for minutes, stage_m in stages.items()]
    sudden = looked_at(course)
    assert sudden.rise_m_per_h == pytest.approx(1.5)
    assert sudden.rise_window == timedelta(minutes=10)
    place = Place(BRIDGE, GAUGE, RulesSettings())
    change = Change(Cause.RISE, 0, 1, NOW)
    told = stage_detail(change, Standing(), course_of(course), place)
    ahead = outlook_detail(change, Standing(), course_of(course), place)
    assert told["rise_m_per_h"] == ahead["rise_m_per_h"] == 1.5
    assert told["window_s"] == ahead["window_s"] == 600
    assert hours_to_next(sudden) == pytest.approx((2.0 - 1.3) / 1.5)


def test_no_pace_is_claimed_by_one_reading_or_by_old_ones() -> None:
    assert looked_at(rising(1.0, 0.1)[:1]).rise_m_per_h is None
    old = [replace(each, observed_at=each.observed_at - timedelta(minutes=31)) for each in rising(1.0, 0.1)]
    assert (looked_at(old).rise_m_per_h, looked_at(old).rise_window) == (None, None)


def test_a_gauge_that_reports_every_few_seconds_has_the_same_pace() -> None:
    often = [reading("bridge-01", 1.0 + 0.9 * (1 - n / 360), ago(n / 6)) for n in range(360, -1, -1)]
    assert looked_at(often).rise_m_per_h == pytest.approx(0.9, abs=0.01)


def test_time_to_the_next_threshold_is_extrapolated_only_while_it_rises() -> None:
    readings = rising(1.4, 0.1)
    up = gauge_view(BRIDGE, GAUGE, Latest(readings[-1], readings[-1]), readings, NOW)
    assert hours_to_next(up) == pytest.approx(0.5)
    falling = rising(1.7, -0.1)
    down = gauge_view(BRIDGE, GAUGE, Latest(falling[-1], falling[-1]), falling, NOW)
    assert hours_to_next(down) is None


def test_nothing_is_extrapolated_from_an_unconfirmed_stage() -> None:
    readings = rising(1.4, 0.1)
    suspect = reading("bridge-01", 1.9, NOW, Quality.SUSPECT)
    assert hours_to_next(gauge_view(BRIDGE, GAUGE, Latest(suspect, readings[-1]), readings, NOW)) is None


def test_a_camera_that_does_not_answer_is_offline_whatever_it_said_last() -> None:
    report = CameraReport("cam", CameraState.ONLINE, ago(16), ago(16))
    view = camera_view(CAMERA, newest(report), NOW)
    assert (view.state, view.reason, view.heard_at) == (CameraState.OFFLINE, "no_heartbeat", ago(16))


def test_a_camera_says_itself_that_it_is_degraded_and_why() -> None:
    report = CameraReport("cam", CameraState.DEGRADED, ago(1), ago(1), "frozen")
    still = Still("cam", ago(1), ago(1), "cam/a.jpg", 640, 360)
    view = camera_view(CAMERA, newest(report, still), NOW)
    assert (view.state, view.reason) == (CameraState.DEGRADED, "frozen")


def test_a_camera_never_heard_of_is_offline() -> None:
    view = camera_view(CAMERA, None, NOW)
    assert (view.state, view.reason, view.heard_at) == (CameraState.OFFLINE, "never_heard", None)


def test_an_old_still_is_old_even_when_the_camera_answers() -> None:
    report = CameraReport("cam", CameraState.ONLINE, ago(1), ago(1))
    still = Still("cam", ago(40), ago(40), "cam/a.jpg", 640, 360)
    view = camera_view(CAMERA, newest(report, still), NOW)
    assert (view.state, view.reason, view.still_old) == (CameraState.DEGRADED, "no_still", True)


def test_the_worst_station_comes_first() -> None:
    hazards = [view.hazard for view in storm().stations if view.hazard is not None]
    assert hazards[0] == 5
    assert hazards == sorted(hazards, reverse=True)


def test_a_station_never_heard_of_stands_above_the_calm_ones() -> None:
    hazards = [view.hazard for view in storm().stations]
    assert hazards.index(None) < hazards.index(0)
    assert hazards.index(None) > hazards.index(1)


def test_of_equals_the_one_that_needs_looking_after_comes_first() -> None:
    fours = [view.station.id for view in storm().stations if view.hazard == 4]
    assert fours[0] == fakes.UNCONFIRMED


def test_the_board_counts_every_station_once() -> None:
    counts = storm().counts
    assert sum(counts.values()) == len(fake_city.SPOTS)
    assert counts[None] == 1
