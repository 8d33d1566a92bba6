"""The cross-section with the water in it."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from dashboard.cross_section import Point, SectionWords, cross_section, profile, wetted
from tests.dashboard.test_figures import at, bridge

WORDS = SectionWords("高さ", "距離", "天端", "最後の値")
TROUGH = ((0.0, 4.0), (2.0, 0.0), (6.0, 0.0), (8.0, 4.0))
BEHIND_A_BANK = ((0.0, 3.0), (1.0, 0.0), (3.0, 0.0), (4.0, 2.0), (5.0, 0.5), (7.0, 0.5), (8.0, 3.0))

heights = st.floats(-3, 6, allow_nan=False)


def _points(steps: list[tuple[float, float]]) -> tuple[Point, ...]:
    offsets = accumulate(step for step, _ in steps)
    return tuple(zip(offsets, (height for _, height in steps), strict=True))


sections = st.lists(st.tuples(st.floats(0.01, 5), heights), min_size=3, max_size=12).map(_points)


def test_water_lies_between_the_banks() -> None:
    assert wetted(TROUGH, 2.0) == [(1.0, 2.0), (2.0, 0.0), (6.0, 0.0), (7.0, 2.0)]


def test_a_dry_bed_has_no_water_and_an_overfull_one_ends_with_the_survey() -> None:
    assert wetted(TROUGH, 0.0) == []
    assert wetted(TROUGH, 5.0)[0] == (0.0, 5.0)
    assert wetted(TROUGH, 5.0)[-1] == (8.0, 5.0)


def test_what_lies_lower_behind_a_bank_that_holds_is_dry() -> None:
    assert max(x for x, _ in wetted(BEHIND_A_BANK, 1.5)) < 4.0
    assert max(x for x, _ in wetted(BEHIND_A_BANK, 2.5)) > 7.0


@given(sections, heights)
def test_the_water_is_level_and_lies_on_the_ground(points: tuple[Point, ...], stage_m: float) -> None:
    found = wetted(points, stage_m)
    if not found:
        assert min(height for _, height in points) >= stage_m
        return
    assert found[0][1] == found[-1][1] == stage_m
    assert all(height <= stage_m for _, height in found)
    assert all(before[0] <= after[0] for before, after in pairwise(found))
    assert min(height for _, height in found) == min(height for _, height in points)


@given(sections, heights, st.floats(0.01, 2))
def test_higher_water_is_never_narrower(points: tuple[Point, ...], stage_m: float, more_m: float) -> None:
    lower, higher = wetted(points, stage_m), wetted(points, stage_m + more_m)
    if lower:
        assert higher[0][0] <= lower[0][0] + 1e-9
        assert higher[-1][0] >= lower[-1][0] - 1e-9


def test_without_a_survey_a_plain_trough_from_zero_to_the_crown_is_drawn_without_a_scale_across() -> None:
    view = bridge([at(0, 1.3)])
    gauge = view.gauge.model_copy(update={"crown_m": 4.5})
    drawn = profile(gauge, view.levels, 1.3)
    assert (min(height for _, height in drawn), max(height for _, height in drawn)) == (0.0, 4.5)
    figure = cross_section(replace(view, gauge=gauge), WORDS).to_plotly_json()
    assert not figure["layout"]["xaxis"]["visible"]
    assert any("天端 4.50" in each["text"] for each in figure["layout"]["annotations"])
    surveyed = replace(view, gauge=gauge.model_copy(update={"section": TROUGH}))
    figure = cross_section(surveyed, WORDS).to_plotly_json()
    assert figure["layout"]["xaxis"]["visible"]
    assert tuple(figure["layout"]["xaxis"]["range"]) == (0.0, 8.0)


def test_water_that_is_not_believed_has_no_body_and_says_so() -> None:
    view = replace(bridge([at(0, 1.3)]), unconfirmed=True)
    figure = cross_section(view, WORDS).to_plotly_json()
    assert len(figure["data"]) == 2
    assert figure["data"][1]["line"]["dash"] == "dot"
    assert any("最後の値" in each["text"] for each in figure["layout"]["annotations"])
    assert len(cross_section(bridge([at(0, 1.3)]), WORDS).data) == 3
