"""Whom messages concern: stations and areas, the whole city, a place of which nobody knows in which area it lies."""

from __future__ import annotations

import pytest

from alerts.cap.flood import Issued, IssuedFor, Place
from alerts.public.lifecycle import drafted
from alerts.public.records import Content, PublicMessage, Step, Where
from alerts.public.scope import NO_AREA, Scope, lies_in, scope_of
from tests.alerts.night import at
from tests.alerts.public_house import RIVER, ROAD, TOWN

NEAR_THE_ROAD = Place(circles=((34.4, 133.101, 0.5),))


def message(*station_ids: str, place: Place | None = None, issued_for: IssuedFor | None = None) -> PublicMessage:
    where = (Where({"ja": "駅前"}, place),) if place is not None else ()
    issued = Issued(4, "市長", at(0), issued_for) if issued_for is not None else None
    return drafted(Step.FIRST, Content(4, {}, where, station_ids, issued=issued), "当番", at(0))


def scope(*chain: PublicMessage) -> Scope:
    return scope_of(chain, TOWN)


def test_a_message_about_a_station_concerns_it_and_its_area() -> None:
    found = scope(message("fujii"))
    assert found.has_station(RIVER)
    assert found.has_area("美ノ郷")
    assert not found.has_station(ROAD)
    assert not found.has_area(NO_AREA)


def test_a_station_without_an_area_concerns_those_without_one() -> None:
    assert scope(message("under")).has_area(NO_AREA)
    assert not scope(message("under")).has_area("美ノ郷")


def test_a_place_without_a_station_may_lie_in_any_area_and_concerns_the_stations_within_it() -> None:
    found = scope(message(place=NEAR_THE_ROAD))
    assert found.has_area("美ノ郷")
    assert found.has_station(ROAD)
    assert not found.has_station(RIVER)


def test_a_message_about_a_station_that_nobody_knows_any_more_concerns_every_area() -> None:
    found = scope(message("gone", place=NEAR_THE_ROAD))
    assert found.has_area("美ノ郷")


def test_a_place_that_is_a_station_is_no_place_of_its_own() -> None:
    assert not scope(message("under", place=NEAR_THE_ROAD)).has_area("美ノ郷")


@pytest.mark.parametrize(
    ("issued_for", "road", "river", "area"),
    [
        (IssuedFor(), True, True, True),
        (IssuedFor(area="美ノ郷"), True, True, True),
        (IssuedFor(station_id="fujii"), True, True, True),
        (IssuedFor(area="栗原"), True, False, False),
    ],
)
def test_a_message_that_names_an_issued_level_concerns_where_it_was_issued(
    issued_for: IssuedFor, road: bool, river: bool, area: bool
) -> None:
    found = scope(message("under", issued_for=issued_for))
    assert (found.has_station(ROAD), found.has_station(RIVER), found.has_area("美ノ郷")) == (road, river, area)


def test_the_end_concerns_everybody_whom_the_beginning_concerned() -> None:
    whole_city, end = message("fujii", issued_for=IssuedFor()), message("fujii")
    assert scope(whole_city, end).has_station(ROAD)
    assert not scope(end).has_station(ROAD)


@pytest.mark.parametrize(
    ("point", "inside"),
    [((34.5, 133.5), True), ((34.5, 134.5), False), ((34.95, 133.2), False), ((35.5, 133.5), False)],
)
def test_a_point_lies_in_a_polygon_or_does_not(point: tuple[float, float], inside: bool) -> None:
    triangle = ((34.0, 133.0), (34.0, 134.0), (35.0, 133.9), (34.0, 133.0))
    assert lies_in(point, Place(polygons=(triangle,))) == inside


def test_a_circle_is_measured_in_kilometres_on_the_ground() -> None:
    # A degree of latitude is 111.2 km, one of longitude at 60 degrees half of that.
    assert lies_in((60.0, 10.0), Place(circles=((60.0, 10.01, 0.57),)))
    assert not lies_in((60.0, 10.0), Place(circles=((60.01, 10.0, 0.57),)))
