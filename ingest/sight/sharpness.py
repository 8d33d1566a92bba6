"""How sharp the edges of each part of a picture are, whatever its contrast and its noise. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.sight.structure import COLUMNS, ROWS, Grey, Tiles, by_tile, gradients

STEP = 1
"""Points of a picture about 640 wide to both sides over which the gradient is taken."""
GRAIN = 4 / 25
"""What the noise of the fine gradient leaves in the picture in small, a mean of 25 points each (grain is not white)."""
CLEAR = 0.6
"""Energy of the gradient in small (grey levels a point, squared) below which a tile shows no edge."""
SURE = 0.25
"""Part of the noise's energy by which what is left of a tile's may be wrong once the noise is taken off."""
GROUPS, QUIET = 4, 2
"""Groups of tiles by brightness, and how many of each are flatter than the one that is taken for noise."""
LEAST = 1e-3


@dataclass(frozen=True, slots=True)
class Sharpness:
    """Energies of the gradient by tile, fine and in small, noise taken off, and that noise (of the fine one)."""

    fine: Tiles
    small: Tiles
    noise: Tiles

    def ratio(self) -> Tiles:
        """Fine by small: high where edges are sharp; not a number in tiles that show too little of either."""
        sure = (self.small > CLEAR) & (self.fine > self.unsure)
        ratios: Tiles = np.where(sure, self.fine / np.maximum(self.small, LEAST), np.nan).astype(np.float32)
        return ratios

    @property
    def unsure(self) -> Tiles:
        """Fine energy that may be noise alone."""
        return np.float32(SURE) * self.noise + np.float32(LEAST)


def sharpness(work: NDArray[np.uint8], small: Grey) -> Sharpness:
    """Of a grey picture about 640 wide, and of the same picture in small (128×72).

    Haze, dusk and rain take contrast from both alike; a lens out of focus takes the fine gradient first. So the ratio
    of both energies is the blur, whatever the contrast (compare F. Crete et al., *The blur effect*, SPIE 2007, which
    blurs the picture once more to get its second scale). What the flattest tiles have of the fine gradient is noise
    and comes off the others.
    """
    across = _energies(work[1::2].astype(np.int16), ROWS, COLUMNS)
    down = _energies(work[:, 1::2].T.astype(np.int16), COLUMNS, ROWS).T
    fine: Tiles = (across + down) * np.float32(0.5)
    noise = _noise(fine, by_tile(small))
    edges = by_tile(np.abs(gradients(small)) ** 2) - np.float32(GRAIN) * noise
    return Sharpness(np.maximum(fine - noise, 0), np.maximum(edges, 0), noise)


def _noise(fine: Tiles, light: Tiles) -> Tiles:
    """The least fine energy of tiles of like brightness: a sensor's noise grows with light and is cut off in black."""
    order = np.argsort(light, axis=None, kind="stable").reshape(GROUPS, -1)
    least = np.partition(fine.reshape(-1)[order], QUIET, axis=1)[:, QUIET]
    middles = light.reshape(-1)[order].mean(axis=1)
    noise: Tiles = np.interp(light, middles, least).astype(np.float32)
    return noise


def _energies(lines: NDArray[np.int16], rows: int, columns: int) -> Tiles:
    """Mean squares of the gradient along the second axis, by tile."""
    squares = (lines[:, 2 * STEP :] - lines[:, : -2 * STEP]).astype(np.float32) ** 2
    height, width = squares.shape
    along = np.add.reduceat(squares, np.arange(columns) * width // columns, axis=1)
    sums = np.add.reduceat(along, np.arange(rows) * height // rows, axis=0)
    tiles: Tiles = sums * np.float32(rows * columns / (height * width * 4 * STEP**2))
    return tiles
