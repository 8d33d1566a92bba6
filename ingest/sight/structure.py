"""The structure of a picture in small: where edges run, whatever the light, and how like two pictures are in it. Pure.

Edges are kept by their direction (*orientation correlation*: A. J. Fitch et al., BMVC 2002): each point is the
gradient as a complex number, divided by its own size. So brightness, contrast and haze hardly matter, and a match of
two pictures is a correlation that a Fourier transform gives for all displacements at once.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]
Field = NDArray[np.complex64]
Tiles = NDArray[np.float32]
WIDTH, HEIGHT = 128, 72
TILE = 8
ROWS, COLUMNS = HEIGHT // TILE, WIDTH // TILE
AROUND = 4
FAINT = 1.0
"""Gradient in grey levels a point below which an edge counts for little: noise and the encoder make as much."""


def gradients(small: Grey) -> Field:
    """Central differences as complex numbers, zero at the rim; grey levels a point.

    What changes slowly over the view is taken out first: it is sky, shade and haze.
    """
    small = small - _surroundings(small)
    field = np.zeros(small.shape, dtype=np.complex64)
    field.real[:, 1:-1] = (small[:, 2:] - small[:, :-2]) / 2
    field.imag[1:-1, :] = (small[2:, :] - small[:-2, :]) / 2
    return field


def _surroundings(small: Grey) -> Grey:
    """The mean of 9×9 points about each point, by running sums."""
    wide = 2 * AROUND + 1
    sums = (
        np.pad(small, ((AROUND + 1, AROUND), (AROUND + 1, AROUND)), mode="edge").cumsum(0, dtype=np.float64).cumsum(1)
    )
    boxes = sums[wide:, wide:] - sums[:-wide, wide:] - sums[wide:, :-wide] + sums[:-wide, :-wide]
    means: Grey = (boxes / wide**2).astype(np.float32)
    return means


def directions(gradient: Field, faint: Grey | float = FAINT) -> Field:
    """Each edge by its direction, near 1 in size where it is clear, near 0 where it is faint."""
    bounded: Field = gradient / (np.abs(gradient) + faint)
    return bounded


def by_tile(points: NDArray[np.float32]) -> Tiles:
    """Means of tiles of 8×8 points, 9 rows of 16."""
    tiles: Tiles = points.reshape(ROWS, TILE, COLUMNS, TILE).mean(axis=(1, 3))
    return tiles


def likeness(one: Field, other: Field) -> Tiles:
    """How alike the edges of each tile run: 1 the same, 0 nothing in common, whatever their strength."""
    common = by_tile((one * other.conj()).real)
    sizes = by_tile(np.abs(one) ** 2) * by_tile(np.abs(other) ** 2)
    alike: Tiles = common / np.sqrt(sizes + np.float32(1e-6))
    return alike


def moved(field: Field, right: int, down: int) -> Field:
    """The field as it would be if the picture had moved; what comes in from outside is empty."""
    out = np.zeros_like(field)
    height, width = field.shape
    to_rows, from_rows = _overlap(down, height)
    to_columns, from_columns = _overlap(right, width)
    out[to_rows, to_columns] = field[from_rows, from_columns]
    return out


def _overlap(by: int, length: int) -> tuple[slice, slice]:
    return slice(max(0, by), min(length, length + by)), slice(max(0, -by), min(length, length - by))


def transformed(field: Field) -> Field:
    """The Fourier transform by which fields are matched."""
    waves: Field = np.fft.fft2(field).astype(np.complex64, copy=False)
    return waves


def match(now: Field, then: Field) -> NDArray[np.float32]:
    """How well a field, moved, fits another, both transformed, for every movement of ``then``.

    Row and column are down and right, modulo the size; 1 would be a perfect fit of everything.
    """
    fits: NDArray[np.float32] = np.fft.ifft2(now * then.conj()).real.astype(np.float32, copy=False)
    sizes = np.sqrt((np.abs(now) ** 2).sum() * (np.abs(then) ** 2).sum()) / now.size
    return fits / np.float32(sizes + 1e-6)


@lru_cache(maxsize=1)
def movements() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Right and down in points for each place of what ``match`` gives."""
    down, right = np.meshgrid(_signed(HEIGHT), _signed(WIDTH), indexing="ij")
    return right, down


def _signed(length: int) -> NDArray[np.intp]:
    places = np.arange(length)
    return np.where(places < length // 2, places, places - length)
