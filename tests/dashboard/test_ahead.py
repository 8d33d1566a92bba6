"""The extrapolation to the next threshold and its fan."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dashboard.ahead import FAR_H, RESOLUTION_M, ahead, bounds
from dashboard.figures import GraphWords, hydrograph
from dashboard.hydrograph_layers import Layers
from dashboard.views import GaugeView
from ingest.readings import Quality, Reading
from ingest.store.protocol import Course
from tests.dashboard.test_figures import NOW, SECOND, SINCE, at, bridge

WORDS = GraphWords("水位", "良", "未確認", "異常", "観測値なし", {n: f"段階{n}" for n in range(1, 6)})
"""The thresholds of the bridge lie at 1.6, 2.2, 2.8, 3.3 and 4.1 m."""


def rising(*stages: float) -> GaugeView:
    """Readings every ten minutes up to now."""
    return bridge(_every_ten(stages))


def _every_ten(stages: tuple[float, ...]) -> list[Reading]:
    return [at(10 * (len(stages) - 1 - number), stage_m) for number, stage_m in enumerate(stages)]


def test_the_fan_reaches_from_the_slower_to_the_faster_of_both_paces_with_the_last_digit() -> None:
    found = ahead(rising(1.0, 1.05, 1.1, 1.15, 1.35))  # 0.3 m/h before, 1.2 m/h in the last ten minutes
    assert found is not None
    assert (found.hazard, found.level_m, found.stage_m) == (1, 1.6, 1.35)
    assert found.likely_m_per_h == pytest.approx(1.2)
    assert found.fast_m_per_h == pytest.approx(1.2 + RESOLUTION_M * 6)
    assert found.slow_m_per_h < 0.5
    assert found.soonest_h < found.likely_h
    assert found.latest_h is None or found.latest_h > found.likely_h


def test_nothing_is_extrapolated_while_it_falls_stands_or_is_doubted() -> None:
    up = rising(1.0, 1.1, 1.2, 1.3, 1.4)
    assert ahead(up) is not None
    assert ahead(up, doubted=True) is None
    assert ahead(rising(1.4, 1.3, 1.2, 1.1, 1.0)) is None
    assert ahead(rising(1.4, 1.4, 1.4, 1.4, 1.4)) is None
    doubtful = (
        replace(up, silent=True),
        replace(up, unconfirmed=True),
        replace(up, sensor_fault=True),
        replace(up, held_over=True),
    )
    assert [ahead(each) for each in doubtful] == [None] * 4
    assert ahead(rising(4.2, 4.3, 4.4, 4.5)) is None, "there is no threshold above"


def test_what_would_take_longer_than_three_hours_is_not_said() -> None:
    slow = rising(1.0, 1.01, 1.02, 1.03, 1.04)  # 0.06 m/h: nine hours to 1.60
    assert slow.rise_m_per_h == pytest.approx(0.06)
    assert ahead(slow) is None


@given(
    pace=st.floats(0.06, 20),
    slopes=st.tuples(st.none() | st.floats(-5, 20), st.none() | st.floats(-5, 20)),
    stage_m=st.floats(1.0, 1.59),
)
def test_the_fan_holds_its_middle_never_falls_and_never_passes_the_threshold(
    pace: float, slopes: tuple[float | None, float | None], stage_m: float
) -> None:
    view = rising(1.0, 1.1, 1.2, 1.3, 1.4)
    assert view.shown is not None
    shown = replace(view.shown, value=stage_m)
    found = ahead(replace(view, shown=shown, rise_m_per_h=pace, slopes_m_per_h=slopes))
    assume(found is not None)
    assert found is not None
    assert 0 <= found.slow_m_per_h <= found.likely_m_per_h <= found.fast_m_per_h
    assert found.soonest_h <= found.likely_h <= FAR_H
    corners = found.fan()
    assert corners[0] == corners[-1] == (found.at, found.stage_m)
    assert all(found.stage_m - 1e-9 <= stage <= found.level_m + 1e-9 for _, stage in corners)
    assert all(found.at <= when <= found.at + timedelta(hours=FAR_H, seconds=1) for when, _ in corners)


def test_without_a_slope_the_pace_alone_bounds_it() -> None:
    assert bounds(1.2, (None, None)) == (1.2, 1.2)


def test_the_figure_makes_room_for_the_fan_and_says_that_it_is_no_forecast() -> None:
    readings = _every_ten((1.0, 1.1, 1.2, 1.3, 1.4))
    view = bridge(readings)
    found = ahead(view)
    assert found is not None
    layers = Layers(found, "外挿（予測ではありません）")
    figure = hydrograph(view, Course(readings, SECOND), SINCE, NOW, WORDS, layers=layers).to_plotly_json()
    assert "外挿（予測ではありません）" in [each["text"] for each in figure["layout"]["annotations"]]
    ends = figure["layout"]["xaxis"]["range"][1]
    assert ends >= (NOW + timedelta(hours=9 + found.likely_h)).replace(tzinfo=None)
    line = next(each for each in figure["data"] if each["name"] == "良")
    assert list(line["y"]) == [1.0, 1.1, 1.2, 1.3, 1.4], "what is extrapolated is no part of the line"


def test_a_suspect_reading_is_never_a_point_of_the_line() -> None:
    readings = [at(20, 1.0), at(10, 4.0, Quality.SUSPECT), at(0, 1.1)]
    figure = hydrograph(bridge(readings), Course(readings, SECOND), SINCE, NOW, WORDS).to_plotly_json()
    line = next(each for each in figure["data"] if each["name"] == "良")
    assert list(line["y"]) == [1.0, 1.1]
