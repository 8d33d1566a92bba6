"""Laws of reservoirs and basins."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.runoff import Catchment, basin, nash_cascade

rains = st.lists(st.floats(0, 200), min_size=1, max_size=60)


@given(rains, st.integers(1, 4), st.floats(60, 7200))
def test_water_is_never_negative_and_never_made(rain: list[float], reservoirs: int, k_s: float) -> None:
    flow = nash_cascade(rain, reservoirs, k_s, 60)
    assert min(flow) >= 0
    assert sum(flow) <= sum(rain) * (1 + 1e-9)


def test_all_the_rain_flows_off_in_the_end() -> None:
    flow = nash_cascade([30.0] * 60 + [0.0] * 3000, 3, 1500, 60)
    assert sum(flow) == pytest.approx(30 * 60)


def test_the_flow_recedes_for_ever_once_it_has_peaked_after_the_rain() -> None:
    flow = nash_cascade([50.0] * 20 + [0.0] * 400, 3, 900, 60)
    peak = flow.index(max(flow))
    assert peak >= 20
    assert all(later < earlier for earlier, later in itertools.pairwise(flow[peak:]))


def test_a_slower_catchment_peaks_later_and_lower() -> None:
    rain = [60.0] * 15 + [0.0] * 600
    quick, slow = nash_cascade(rain, 2, 300, 60), nash_cascade(rain, 3, 1800, 60)
    assert slow.index(max(slow)) > quick.index(max(quick)) + 20
    assert max(slow) < max(quick)


@given(rains, st.floats(0, 100))
def test_a_basin_holds_at_least_inflow_minus_outflow_and_never_less_than_nothing(
    inflow: list[float], drain: float
) -> None:
    volumes = basin(inflow, drain, 60)
    assert min(volumes) >= 0
    assert volumes[-1] >= 60 * (sum(inflow) - drain * len(inflow)) - 1e-6


def test_a_response_is_a_share_of_its_largest() -> None:
    response = Catchment(2, 300, drained_share=0.5).response([0.0, 10.0, 40.0, 5.0] + [0.0] * 60, 60)
    assert max(response) == 1
    assert response[-1] == 0


def test_without_rain_nothing_responds() -> None:
    assert Catchment(2, 300, drained_share=0.5).response([0.0] * 10, 60) == [0.0] * 10
