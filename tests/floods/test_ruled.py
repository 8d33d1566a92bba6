"""What the rules of rise, outlook and silence tell on recordings; ``python -m tests.floods.rules_report`` tells all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.floods import aire, floodnet, kotogawa, kuji, ruled
from tests.floods.kotogawa import at
from tests.floods.ruled import Night
from tests.parts import data_folder


@pytest.fixture(scope="module")
def flood() -> Night:
    (found,) = ruled.nights(kotogawa.recording(data_folder()))
    return found


@pytest.fixture(scope="module")
def streets() -> list[Night]:
    return ruled.nights(floodnet.recording(data_folder(), every=20))


def test_the_flood_is_told_as_a_rise_half_an_hour_before_its_third_threshold(flood: Night) -> None:
    assert [each.at for each in flood.raised("rise")] == [at("06/30 19:30"), at("07/01 00:40")]
    reached = {hazard: when for when, hazard in flood.crossings}
    assert reached[3] - at("07/01 00:40") == timedelta(minutes=30)
    assert reached[4] - at("07/01 00:40") == timedelta(minutes=40)


def test_its_third_and_fourth_threshold_are_foretold_once_and_come(flood: Night) -> None:
    (foretold,) = flood.raised("outlook")
    assert foretold.at == at("07/01 00:50")
    assert ruled.followed(flood, foretold, timedelta(minutes=30), least=4)


def test_seven_weeks_of_five_calm_rivers_with_tides_are_told_of_one_rise() -> None:
    found = ruled.nights(kuji.recording(data_folder()))
    assert ruled.gauge_weeks(found) > 34
    assert sum(len(each.raised("rise")) for each in found) == 1


def test_four_months_of_the_aire_below_a_weir_that_is_worked_are_told_of_four() -> None:
    found = ruled.nights(aire.recording(data_folder()))
    assert ruled.gauge_weeks(found) > 49
    assert {each.gauge_id: len(each.raised("rise")) for each in found} == {"l1602": 0, "l1707a": 0, "l1705a": 4}


def test_four_of_five_floods_that_would_close_a_road_are_told_before_they_do(streets: list[Night]) -> None:
    within = timedelta(hours=3)
    leads = [each for night in streets for each in ruled.leads(night, "rise", 4, within).values()]
    told = sorted(each for each in leads if each is not None)
    assert len(leads) > 30
    assert len(told) >= 0.8 * len(leads)
    assert told[len(told) // 2] >= timedelta(minutes=15)


def test_of_the_depths_foretold_for_a_road_more_than_half_come_within_the_hour(streets: list[Night]) -> None:
    foretold = [(night, each) for night in streets for each in night.raised("outlook")]
    came = sum(ruled.followed(night, each, timedelta(hours=1), least=4) for night, each in foretold)
    assert len(foretold) > 20
    assert came >= 0.5 * len(foretold)
