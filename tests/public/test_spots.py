from __future__ import annotations

import json
from datetime import timedelta
from itertools import permutations

import pytest

from alerts.records import Maintenance
from dashboard.public.data import latest
from dashboard.public.edition import Edition
from dashboard.public.spots import Group, Spot, State, spots
from dashboard.views import board
from ingest.quality.limits import DEFAULTS
from ingest.readings import Quality
from ingest.stations import StationKind
from tests.dashboard import fake_city
from tests.dashboard.fakes import FAULTY, NEVER, SILENT, UNCONFIRMED, FakeLog, storm
from tests.public.fakes import NOW, board_of, edition, log_of, one_station

GOOD, SUSPECT, BAD = Quality.GOOD, Quality.SUSPECT, Quality.BAD


def told_by(told: Edition) -> bytes:
    return latest.document(told)


def told(log: FakeLog, gauges: int = 1, levels: dict[int, float] | None = None) -> Spot:
    (spot,) = spots(board_of(one_station(gauges=gauges, levels=levels), log))
    return spot


def test_a_good_reading_is_told_with_its_level_and_time() -> None:
    gauge = told(log_of(("bridge-1", 4.2, 5, GOOD))).worst
    assert (gauge.state, gauge.hazard, gauge.stage_m) == (State.LEVEL, 4, 4.2)
    assert gauge.observed_at is not None


def test_a_stage_is_cut_so_that_it_does_not_look_like_a_threshold_it_has_not_reached() -> None:
    log = log_of(("bridge-1", 2.996, 5, GOOD))
    gauge = told(log).worst
    assert (gauge.hazard, gauge.stage_m) == (2, 2.99)
    published = json.loads(told_by(edition(board_of(one_station(), log))))
    assert published["stations"][0]["gauges"][0]["stage_m"] == 2.99


def test_a_sensor_that_fails_after_a_confirmed_danger_leaves_it_told_as_last_known() -> None:
    gauge = told(log_of(("bridge-1", 4.2, 15, GOOD), ("bridge-1", 0.1, 5, BAD))).worst
    assert (gauge.state, gauge.hazard, gauge.stage_m) == (State.LAST_KNOWN, 4, 4.2)
    assert gauge.observed_at == NOW - timedelta(minutes=15)
    assert (gauge.silent, gauge.trend, gauge.group) == (True, "unknown", Group.ATTENTION)


def test_a_doubtful_danger_before_the_sensor_failed_is_not_told() -> None:
    gauge = told(log_of(("bridge-1", 0.5, 25, GOOD), ("bridge-1", 4.2, 15, SUSPECT), ("bridge-1", 0.1, 5, BAD))).worst
    assert (gauge.state, gauge.hazard) == (State.BEING_CHECKED, None)


@pytest.mark.parametrize("doubted_m", [0.1, 4.2, 8.1])
@pytest.mark.parametrize("silent", [False, True])
def test_a_suspect_reading_after_a_confirmed_danger_leaves_it_told_as_last_known(
    doubted_m: float, silent: bool
) -> None:
    since = 45 if silent else 5
    gauge = told(log_of(("bridge-1", 4.2, since + 10, GOOD), ("bridge-1", doubted_m, since, SUSPECT))).worst
    assert (gauge.state, gauge.hazard, gauge.stage_m) == (State.LAST_KNOWN, 4, 4.2)
    assert gauge.observed_at == NOW - timedelta(minutes=since + 10)
    assert (gauge.checked, gauge.silent) == (True, silent)
    assert (gauge.trend, gauge.group) == ("unknown", Group.ATTENTION)


def test_an_underpass_that_floods_faster_than_its_limits_believe_stays_dangerous() -> None:
    assert not DEFAULTS[StationKind.UNDERPASS].passes(0.4, 300.0), "the rise is suspect by the shipped limits"
    city = one_station(levels={2: 0.05, 4: 0.15, 5: 0.30})
    city = city.model_copy(
        update={"stations": {"bridge": city.stations["bridge"].model_copy(update={"kind": StationKind.UNDERPASS})}}
    )
    log = log_of(("bridge-1", 0.2, 5, GOOD), ("bridge-1", 0.6, 0, SUSPECT))
    (spot,) = spots(board_of(city, log))
    assert (spot.hazard, spot.last_known, spot.worst.stage_m) == (4, True, 0.2)


def test_nothing_that_is_held_makes_a_gauge_overdue() -> None:
    city = one_station()
    slow = {"bridge-1": city.gauges["bridge-1"].model_copy(update={"dry_interval_s": 86400})}
    city = city.model_copy(update={"gauges": slow})
    for doubted_m in (0.1, 4.8):
        (spot,) = spots(board_of(city, log_of(("bridge-1", 0.5, 60, GOOD), ("bridge-1", doubted_m, 45, SUSPECT))))
        assert (spot.worst.state, spot.worst.silent) == (State.BEING_CHECKED, False)


@pytest.mark.parametrize("newest", [SUSPECT, BAD])
def test_a_gauge_that_is_being_checked_shows_no_level_and_not_the_older_one(newest: Quality) -> None:
    gauge = told(log_of(("bridge-1", 0.5, 15, GOOD), ("bridge-1", 4.8, 5, newest))).worst
    assert gauge.state is State.BEING_CHECKED
    assert (gauge.hazard, gauge.stage_m, gauge.observed_at) == (None, None, None)
    assert gauge.trend == "unknown"


def test_a_low_level_of_another_gauge_does_not_stand_for_a_station_that_is_being_checked() -> None:
    spot = told(log_of(("bridge-1", 4.8, 5, SUSPECT), ("bridge-2", 0.5, 5, GOOD)), gauges=2)
    assert [gauge.state for gauge in spot.gauges] == [State.BEING_CHECKED]


def test_a_confirmed_danger_is_not_hidden_by_another_gauge_that_is_being_checked() -> None:
    spot = told(log_of(("bridge-1", 0.2, 5, SUSPECT), ("bridge-2", 4.5, 5, GOOD)), gauges=2)
    assert [gauge.state for gauge in spot.gauges] == [State.LEVEL, State.BEING_CHECKED]
    assert spot.worst.hazard == 4


def test_a_silent_gauge_keeps_its_last_known_level_and_its_place() -> None:
    gauge = told(log_of(("bridge-1", 4.2, 45, GOOD))).worst
    assert (gauge.state, gauge.hazard, gauge.group) == (State.LAST_KNOWN, 4, Group.ATTENTION)


def test_of_two_equal_dangers_the_one_that_is_known_now_comes_first() -> None:
    spot = told(log_of(("bridge-1", 4.8, 45, GOOD), ("bridge-2", 4.1, 5, GOOD)), gauges=2)
    assert [gauge.state for gauge in spot.gauges] == [State.LEVEL, State.LAST_KNOWN]


def test_a_last_known_danger_stands_behind_an_equal_one_that_is_known_now_while_it_is_checked() -> None:
    log = log_of(("bridge-1", 4.8, 15, GOOD), ("bridge-1", 4.9, 5, SUSPECT), ("bridge-2", 4.1, 5, GOOD))
    assert [gauge.state for gauge in told(log, gauges=2).gauges] == [State.LEVEL, State.LAST_KNOWN]


@pytest.mark.parametrize("held", ["suspect", "bad", "work"])
def test_the_order_of_spots_that_are_held_does_not_depend_on_what_they_said(held: str) -> None:
    city = one_station(twins=2)
    works = [Maintenance(each, "x", "y", NOW - timedelta(hours=1), NOW + timedelta(hours=1)) for each in city.stations]
    quality = {"suspect": SUSPECT, "bad": BAD, "work": GOOD}[held]
    orders = set()
    for said in permutations((4.8, 2.6, 0.3)):
        log = log_of(*((each, 0.2, 15, GOOD) for each in city.gauges))
        for gauge_id, stage_m in zip(city.gauges, said, strict=True):
            log.add(fake_city.reading(gauge_id, stage_m, NOW - timedelta(minutes=5), quality))
        recent = log.recent(NOW - timedelta(hours=1))
        seen = board(city, log.latest(), recent, {}, NOW, works if held == "work" else ())
        orders.add(tuple(spot.station.id for spot in spots(seen)))
    assert orders == {("bridge", "twin-1", "twin-2")}


def test_of_equal_dangers_the_one_that_rises_comes_first() -> None:
    log = log_of(*((each, 4.2, 15, GOOD) for each in ("bridge-1", "twin-1")), ("twin-1", 4.6, 5, GOOD))
    log.add(fake_city.reading("bridge-1", 4.2, NOW - timedelta(minutes=5)))
    listed = spots(board_of(one_station(twins=1), log))
    assert [(spot.station.id, spot.worst.trend) for spot in listed] == [("twin-1", "rising"), ("bridge", "steady")]


def test_a_reading_of_a_time_to_come_is_no_level_and_hides_nothing_behind_a_calm_one() -> None:
    gauge = told(log_of(("bridge-1", 0.2, -600, GOOD), ("bridge-1", 4.6, 5, GOOD))).worst
    assert (gauge.state, gauge.hazard, gauge.stage_m) == (State.BEING_CHECKED, None, None)
    assert told(log_of(("bridge-1", 4.6, -4, GOOD))).worst.state is State.LEVEL, "clocks part by so much"


def test_silence_after_a_low_level_is_not_told_as_low() -> None:
    assert told(log_of(("bridge-1", 0.2, 45, GOOD))).group is Group.UNKNOWN


def test_a_gauge_without_thresholds_is_not_called_low() -> None:
    gauge = told(log_of(("bridge-1", 9.0, 5, GOOD)), levels={}).worst
    assert (gauge.state, gauge.hazard, gauge.group) == (State.UNJUDGED, None, Group.UNKNOWN)


def test_a_gauge_that_never_reported_says_so() -> None:
    assert told(log_of()).worst.state is State.NO_DATA


def test_the_list_begins_with_the_worst_and_ends_with_the_low() -> None:
    listed = spots(board_of(fake_city.registry(NOW), storm(NOW)))
    assert [spot.group for spot in listed] == sorted(spot.group for spot in listed)
    hazards = [spot.worst.hazard or 0 for spot in listed if spot.group is Group.ATTENTION]
    assert hazards == sorted(hazards, reverse=True)
    assert hazards[0] == 5


def test_the_place_in_the_list_does_not_give_an_unconfirmed_level_away() -> None:
    listed = spots(board_of(fake_city.registry(NOW), storm(NOW)))
    places = {spot.station.id: spot.group for spot in listed}
    assert {places[each] for each in (UNCONFIRMED, FAULTY, NEVER)} == {Group.UNKNOWN}
    assert places[SILENT] is Group.ATTENTION


def test_the_open_data_holds_what_the_page_tells_and_no_held_value() -> None:
    body = told_by(edition(board_of(fake_city.registry(NOW), storm(NOW))))
    stations = {each["id"]: each for each in json.loads(body)["stations"]}
    (held,) = stations[UNCONFIRMED]["gauges"]
    assert (held["state"], held["hazard"], held["stage_m"], held["observed_at"]) == ("being_checked", None, None, None)
    assert "0.21" not in json.dumps(held)
    assert stations["ekimae-under"]["gauges"][0]["observed_at"].endswith("+09:00")


def test_a_stage_of_almost_nothing_is_not_minus_zero() -> None:
    assert f"{told(log_of(('bridge-1', -0.0004, 5, GOOD))).worst.stage_m:.2f}" == "0.00"
