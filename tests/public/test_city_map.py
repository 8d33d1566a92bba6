"""The map of the city as facts: what lies where, what is seen of it, and how small it is."""

from __future__ import annotations

import math
import random
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.public.areas import OTHER, by_area
from dashboard.public.drawings.lines import clipped_ring, path, seen_parts, simplified
from dashboard.public.drawings.map import MARGIN, WIDTH, chart_of, ground, marks, whole_city
from dashboard.public.pages.city_map import map_of_area, map_of_city, names_on
from dashboard.public.signs import LOW, Sign, letters, places, sign_of, tally
from ingest.readings import Quality
from tests.dashboard import fake_city
from tests.dashboard.fakes import storm
from tests.public.fakes import NOW, board_of, edition, log_of, one_station, overview
from tests.public.thousand import thousand, told_of_thousand

GOOD, SUSPECT = Quality.GOOD, Quality.SUSPECT
points = st.tuples(st.floats(-500, 900), st.floats(-500, 900))


def test_north_is_up_east_is_right_and_every_spot_lies_within_the_margin() -> None:
    chart = chart_of([(133.50, 34.60), (133.60, 34.55), (133.55, 34.50)])
    west, east, south = chart.at(133.50, 34.60), chart.at(133.60, 34.55), chart.at(133.55, 34.50)
    assert west[0] < south[0] < east[0]
    assert west[1] < east[1] < south[1]
    assert all(MARGIN - 1 <= x <= WIDTH - MARGIN + 1 for x, _ in (west, east, south))
    assert all(MARGIN - 1 <= y <= chart.height - MARGIN + 1 for _, y in (west, east, south))


def test_a_kilometre_is_as_long_to_the_east_as_to_the_north() -> None:
    chart = chart_of([(133.0, 34.0), (134.0, 35.0)])
    (x, y), (east, _), (_, north) = (
        chart.exact(133.5, 34.5),
        chart.exact(133.5 + 0.01 / math.cos(math.radians(34.5)), 34.5),
        chart.exact(133.5, 34.51),
    )
    assert east - x == pytest.approx(y - north, rel=0.001)


def test_one_spot_alone_lies_in_the_middle_of_a_map_of_its_neighbourhood() -> None:
    chart = chart_of([(133.5, 34.5)])
    assert chart.exact(133.5, 34.5) == pytest.approx((WIDTH / 2, chart.height / 2), abs=1)
    assert chart.at(133.51, 34.5)[0] > WIDTH


@settings(deadline=None)
@given(st.lists(points, min_size=2, max_size=40), st.floats(0.1, 20))
def test_a_simplified_line_stays_within_its_tolerance_and_keeps_its_ends(
    line: list[tuple[float, float]], tolerance: float
) -> None:
    kept = simplified(line, tolerance)
    assert (kept[0], kept[-1]) == (line[0], line[-1])
    assert set(kept) <= set(line)
    for point in line:
        assert min(_off(point, a, b) for a, b in pairwise(kept)) <= tolerance + 1e-6


def _off(point: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    """From a point to a stretch, with complex numbers: another way than the one that is tested."""
    at, along = complex(*point) - complex(*a), complex(*b) - complex(*a)
    if abs(along) < 1e-9 or not 0 <= (at / along).real <= 1:
        return min(abs(at), abs(at - along))
    return abs((at / along).imag) * abs(along)


@settings(deadline=None)
@given(st.lists(points, min_size=3, max_size=20))
def test_what_is_left_of_an_area_lies_in_the_picture(ring: list[tuple[float, float]]) -> None:
    assert all(-1e-6 <= x <= 344 + 1e-6 and -1e-6 <= y <= 300 + 1e-6 for x, y in clipped_ring(ring, 344, 300))


def test_land_around_the_whole_picture_fills_it() -> None:
    around = [(-10.0, -10.0), (400.0, -10.0), (400.0, 400.0), (-10.0, 400.0), (-10.0, -10.0)]
    assert set(clipped_ring(around, 344, 300)) == {(0.0, 0.0), (344.0, 0.0), (344.0, 300.0), (0.0, 300.0)}


def test_of_a_river_that_leaves_the_picture_and_comes_back_two_parts_are_drawn() -> None:
    river = [(10.0, 10.0), (400.0, 10.0), (500.0, 50.0), (400.0, 90.0), (10.0, 90.0)]
    assert seen_parts(river, 344, 300) == [river[:2], river[3:]]
    assert path(seen_parts(river, 344, 300)) == "M10 10l390 0M400 90l-390 0"


def test_a_coast_of_a_hundred_thousand_points_becomes_small() -> None:
    drawn = random.Random(1)
    turn = [2 * math.pi * (number % 100_000) / 100_000 for number in range(100_001)]
    noise = [drawn.random() * 0.0005 for _ in range(100_000)]
    radius = [0.1 + 0.01 * math.sin(40 * a) + noise[number % 100_000] for number, a in enumerate(turn)]
    coast = tuple((133.2 + r * math.cos(a), 34.4 + r * math.sin(a)) for a, r in zip(turn, radius, strict=True))
    city = fake_city.city().model_copy(update={"outlines": (coast,)})
    chart = chart_of([(133.1, 34.3), (133.3, 34.5)])
    assert 500 < len(ground(city, chart).land) <= 4000


def test_a_boundary_is_drawn_and_seen_whole_where_there_is_no_spot() -> None:
    ring = ((133.4, 34.4), (133.8, 34.4), (133.8, 34.8), (133.4, 34.8), (133.4, 34.4))
    city = fake_city.city().model_copy(update={"boundary": (ring,)})
    chart = whole_city(city, [])
    assert all(0 <= x <= WIDTH and 0 <= y <= chart.height for x, y in (chart.at(lon, lat) for lon, lat in ring))
    assert ground(city, chart).boundary.count("M") == 1
    assert whole_city(city, [(133.6, 34.6), (133.65, 34.6)]).scale > 2 * chart.scale


def test_the_worst_spot_lies_above_all_others_and_low_ones_are_dots_without_a_link() -> None:
    told = edition(board_of(fake_city.registry(NOW), storm(NOW)))
    drawn = map_of_city(told.board.registry.city, told.spots, 60)
    assert drawn.marks[-1].spot is told.spots[0]
    assert [mark.sign.urgency for mark in drawn.marks] == sorted((m.sign.urgency for m in drawn.marks), reverse=True)
    assert LOW not in {mark.sign for mark in drawn.marks}
    assert drawn.dots.count("h0") == sum(sign_of(spot) == LOW for spot in told.spots)
    assert drawn.plain == ()


def test_two_low_spots_at_one_point_are_one_dot() -> None:
    assert marks([(1, 2), (1, 2), (3, 4)], "0") == "M1 2h0M3 4h0"


def test_a_map_of_an_area_shows_its_spots_larger() -> None:
    told = told_of_thousand(in_danger=True)
    city = told.board.registry.city
    area = told.areas[0]
    drawn = map_of_area(city, area)
    assert len(drawn.marks) == len(area.spots) == 125
    assert drawn.chart.scale > 1.5 * map_of_city(city, told.spots, 60).chart.scale


def test_names_of_areas_lie_neither_on_each_other_nor_on_marks() -> None:
    told = told_of_thousand(in_danger=False)
    drawn = map_of_city(told.board.registry.city, told.spots, 60)
    found = names_on(drawn, told.areas, lambda names: names["ja"])
    assert 4 <= len(found) <= 8
    assert len(names_on(drawn, told.areas, lambda names: names["ja"] * 12)) < len(found)
    flood = told_of_thousand(in_danger=True)
    full = map_of_city(flood.board.registry.city, flood.spots, 60)
    boxes = [(x, y) for x, y, _ in names_on(full, flood.areas, lambda names: names["ja"])]
    assert all(abs(x - mark.x) >= 20 or abs(y - mark.y) >= 12 for x, y in boxes for mark in full.marks)


def test_a_danger_that_is_only_last_known_keeps_its_shape_and_is_marked_as_past() -> None:
    told = edition(board_of(one_station(), log_of(("bridge-1", 4.2, 45, GOOD))))
    assert sign_of(told.spots[0]) == Sign("4", past=True)
    html = re.sub(r"\s+", " ", overview(told))
    assert 'class="mark h4 past" href="#s-4"' in html
    assert letters(told.spots, told.board.registry) == "e"


@pytest.mark.parametrize("log", [log_of(), log_of(("bridge-1", 0.5, 15, GOOD), ("bridge-1", 4.8, 5, SUSPECT))])
def test_a_spot_that_is_not_known_is_never_a_low_dot(log: object) -> None:
    told = edition(board_of(one_station(), log))  # type: ignore[arg-type]
    drawn = map_of_city(told.board.registry.city, told.spots, 60)
    assert (drawn.dots, [mark.sign.shape for mark in drawn.marks]) == ("", ["unknown"])
    assert letters(told.spots, told.board.registry) == "u"


def test_a_low_spot_that_fell_silent_is_not_known() -> None:
    told = edition(board_of(one_station(), log_of(("bridge-1", 0.5, 45, GOOD))))
    assert sign_of(told.spots[0]).shape == "unknown"
    assert tally(told.spots) == ((Sign("unknown"), 1),)


def test_letters_are_in_the_order_of_the_places() -> None:
    told = told_of_thousand(in_danger=True)
    found, order = letters(told.spots, thousand()), [station.id for station in places(thousand())]
    assert len(found) == len(order) == 1000
    assert all(found[order.index(spot.station.id)] == str(spot.hazard) for spot in told.spots[:50])


def test_areas_are_in_the_order_of_the_registry_and_stations_without_one_come_last() -> None:
    told = edition(board_of(fake_city.registry(NOW), storm(NOW)))
    assert [area.slug for area in told.areas] == [OTHER]
    areas = by_area(told_of_thousand(in_danger=True).spots, thousand())
    assert [area.key for area in areas] == ["本町", "港町", "北条", "旭", "西藤", "浜", "大池", "新田"]
    assert all(spots == sorted(spots) for spots in [[spot.urgency for spot in area.spots] for area in areas])
