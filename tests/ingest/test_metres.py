"""A stage as people read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.metres import centimetres, shown_m


@pytest.mark.parametrize(
    ("stage_m", "text"),
    [
        (2.896, "2.89"),
        (2.90, "2.90"),
        (0.046, "0.04"),
        (0.05, "0.05"),
        (-0.001, "0.00"),
        (-0.01, "-0.01"),
        (-0.011, "-0.02"),
        (0.0, "0.00"),
        (1.15, "1.15"),
    ],
)
def test_a_stage_is_cut_to_centimetres(stage_m: float, text: str) -> None:
    assert shown_m(stage_m) == text


@given(st.integers(-5000, 50000), st.integers(1, 5000))
def test_what_is_shown_reaches_a_threshold_exactly_when_the_stage_does(stage_mm: int, threshold_cm: int) -> None:
    assert (centimetres(stage_mm / 1000) >= threshold_cm / 100) == (stage_mm >= threshold_cm * 10)
