"""The hydrograph as a figure."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard.figures import GraphWords, hydrograph
from dashboard.palette import COLOURS
from dashboard.threshold_lines import label_heights
from dashboard.views import GaugeView, gauge_view
from ingest.readings import Quality, Reading
from ingest.store.protocol import Course, Latest
from tests.dashboard import fake_city
from tests.dashboard.fake_city import reading

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
WORDS = GraphWords("水位", "良", "未確認", "異常", "観測値なし", {n: f"段階{n}" for n in range(1, 6)})
SINCE = NOW - timedelta(hours=6)
SECOND = timedelta(seconds=1)


def bridge(readings: list[Reading]) -> GaugeView:
    registry = fake_city.registry(NOW)
    latest = Latest(readings[-1], readings[-1]) if readings else None
    return gauge_view(registry.stations["hongo-bridge"], registry.gauges["hongo-bridge-01"], latest, readings, NOW)


def at(minutes: float, stage_m: float, quality: Quality = Quality.GOOD) -> Reading:
    return reading("hongo-bridge-01", stage_m, NOW - timedelta(minutes=minutes), quality)


def drawn(readings: list[Reading]) -> dict[str, Any]:
    found: dict[str, Any] = hydrograph(bridge(readings), Course(readings, SECOND), SINCE, NOW, WORDS).to_plotly_json()
    return found


def trace(figure: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in figure["data"] if each.get("name") == name)


def test_every_threshold_has_a_line_in_its_colour_and_a_label_in_words() -> None:
    figure = drawn([at(10, 1.0), at(0, 1.1)])
    lines = {each["y0"]: each["line"]["color"] for each in figure["layout"]["shapes"] if each["type"] == "line"}
    assert list(lines) == [1.6, 2.2, 2.8, 3.3, 4.1]
    assert lines[3.3] == COLOURS[4]
    texts = [each["text"] for each in figure["layout"]["annotations"]]
    assert "<b>4</b> 段階4 3.30" in texts


def test_suspect_readings_are_hollow_and_bad_ones_crosses() -> None:
    figure = drawn([at(20, 1.0), at(10, 2.0, Quality.SUSPECT), at(5, 655.35, Quality.BAD), at(0, 1.1)])
    assert trace(figure, "未確認")["marker"]["symbol"] == "circle-open"
    assert trace(figure, "異常")["marker"]["symbol"].startswith("x")
    assert list(trace(figure, "良")["y"]) == [1.0, 1.1]


def test_a_spike_of_hundreds_of_metres_does_not_flatten_the_curve_and_tells_its_value() -> None:
    figure = drawn([at(10, 1.0), at(5, 655.35, Quality.BAD), at(0, 1.1)])
    low, high = figure["layout"]["yaxis"]["range"]
    assert high < 6
    assert low <= trace(figure, "異常")["y"][0] <= high
    assert trace(figure, "異常")["customdata"][0] == "655.35"


def test_a_gap_in_the_reports_breaks_the_line() -> None:
    assert None in trace(drawn([at(120, 1.0), at(10, 1.2), at(0, 1.3)]), "良")["y"]
    assert None not in trace(drawn([at(20, 1.0), at(10, 1.2), at(0, 1.3)]), "良")["y"]


def test_a_thinned_course_is_one_line_where_every_step_has_readings() -> None:
    """Of two neighbouring steps the first mark of the one and the last of the other may be left."""
    course = Course([at(170, 1.0), at(60, 1.2), at(59, 1.3)], timedelta(hours=1))
    figure = hydrograph(bridge([at(0, 1.3)]), course, SINCE, NOW, WORDS).to_plotly_json()
    assert None not in trace(figure, "良")["y"]
    course = Course([at(190, 1.0), at(60, 1.2)], timedelta(hours=1))
    figure = hydrograph(bridge([at(0, 1.3)]), course, SINCE, NOW, WORDS).to_plotly_json()
    assert None in trace(figure, "良")["y"]


def test_times_below_a_year_say_the_year() -> None:
    course = Course([at(10, 1.0)], timedelta(days=1))
    year = hydrograph(bridge([at(0, 1.3)]), course, NOW - timedelta(days=365), NOW, WORDS).to_plotly_json()
    assert year["layout"]["xaxis"]["tickformat"] == "%Y/%m"
    assert drawn([at(10, 1.0)])["layout"]["xaxis"]["tickformat"].startswith("%H:%M")


def test_times_are_those_of_japan() -> None:
    shown = trace(drawn([at(10, 1.0), at(0, 1.1)]), "良")["x"][-1]
    assert shown == datetime(2026, 7, 1, 21, 0)  # noqa: DTZ001


def test_an_empty_range_says_so() -> None:
    assert "観測値なし" in [each["text"] for each in drawn([])["layout"]["annotations"]]


def test_labels_of_thresholds_do_not_lie_on_each_other() -> None:
    heights = label_heights({2: 1.0, 3: 1.3, 4: 1.7, 5: 4.0}, (0.0, 5.0))
    assert all(higher - lower >= 0.37 for lower, higher in itertools.pairwise(heights.values()))
    assert heights[2] == 1.0
    assert heights[5] == 4.0


def test_of_thresholds_that_nearly_coincide_only_the_highest_is_labelled() -> None:
    assert label_heights({2: 1.0, 3: 1.01, 4: 1.02, 5: 4.0}, (0.0, 5.0)) == {4: 1.02, 5: 4.0}


def test_marks_that_are_drawn_are_explained_and_others_are_not() -> None:
    figure = drawn([at(20, 1.0), at(10, 2.0, Quality.SUSPECT), at(0, 1.1)])
    assert figure["layout"]["showlegend"]
    assert [each["name"] for each in figure["data"] if each["showlegend"]] == ["未確認"]
    assert not drawn([at(20, 1.0), at(0, 1.1)])["layout"]["showlegend"]


def test_a_stage_just_below_a_threshold_reads_below_it_on_the_curve_too() -> None:
    assert list(trace(drawn([at(10, 1.0), at(0, 2.196)]), "良")["customdata"]) == ["1.00", "2.19"]
