"""Noise that looks like nature's: tiles without seams, the same for the same seed."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating[Any]]
"""Numbers by row and column, or a row of colours for each ray; of single precision."""

TILE = 512
"""Width and height of a tile."""


@lru_cache(maxsize=48)
def fractal(seed: int, roughness: float, stretch: float = 1.0) -> Field:
    """A seamless tile with mean 0 and deviation 1 whose spectrum falls with the frequency to the power of roughness.

    ``roughness`` about 1 is rough like gravel, 2 soft like clouds. ``stretch`` above 1 draws it out along its rows.
    """
    chance = np.random.default_rng(seed)
    rows = np.fft.fftfreq(TILE)[:, None] * TILE
    columns = np.fft.rfftfreq(TILE)[None, :] * TILE * stretch
    frequency = np.hypot(rows, columns)
    frequency[0, 0] = 1.0
    spectrum = frequency**-roughness * np.exp(2j * np.pi * chance.random(frequency.shape))
    spectrum[0, 0] = 0.0
    tile = np.fft.irfft2(spectrum, s=(TILE, TILE))
    return np.asarray(np.clip(tile / tile.std(), -3, 3), dtype=np.float32)


def sampled(tile: Field, u: Field, v: Field) -> Field:
    """The tile between its points, at columns ``u`` and rows ``v`` that may run on beyond it."""
    left, top = np.floor(u), np.floor(v)
    right_part, lower_part = u - left, v - top
    column, row = left.astype(np.int32) & (TILE - 1), top.astype(np.int32) & (TILE - 1)
    next_column, next_row = (column + 1) & (TILE - 1), (row + 1) & (TILE - 1)
    upper = tile[row, column] * (1 - right_part) + tile[row, next_column] * right_part
    lower = tile[next_row, column] * (1 - right_part) + tile[next_row, next_column] * right_part
    return np.asarray(upper * (1 - lower_part) + lower * lower_part, dtype=np.float32)
