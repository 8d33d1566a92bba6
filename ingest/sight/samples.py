"""Where a picture is sampled to the pixel, and what its samples say of its light. Pure."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.uint8]
SIDE = 64
"""Samples along each side of the picture: 4,096 in all."""
Box = tuple[float, float, float, float]
"""Left, top, right and bottom as shares of width and height, from the upper left."""


def samples(grey: NDArray[np.uint8]) -> Samples:
    """Single pixels, unsmoothed, one at a fixed place of each cell of the grid; what an encoder did not touch stays."""
    rows, columns = _places(*grey.shape)
    taken: Samples = grey[rows, columns]
    return taken


def outside(area: Box | None) -> NDArray[np.bool_]:
    """Which samples lie outside of an area, with a margin for the encoder's blocks."""
    return _outside(area)


@lru_cache(maxsize=64)
def _places(height: int, width: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    across, down = _shares()
    return (down * height).astype(np.intp), (across * width).astype(np.intp)


@lru_cache(maxsize=1)
def _shares() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A jittered grid: no regular pattern of a picture can fall between all samples."""
    chance = np.random.default_rng(4096)
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    return (column + chance.random(SIDE * SIDE)) / SIDE, (row + chance.random(SIDE * SIDE)) / SIDE


@lru_cache(maxsize=64)
def _outside(area: Box | None) -> NDArray[np.bool_]:
    if area is None:
        return np.ones(SIDE * SIDE, dtype=np.bool_)
    left, top, right, bottom = area
    across, down = _shares()
    margin = 16 / 640
    inside = (across > left - margin) & (across < right + margin) & (down > top - margin) & (down < bottom + margin)
    return ~inside
