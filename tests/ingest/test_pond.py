"""How full a pond is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.hazard import POND_SHARE, default_levels
from ingest.pond import filled_pct, free_m3, volume_m3
from ingest.stations import Gauge, StationKind

TABLE = ((0.0, 0.0), (1.0, 1000.0), (2.0, 4000.0))


@st.composite
def tables(draw: st.DrawFn) -> tuple[tuple[float, float], ...]:
    steps = st.lists(st.tuples(st.floats(0.01, 5), st.floats(1, 10_000)), min_size=1, max_size=8)
    stage_m, held_m3 = draw(st.floats(-5, 5)), draw(st.floats(0, 500))
    rows = [(stage_m, held_m3)]
    for more_m, more_m3 in draw(steps):
        rows.append((rows[-1][0] + more_m, rows[-1][1] + more_m3))
    return tuple(rows)


@pytest.mark.parametrize(("stage_m", "pct", "left_m3"), [(0.5, 12.5, 3500), (1.0, 25, 3000), (1.5, 62.5, 1500)])
def test_between_the_rows_it_is_linear(stage_m: float, pct: float, left_m3: float) -> None:
    assert filled_pct(TABLE, stage_m) == pct
    assert free_m3(TABLE, stage_m) == left_m3


@pytest.mark.parametrize(("stage_m", "pct"), [(-3.0, 0.0), (2.0, 100.0), (9.0, 100.0)])
def test_outside_of_the_rows_it_is_empty_or_full_and_no_more_is_claimed(stage_m: float, pct: float) -> None:
    assert filled_pct(TABLE, stage_m) == pct


def test_what_lies_below_the_first_row_is_held_all_the_same() -> None:
    assert volume_m3(((1.0, 200.0), (2.0, 1000.0)), 0.5) == 200.0
    assert filled_pct(((1.0, 200.0), (2.0, 1000.0)), 0.5) == 20.0


@pytest.mark.parametrize("table", [(), ((1.0, 500.0),), ((0.0, -5.0), (1.0, 0.0))])
def test_without_a_table_nothing_is_claimed(table: tuple[tuple[float, float], ...]) -> None:
    assert filled_pct(table, 1.0) is None
    assert free_m3(table, 1.0) is None


def test_the_default_thresholds_of_a_pond_are_these_per_cent() -> None:
    gauge = Gauge(id="pond-01", station_id="pond", stage_volume=TABLE)
    for hazard, stage_m in default_levels(StationKind.RETENTION_POND, gauge).items():
        assert filled_pct(TABLE, stage_m) == pytest.approx(100 * POND_SHARE[hazard], abs=0.1)


@given(tables())
def test_a_row_gives_back_its_very_volume(table: tuple[tuple[float, float], ...]) -> None:
    for stage_m, held_m3 in table:
        assert volume_m3(table, stage_m) == pytest.approx(held_m3, rel=1e-9)
        assert free_m3(table, stage_m) == pytest.approx(table[-1][1] - held_m3, abs=1e-6 * table[-1][1])


@given(tables(), st.lists(st.floats(-20, 60), min_size=2, max_size=20))
def test_more_water_is_never_a_smaller_share(table: tuple[tuple[float, float], ...], stages: list[float]) -> None:
    found = [filled_pct(table, each) for each in sorted(stages)]
    assert all(each is not None and 0 <= each <= 100 for each in found)
    assert all(low is not None and high is not None and low <= high + 1e-9 for low, high in pairwise(found))
