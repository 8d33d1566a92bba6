"""The ladder and its defaults."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.hazard import default_levels, hazard_at, levels_at, stage_at_volume
from ingest.stations import Gauge, StationKind, ThresholdSet
from tests.ingest.cities import LEVELS


def gauge(**more: Any) -> Gauge:
    return Gauge(id="g", station_id="s", **more)


@pytest.mark.parametrize(("stage_m", "hazard"), [(1.999, 0), (2.0, 1), (3.49, 2), (4.0, 4), (5.0, 5), (99, 5)])
def test_a_stage_at_a_threshold_has_reached_it(stage_m: float, hazard: int) -> None:
    assert hazard_at(stage_m, LEVELS) == hazard


@given(st.floats(-100, 100), st.floats(-100, 100))
def test_higher_water_is_never_less_hazard(one_m: float, other_m: float) -> None:
    assert hazard_at(max(one_m, other_m), LEVELS) >= hazard_at(min(one_m, other_m), LEVELS)


def test_levels_that_a_city_does_not_use_are_passed_over() -> None:
    assert [hazard_at(stage_m, {1: 1.0, 4: 2.0}) for stage_m in (0.9, 1.0, 1.99, 2.0)] == [0, 1, 1, 4]


def test_an_underpass_is_closed_at_15_centimetres() -> None:
    levels = default_levels(StationKind.UNDERPASS, gauge())
    assert [hazard_at(depth_m, levels) for depth_m in (0.04, 0.05, 0.14, 0.15, 0.30)] == [0, 2, 2, 4, 5]


def test_a_waterway_counts_in_shares_of_the_depth_to_its_bank() -> None:
    levels = default_levels(StationKind.WATERWAY, gauge(bank_m=2.0))
    assert levels == {2: 1.2, 3: 1.6, 5: 2.0}


def test_the_inner_flood_level_of_a_waterway_is_hazard_4() -> None:
    levels = default_levels(StationKind.WATERWAY, gauge(bank_m=2.0, inner_flood_m=1.8))
    assert levels == {2: 1.2, 3: 1.6, 4: 1.8, 5: 2.0}


def test_a_pump_station_counts_by_its_inner_stage_as_a_waterway() -> None:
    assert default_levels(StationKind.PUMP_STATION, gauge(bank_m=3.0)) == {2: 1.8, 3: 2.4, 5: 3.0}


def test_a_pond_counts_by_volume_not_by_stage() -> None:
    # A pond that widens upwards: the lower metre holds 100 m³, the upper one 300.
    levels = default_levels(StationKind.RETENTION_POND, gauge(stage_volume=((0, 0), (1, 100), (2, 400))))
    assert levels == {2: 1.467, 3: 1.733, 4: 1.867, 5: 2.0}


def test_a_river_has_no_defaults() -> None:
    assert default_levels(StationKind.RIVER, gauge(bank_m=3.0)) == {}


def test_a_volume_beyond_the_table_is_the_top_of_the_table() -> None:
    assert stage_at_volume(((0, 0), (2, 400)), 500) == 2


def test_a_past_stage_is_judged_by_the_thresholds_of_its_day() -> None:
    changed = datetime(2026, 6, 1, tzinfo=UTC)
    sets = (
        ThresholdSet(valid_from=changed - timedelta(days=1000), levels={4: 5.0}),
        ThresholdSet(valid_from=changed, levels={4: 4.0}),
    )
    observed = gauge(thresholds=sets)
    assert levels_at(StationKind.RIVER, observed, changed - timedelta(seconds=1)) == {4: 5.0}
    assert levels_at(StationKind.RIVER, observed, changed) == {4: 4.0}


def test_before_the_first_set_the_first_set_counts() -> None:
    sets = (ThresholdSet(valid_from=datetime(2026, 6, 1, tzinfo=UTC), levels={4: 4.0}),)
    assert levels_at(StationKind.RIVER, gauge(thresholds=sets), datetime(2020, 1, 1, tzinfo=UTC)) == {4: 4.0}


def test_own_thresholds_replace_the_defaults_whole() -> None:
    sets = (ThresholdSet(valid_from=datetime(2020, 1, 1, tzinfo=UTC), levels={3: 0.10}),)
    assert levels_at(StationKind.UNDERPASS, gauge(thresholds=sets), datetime(2026, 1, 1, tzinfo=UTC)) == {3: 0.10}


def test_a_higher_hazard_cannot_begin_lower() -> None:
    with pytest.raises(ValueError, match="higher hazard"):
        ThresholdSet(valid_from=datetime(2020, 1, 1, tzinfo=UTC), levels={1: 3.0, 2: 2.0})


def test_a_tie_with_a_threshold_in_feet_survives_the_rounding_to_the_millimetre() -> None:
    four_feet = ThresholdSet(valid_from=datetime(2020, 1, 1, tzinfo=UTC), levels={1: 1.2192})
    assert hazard_at(round(1.2192, 3), four_feet.levels) == 1
