"""From rain to water: linear reservoirs and basins with a drain, on even time steps.

The cascade of equal linear reservoirs is Nash's (1957), its answer to a unit of rain the gamma unit hydrograph;
each reservoir is solved exactly for input that is constant over a step, so it never goes below zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Catchment:
    """How a place answers rain.

    ``reservoirs`` of ``k_s`` seconds each; ``drained_share`` is what a drain or pump takes away, as a share of the
    largest inflow (0: the flow itself is what counts); stage goes with the ``rating``-th power of flow or volume.
    """

    reservoirs: int
    k_s: float
    drained_share: float = 0.0
    rating: float = 1.0

    def response(self, rain_mm_per_h: Sequence[float], step_s: float) -> list[float]:
        """Flow or volume over time as a share of its largest (0 to 1); all 0 without rain."""
        flow = nash_cascade(rain_mm_per_h, self.reservoirs, self.k_s, step_s)
        if self.drained_share > 0:
            flow = basin(flow, self.drained_share * max(flow, default=0.0), step_s)
        largest = max(flow, default=0.0)
        return [value / largest for value in flow] if largest > 0 else [0.0] * len(flow)


def nash_cascade(inflow: Sequence[float], reservoirs: int, k_s: float, step_s: float) -> list[float]:
    """Outflow of equal linear reservoirs in series, in the unit of the inflow. Starts empty."""
    gain = 1 - math.exp(-step_s / k_s)
    flow = list(inflow)
    for _ in range(reservoirs):
        out = 0.0
        for index, value in enumerate(flow):
            out += (value - out) * gain
            flow[index] = out
    return flow


def basin(inflow: Sequence[float], drain: float, step_s: float) -> list[float]:
    """Volume held where at most ``drain`` flows away: inflow × seconds. Never negative, starts empty."""
    held = 0.0
    volumes = []
    for value in inflow:
        held = max(0.0, held + (value - drain) * step_s)
        volumes.append(held)
    return volumes
