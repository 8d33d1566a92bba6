"""How sharp the edges of each part of a picture are, whatever its contrast and its noise. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.sight.structure import COLUMNS, ROWS, Tiles

FINE, COARSE = 1, 4
"""Steps in points of a picture about 640 wide over which the gradient is taken."""
CLEAR = 0.12
"""Energy of the coarse gradient (grey levels a point, squared) below which a tile shows no edge to judge."""

QUIET = 6
"""Tiles that are flatter than the one whose fine gradient is taken for noise."""


@dataclass(frozen=True, slots=True)
class Sharpness:
    """Energies of the fine and the coarse gradient by tile, noise taken off, and that noise (of the fine one)."""

    fine: Tiles
    coarse: Tiles
    noise: float

    def by_tile(self) -> Tiles:
        """Fine by coarse: 1 is a smooth ramp, a sharp edge about 4; not a number where there is no edge to judge."""
        shown = self.coarse > max(CLEAR, self.noise / 4)
        ratios: Tiles = np.where(shown, self.fine / np.maximum(self.coarse, CLEAR), np.nan).astype(np.float32)
        return ratios


def sharpness(work: NDArray[np.uint8]) -> Sharpness:
    """Of a grey picture about 640 wide.

    An edge out of focus is as steep over four points as over one; a sharp one is four times as steep over one. The
    ratio of both is the blur, independent of the edge's height (compare F. Crete et al., *The blur effect*, SPIE 2007).
    What the flattest tiles have of the fine gradient is noise and comes off everywhere.
    """
    fine_x, coarse_x = _energies(work[1::2].astype(np.int16), ROWS, COLUMNS)
    fine_y, coarse_y = _energies(work[:, 1::2].T.astype(np.int16), COLUMNS, ROWS)
    fine, coarse = (fine_x + fine_y.T) / 2, (coarse_x + coarse_y.T) / 2
    noise = float(np.partition(fine, QUIET, axis=None)[QUIET])
    return Sharpness(np.maximum(fine - noise, 0), np.maximum(coarse - noise / COARSE**2, 0), noise)


def _energies(lines: NDArray[np.int16], rows: int, columns: int) -> tuple[Tiles, Tiles]:
    """Mean squares of the gradient along the second axis over both steps, by tile."""
    middle = lines.shape[1] - 2 * COARSE
    fine = lines[:, COARSE + FINE : COARSE + FINE + middle] - lines[:, COARSE - FINE : COARSE - FINE + middle]
    coarse = lines[:, 2 * COARSE :] - lines[:, :middle]
    energies = _means(fine, rows, columns), _means(coarse, rows, columns)
    return energies[0] / np.float32(4 * FINE**2), energies[1] / np.float32(4 * COARSE**2)


def _means(differences: NDArray[np.int16], rows: int, columns: int) -> Tiles:
    squares = differences.astype(np.float32) ** 2
    height, width = squares.shape
    across = np.add.reduceat(squares, np.arange(columns) * width // columns, axis=1)
    sums = np.add.reduceat(across, np.arange(rows) * height // rows, axis=0)
    tiles: Tiles = (sums * np.float32(rows * columns / (height * width))).astype(np.float32)
    return tiles
