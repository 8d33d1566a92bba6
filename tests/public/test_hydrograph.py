"""The last 24 hours as the public sees them: every fact of the drawing and of the table below it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.public.drawings.axes import clock_ticks, scale_of, stage_ticks
from dashboard.public.drawings.hours import hours
from dashboard.public.drawings.hydrograph import BOTTOM, LEFT, RIGHT, TOP, WIDTH, DrawnWords, Points, broken, drawing
from dashboard.public.drawings.labels import LETTER, spread
from dashboard.public.drawings.paths import path
from dashboard.public.words import catalogue
from dashboard.public.words.languages import LANGUAGES, Language
from ingest.clock import JST
from ingest.stations import Gauge
from tests.floods import kotogawa
from tests.parts import data_folder

UNTIL = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
"""11:00 in Japan."""
LEVELS = {1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0, 5: 5.0}
GAUGE = Gauge(id="bridge-1", station_id="bridge")
WORDS = DrawnWords({each: f"word {each}" for each in LEVELS}, "provisional")
MINUTE = timedelta(minutes=1)


def course(*stages_m: float, every: timedelta = 10 * MINUTE, until: datetime = UNTIL) -> Points:
    """Points that end at ``until``."""
    return [(until - every * (len(stages_m) - 1 - number), stage_m) for number, stage_m in enumerate(stages_m)]


def svg_of(points: Points, gauge: Gauge = GAUGE, words: DrawnWords = WORDS) -> str:
    return str(drawing(points, LEVELS, gauge, UNTIL).svg("name", "said", words))


def lines_of(svg: str) -> list[list[tuple[float, float]]]:
    """The places that the line goes through, run by run."""
    found = re.search(r'class="stage-line" d="([^"]*)"', svg)
    return [_places(each) for each in found[1].split("M")[1:]] if found else []


def _places(run: str) -> list[tuple[float, float]]:
    begin, _, steps = run.partition("l")
    numbers = [float(each) for each in re.findall(r"-?\d*\.?\d+", steps)]
    places = [tuple(float(each) for each in begin.removesuffix("h.1").split())]
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        places.append((places[-1][0] + dx, places[-1][1] + dy))
    return [(x, y) for x, y in places]


def test_the_line_ends_where_and_when_the_newest_value_is() -> None:
    svg = svg_of(course(0.4, 0.9, 2.4))
    [line] = lines_of(svg)
    assert line[-1][0] == pytest.approx(RIGHT)
    assert 'cx="228"' in svg
    assert ">2.40 m</text>" in svg


def test_a_stage_equal_to_a_threshold_lies_on_its_line() -> None:
    svg = svg_of(course(0.4, 3.0))
    [threshold] = re.findall(r'class="t3" d="M33 ([\d.]+)H', svg)
    assert lines_of(svg)[0][-1][1] == pytest.approx(float(threshold), abs=0.05)


def test_no_line_is_drawn_where_nothing_came_for_longer_than_three_intervals() -> None:
    early, late = course(0.5, 0.6, until=UNTIL - 31 * MINUTE), course(0.9, 0.9)
    assert len(lines_of(svg_of([*early, (UNTIL, 0.9)]))) == 2
    assert len(lines_of(svg_of([*early, *late]))) == 1, "21 minutes are no gap for a gauge of ten minutes"


def test_a_gauge_that_reports_once_a_day_when_dry_has_no_gap_then_and_one_in_a_flood() -> None:
    daily = Gauge(id="bridge-1", station_id="bridge", dry_interval_s=86_400)
    dry = [(UNTIL - timedelta(hours=20), 0.2), (UNTIL, 0.3)]
    wet = [(UNTIL - timedelta(hours=20), 1.2), (UNTIL, 1.3)]
    assert len(broken(dry, LEVELS, daily)) == 1
    assert len(broken(wet, LEVELS, daily)) == 2


def test_a_single_value_is_a_dot_and_none_is_an_empty_paper_with_its_thresholds() -> None:
    assert 'h.1"' in svg_of(course(1.2))
    empty = svg_of([])
    assert "stage-line" not in empty
    assert "<circle" not in empty
    assert "word 4" in empty


def test_what_was_last_known_is_no_full_dot_and_the_time_since_is_marked_and_named() -> None:
    words = DrawnWords(WORDS.levels, "p", since="nothing since")
    svg = svg_of(course(2.4, until=UNTIL - timedelta(hours=3)), words=words)
    assert 'class="past"' in svg
    assert 'class="gap"' in svg
    assert "nothing since" in svg
    assert 'class="gap"' not in svg_of(course(2.4))


def test_the_value_of_a_gauge_that_is_being_checked_is_not_written_into_its_drawing() -> None:
    drawn = drawing(course(2.4), LEVELS, GAUGE, UNTIL)
    assert "2.40" in drawn.svg("name", "said", WORDS)
    checked = drawn.svg("name", "said", DrawnWords(WORDS.levels, "p", since="being checked"), number=False)
    assert "2.40" not in checked
    assert "<circle" not in checked


@pytest.mark.parametrize("stages_m", [[1.23] * 5, [0.0] * 5, [-3.41, -0.01, -3.4], [0.5, 327.0, 0.5], [-40.0, 48.0]])
def test_extremes_and_a_water_that_stands_still_stay_on_the_paper(stages_m: Sequence[float]) -> None:
    for levels in ({}, LEVELS, {5: 0.0}):
        svg = str(drawing(course(*stages_m), levels, GAUGE, UNTIL).svg("name", "said", WORDS))
        heights = [y for line in lines_of(svg) for _, y in line]
        assert all(TOP <= y <= BOTTOM for y in heights)
        assert "nan" not in svg


def test_what_is_older_than_a_day_is_not_drawn() -> None:
    svg = svg_of([(UNTIL - timedelta(hours=25), 4.9), *course(0.4, 0.4)])
    assert all(x >= LEFT for line in lines_of(svg) for x, _ in line)
    assert len(lines_of(svg)) == 1


def test_it_is_an_image_with_a_name_and_a_description_and_without_styles() -> None:
    words = DrawnWords({3: "<b> & c"}, "p")
    svg = str(drawing(course(1, 2), LEVELS, GAUGE, UNTIL).svg("name", "said", words))
    root = ElementTree.fromstring(svg)
    assert (root.get("role"), root.get("aria-labelledby"), root.get("aria-describedby")) == ("img", "name", "said")
    assert "<b> & c" in [each.text for each in root]
    assert "style" not in svg


def test_numbers_are_written_with_the_mark_of_the_language() -> None:
    svg = str(drawing(course(0.1, 0.15), {}, GAUGE, UNTIL).svg("n", "s", DrawnWords({}, "p", decimal=",")))
    assert ">0,15 m</text>" in svg
    assert ">0,1</text>" in svg or ">0,10</text>" in svg
    assert not re.search(r">-?\d+\.\d+", svg)


def test_a_whole_day_of_five_minutes_with_all_thresholds_is_at_most_four_kilobytes() -> None:
    wild = course(*(2.5 + (number * 7919 % 500) / 100 for number in range(288)), every=5 * MINUTE)
    assert len(svg_of(wild).encode()) <= 4096


def test_the_times_on_the_axis_are_of_japan() -> None:
    said = [f"{at:%H:%M}" for at in clock_ticks(UNTIL - timedelta(hours=24), UNTIL)]
    assert said == ["12:00", "18:00", "00:00", "06:00"]


@pytest.mark.parametrize(("low", "high", "said"), [(0.0, 0.3, "0.1"), (0, 5, "2"), (2.5, 7.4, "4"), (-3.4, 0.1, "-2")])
def test_the_stages_on_the_axis_are_round_numbers(low: float, high: float, said: str) -> None:
    ticks = [each for _, each in stage_ticks(scale_of([low, high], [], (TOP, BOTTOM)))]
    assert said in ticks
    assert 3 <= len(ticks) <= 7


@given(st.dictionaries(st.integers(1, 5), st.floats(TOP, BOTTOM), min_size=1))
def test_no_word_of_a_threshold_lies_over_another_or_beside_the_paper(heights: dict[int, float]) -> None:
    ordered = dict(zip(sorted(heights), sorted(heights.values(), reverse=True), strict=True))
    found = [at for _, at in sorted(spread(ordered, TOP, BOTTOM).items())]
    assert all(higher <= lower - LETTER + 0.2 for lower, higher in pairwise(found))
    assert all(TOP - 0.1 <= at <= BOTTOM + 0.1 for at in found)


def test_words_with_room_stand_at_their_lines() -> None:
    assert spread({2: 150.0, 3: 100.0, 4: 50.0}, TOP, BOTTOM) == {4: 50.0, 3: 100.0, 2: 150.0}
    assert spread({2: 102.0, 3: 100.0, 4: 50.0}, TOP, BOTTOM) == {4: 50.0, 3: 94.0, 2: 108.0}


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(-500, 3000)), min_size=2, max_size=40))
def test_a_path_in_steps_leads_to_the_same_places(tenths: list[tuple[int, int]]) -> None:
    run = [(x / 10, y / 10) for x, y in tenths]
    said = path([run])
    found = _places(said.removeprefix("M").replace("-", " -"))
    assert found[-1] == pytest.approx(run[-1])


def test_the_table_says_the_highest_of_each_hour_in_japan_and_which_hours_are_empty() -> None:
    rows = hours([*course(0.4, 2.9, 1.1, until=UNTIL - 90 * MINUTE), (UNTIL - 20 * MINUTE, 0.8)], UNTIL - 15 * MINUTE)
    assert len(rows) == 24
    assert rows[0].begin == datetime(2026, 7, 1, 10, 0, tzinfo=JST)
    assert [each.highest and each.highest[1] for each in rows[:3]] == [0.8, 2.9, None]
    assert rows[23].begin == datetime(2026, 6, 30, 11, 0, tzinfo=JST)


def test_the_recorded_flood_of_the_kotogawa_is_drawn_with_its_peak() -> None:
    flood = kotogawa.recording(data_folder())
    until = kotogawa.at("07/01 12:00")
    day = [
        (row.observed_at, row.stage_m) for row in flood.rows if until - timedelta(hours=24) <= row.observed_at <= until
    ]
    [gauge] = flood.registry.gauges.values()
    svg = str(drawing(day, kotogawa.LEVELS, gauge, until).svg("name", "said", WORDS))
    [line] = lines_of(svg)
    peak = min(line, key=lambda place: place[1])
    assert peak[0] == pytest.approx(LEFT + (RIGHT - LEFT) * 16.5 / 24, abs=1.5), "04:30"
    highest = max(hours(day, until), key=lambda each: each.highest[1] if each.highest else 0)
    assert highest.highest is not None
    assert (highest.begin.hour, highest.highest[1]) == (4, 7.47)
    assert len(svg.encode()) <= 4096


def width_px(word: str) -> float:
    """About what a word takes in letters of 12.5 pixels: Latin ones are about half as wide."""
    return sum(12.5 if unicodedata.east_asian_width(letter) in "WF" else 6.6 for letter in word)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.code)
def test_the_word_of_every_threshold_fits_beside_the_drawing(language: Language) -> None:
    room = WIDTH - RIGHT - 24
    words = {key: text for key, text in catalogue(language.code).items() if key.startswith("short.")}
    assert len(words) == 26
    assert {key: text for key, text in words.items() if key != "short.below" and width_px(text) > room + 6} == {}
