"""How a stage is written for people: the same on every screen and in every message."""

from __future__ import annotations

import math


def centimetres(stage_m: float) -> float:
    """A stage in metres, cut down to whole centimetres.

    Cut, not rounded: a stage of 2.896 m must not be read as 2.90 m where danger begins at 2.90 m and is not reached.
    A few millimetres below zero are the noise of a dry sensor and are written as zero.
    """
    cut_m = math.floor(round(stage_m * 1000) / 10) / 100
    return 0.0 if stage_m > cut_m == -0.01 else cut_m


def shown_m(stage_m: float) -> str:
    """The stage as text with two decimals, without its unit."""
    return f"{centimetres(stage_m):.2f}"
