"""The ladder: from a stage to a hazard of 0 to 5, one scale for all kinds of station.

Comparison is "at or above", as the official system compares: of 1,058,266 observations of the
national crisis-management gauges its state code is reproduced by ``>=`` in all but 34, ties included.
A hazard says what the water does at one gauge. It is not the alert level that an authority issues.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime

from ingest.stations import Gauge, StationKind, in_force

TOP = 5
UNDERPASS_DEPTH_M = {2: 0.05, 4: 0.15, 5: 0.30}
"""Depth on the road: 5 cm take care, 15 cm closed (several prefectures), 30 cm stalls a car."""
WATERWAY_SHARE = {2: 0.60, 3: 0.80, 5: 1.00}
"""Shares of the depth to the bank; hazard 4 only where 内水氾濫危険水位 is set."""
POND_SHARE = {2: 0.60, 3: 0.80, 4: 0.90, 5: 1.00}
"""Shares of a retention pond's volume."""

Levels = Mapping[int, float]
"""Hazard → stage_m at which it begins."""


def hazard_at(stage_m: float, levels: Levels) -> int:
    """The highest hazard whose threshold the stage is at or above; 0 below all of them."""
    return max((hazard for hazard, threshold_m in levels.items() if stage_m >= threshold_m), default=0)


def levels_at(kind: StationKind, gauge: Gauge, at: datetime) -> Levels:
    """The thresholds in force for a gauge at a time: its own, else the defaults of its kind."""
    own = in_force(gauge.thresholds, at)
    return own.levels if own is not None else default_levels(kind, gauge)


def default_levels(kind: StationKind, gauge: Gauge) -> Levels:
    """Thresholds for a gauge without its own; empty where the kind has no default for what is known of it."""
    if kind is StationKind.UNDERPASS:
        return UNDERPASS_DEPTH_M
    if kind is StationKind.RETENTION_POND:
        return _pond_levels(gauge)
    if kind in (StationKind.WATERWAY, StationKind.PUMP_STATION):
        return _waterway_levels(gauge)
    return {}


def _waterway_levels(gauge: Gauge) -> Levels:
    if gauge.bank_m is None:
        return {}
    levels = {hazard: round(share * gauge.bank_m, 3) for hazard, share in WATERWAY_SHARE.items()}
    if gauge.inner_flood_m is not None:
        levels[4] = gauge.inner_flood_m
    return dict(sorted(levels.items()))


def _pond_levels(gauge: Gauge) -> Levels:
    if len(gauge.stage_volume) < 2:
        return {}
    full_m3 = gauge.stage_volume[-1][1]
    return {
        hazard: round(stage_at_volume(gauge.stage_volume, share * full_m3), 3) for hazard, share in POND_SHARE.items()
    }


def stage_at_volume(table: tuple[tuple[float, float], ...], volume_m3: float) -> float:
    """Stage in metres at which a pond holds ``volume_m3``, linear between the rows of its table."""
    for (low_m, low_m3), (high_m, high_m3) in itertools.pairwise(table):
        if volume_m3 <= high_m3 and high_m3 > low_m3:
            return low_m + (high_m - low_m) * (volume_m3 - low_m3) / (high_m3 - low_m3)
    return table[-1][0]
