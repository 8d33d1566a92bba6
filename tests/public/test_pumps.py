"""Pumps that should run and do not, as residents are told of them: what staff see, and never more than is known."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence

import pytest

from alerts.records import Maintenance
from dashboard.public import data
from dashboard.public.signs import Sign, letters, sign_of
from dashboard.public.spots import Group, PublicPumps, Spot, State, spots
from dashboard.public.words.catalogues import catalogue
from dashboard.views import Board, board
from ingest.readings import Quality, Reading
from ingest.stations import Quantity, Registry
from tests.public.fakes import edition, overview
from tests.pumping import CITY, FIRST, INNER, OUTER, REGISTRY, STATION, at, latest, newest, running, said, stage

NOW = at(60)


def board_of(*readings: Reading, works: Sequence[Maintenance] = (), registry: Registry = REGISTRY) -> Board:
    """What staff see; the city's stations are two pumps of which the second is not needed before 1.4 m."""
    readings = (said(OUTER.id, Quantity.STAGE, 59, 0.4), *readings)
    good = [each for each in readings if each.quality is Quality.GOOD and each.quantity is Quantity.STAGE]
    recent = {INNER.id: [each for each in good if each.gauge_id == INNER.id]}
    states = newest(each for each in readings if each.quantity is not Quantity.STAGE)
    return board(registry, latest(readings), recent, {}, NOW, works, states)


def spot_of(*readings: Reading, works: Sequence[Maintenance] = ()) -> Spot:
    [spot] = spots(board_of(*readings, works=works))
    return spot


def flooded(stage_m: float = 1.3, until: float = 60) -> list[Reading]:
    """An inner stage that has stood there for half an hour."""
    return [stage(until - 31, 0.5), *(stage(until - 30 + minute, stage_m) for minute in range(0, 31, 5))]


STANDS = [running(59, 0)]


def test_a_station_whose_pump_stands_in_the_water_is_one_higher_than_its_water() -> None:
    spot = spot_of(*flooded(), *STANDS)
    assert spot.worst.hazard == 2
    assert spot.hazard == 3
    assert spot.by_pumps == PublicPumps(3, stopped=True, silent=False)


def test_with_the_pump_running_it_is_as_high_as_its_water() -> None:
    spot = spot_of(*flooded(), running(59, 1))
    assert (spot.hazard, spot.pumps) == (2, None)


@pytest.mark.parametrize("stage_m", [1.05, 1.3, 1.65, 1.85, 2.4])
@pytest.mark.parametrize("heard", [STANDS, [running(10, 0)], [running(10, 1)], [running(59, 1)], []])
def test_staff_and_residents_see_the_same_hazard(stage_m: float, heard: list[Reading]) -> None:
    seen = board_of(*flooded(stage_m), *heard)
    [spot] = spots(seen)
    assert spot.hazard == seen.stations[0].hazard


def test_a_pump_that_is_not_heard_any_more_is_not_said_to_stand() -> None:
    spot = spot_of(*flooded(), running(10, 1))
    assert spot.by_pumps == PublicPumps(3, stopped=False, silent=False)


def test_a_pump_that_never_spoke_is_not_told_of() -> None:
    assert spot_of(*flooded()).pumps is None


def test_water_below_every_level_with_a_standing_pump_is_not_called_calm() -> None:
    spot = spot_of(*flooded(1.05), *STANDS)
    assert spot.worst.hazard == 0
    assert (spot.hazard, spot.group) == (1, Group.ATTENTION)


def test_at_the_top_of_the_ladder_the_water_decides_and_the_pumps_are_told_all_the_same() -> None:
    spot = spot_of(*flooded(2.4), *STANDS)
    assert (spot.hazard, spot.by_pumps) == (5, None)
    assert spot.pumps is not None


DOUBTED = [stage(60.5, stage_m, Quality.SUSPECT) for stage_m in (0.2, 1.05, 1.9, 2.5)]


def test_while_the_water_is_being_checked_nothing_is_said_of_its_pumps() -> None:
    for doubted in DOUBTED:
        spot = spot_of(*flooded(1.05), doubted, *STANDS)
        assert spot.worst.state is State.BEING_CHECKED
        assert (spot.pumps, spot.hazard) == (None, None)


def test_while_a_danger_of_the_water_is_being_checked_pumps_go_by_the_last_known_one_whatever_is_doubted() -> None:
    for doubted in DOUBTED:
        spot = spot_of(*flooded(), doubted, *STANDS)
        assert (spot.worst.state, spot.worst.stage_m) == (State.LAST_KNOWN, 1.3)
        assert spot.by_pumps == PublicPumps(3, stopped=True, silent=True)


def test_while_somebody_works_on_the_gauge_nothing_is_said_of_the_pumps() -> None:
    work = Maintenance(STATION.id, "crew", "cleaning", at(50), at(90), gauge_ids=(INNER.id,))
    spot = spot_of(*flooded(), *STANDS, works=[work])
    assert spot.worst.state is State.MAINTENANCE
    assert spot.pumps is None


def test_of_a_gauge_that_fell_silent_the_pumps_are_told_as_last_known_too() -> None:
    spot = spot_of(*flooded(until=20), *STANDS)
    assert spot.worst.state is State.LAST_KNOWN
    assert spot.by_pumps == PublicPumps(3, stopped=True, silent=True)
    assert spot.last_known


def test_a_low_level_beside_a_gauge_that_is_being_checked_hides_no_standing_pump() -> None:
    outer = said(OUTER.id, Quantity.STAGE, 59.5, 0.4, Quality.SUSPECT)
    spot = spot_of(*flooded(1.05), outer, *STANDS)
    assert [each.state for each in spot.gauges] == [State.BEING_CHECKED]
    assert (spot.hazard, spot.group) == (1, Group.ATTENTION)


def test_the_worse_by_its_pumps_stands_above_the_one_whose_water_is_as_high() -> None:
    other = STATION.model_copy(update={"id": "aaa"})
    gauge = INNER.model_copy(update={"id": "aaa-in", "station_id": "aaa"})
    city = Registry.of(CITY, [other, gauge, STATION, INNER, FIRST])
    same = said("aaa-in", Quantity.STAGE, 60, 1.3)
    listed = spots(board_of(*flooded(), same, *STANDS, registry=city))
    assert [each.station.id for each in listed] == [STATION.id, "aaa"]


def test_the_outer_gauge_without_thresholds_does_not_make_the_station_unknown() -> None:
    spot = spot_of(*flooded(1.05), running(59, 1))
    assert [each.state for each in spot.gauges] == [State.LEVEL, State.UNJUDGED]
    assert (spot.hazard, spot.group) == (0, Group.LOW)


def test_on_the_overview_the_pumps_decide_the_sign_the_words_and_the_letter() -> None:
    told = edition(board_of(*flooded(), *STANDS))
    html = overview(told)
    assert sign_of(told.spots[0]) == Sign("3")
    assert letters(told.spots, told.board.registry) == "3"
    said_first = html[html.index(f'id="spot-{STATION.id}"') :]
    assert said_first.index(catalogue("ja")["pumps.stopped"]) < said_first.index("1.30")
    assert 'class="summary h3"' in html


def test_list_map_summary_and_data_tell_of_the_pumps_alike() -> None:
    told = edition(board_of(*flooded(), *STANDS))
    html = overview(told)
    assert html.count("動くはずの排水ポンプが止まっています") == 2, "in the summary and in the list"
    assert "ポンプ場の水位が高い" not in html, "that is what a higher stage would be called"
    assert "港ポンプ場" in html
    assert (sign_of(told.spots[0]), letters(told.spots, REGISTRY)) == (Sign("3"), "3")
    files = {each.path: each.render() for each in data.sheets(told)}
    [station] = json.loads(files["data/latest.json"])["stations"]
    assert (station["hazard"], station["pumps"], station["gauges"][0]["hazard"]) == (3, "stopped", 2)
    point, *_ = [each["properties"] for each in json.loads(files["data/latest.geojson"])["features"]]
    assert (point["station_hazard"], point["pumps"], point["hazard"]) == (3, "stopped", 2)
    row, *_ = csv.DictReader(files["data/latest.csv"].decode("utf-8-sig").splitlines())
    assert (row["地点の段階"], row["排水ポンプ"], row["段階"]) == ("3", "停止", "2")


def test_pumps_by_a_last_known_stage_are_told_as_last_known_everywhere() -> None:
    told = edition(board_of(*flooded(until=20), *STANDS))
    assert (sign_of(told.spots[0]), letters(told.spots, REGISTRY)) == (Sign("3", past=True), "d")
    assert 'class="summary h3 past"' in overview(told)
