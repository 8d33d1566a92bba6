"""How full a retention pond is, from the table of its stages and volumes. Pure.

Linear between the rows; outside of them nothing is claimed but that it is empty, or full. A pond is full at the last
row of its table.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

Table = Sequence[tuple[float, float]]
"""Rows of (stage in metres, volume in cubic metres), both rising; of a gauge ``stage_volume``."""


def volume_m3(table: Table, stage_m: float) -> float | None:
    """What a pond holds at a stage; below the first row as at that, above the last as at that. None without a table,
    and with one that ends without any volume."""
    if len(table) < 2 or table[-1][1] <= 0:
        return None
    if stage_m >= table[-1][0]:
        return table[-1][1]
    for (low_m, low_m3), (high_m, high_m3) in itertools.pairwise(table):
        if stage_m <= high_m:
            share = max(0.0, (stage_m - low_m) / (high_m - low_m))
            return low_m3 + share * (high_m3 - low_m3)
    return None


def filled_pct(table: Table, stage_m: float) -> float | None:
    """How much of its volume is used, 0 to 100; None without a table."""
    held_m3 = volume_m3(table, stage_m)
    return None if held_m3 is None else min(100.0, max(0.0, 100.0 * held_m3 / table[-1][1]))


def free_m3(table: Table, stage_m: float) -> float | None:
    """How many cubic metres it still takes; None without a table."""
    held_m3 = volume_m3(table, stage_m)
    return None if held_m3 is None else max(0.0, table[-1][1] - held_m3)
