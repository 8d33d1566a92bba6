"""A picture's structure in a few hundred bytes, and how much of the view differs between two of them. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.sight.gist import Gist
from ingest.sight.structure import HEIGHT, WIDTH

VERSION = 1
CELL = 4
ROWS, COLUMNS = HEIGHT // CELL, WIDTH // CELL
SIZE = 1 + ROWS * COLUMNS
FAINT, CLEAR = 0.2, 0.4
"""Mean size of the edges of a cell (0 to 1) below which it shows none, and from which it surely shows one."""
WAYS = 16
"""Steps of an edge's direction over half a turn."""
TURNED = 3
"""Steps (34°) by which an edge must have turned to be another."""


def miniature(gist: Gist) -> bytes:
    """577 bytes: for each of 32×18 cells how clear its edges are and which way they run, whatever the light."""
    edges = gist.directions
    strength = _cells(np.abs(edges))
    doubled = _cells(edges**2 / np.maximum(np.abs(edges), np.float32(1e-6)))
    way = np.rint(np.angle(doubled) / (2 * np.pi) * WAYS).astype(np.int64) % WAYS
    clear = np.minimum(strength * 16, 15).astype(np.int64)
    cells: bytes = (clear * WAYS + way).astype(np.uint8).tobytes()
    return bytes([VERSION]) + cells


def unlike(one: bytes, other: bytes) -> float:
    """Share of the view, 0 to 1, whose edges went, came, or run another way.

    ValueError for bytes that are no miniature.
    Light, haze and noise change little of it. Moving water always changes some: compare with what two pictures of a
    steady level give.
    """
    (clear, way), (clear_then, way_then) = _read(one), _read(other)
    low, high = np.minimum(clear, clear_then), np.maximum(clear, clear_then)
    appeared = (low < FAINT) & (high >= CLEAR)
    turn = np.abs(way - way_then)
    turned = (low >= FAINT) & (np.minimum(turn, WAYS - turn) >= TURNED) & (high >= CLEAR)
    return float((appeared | turned).mean())


def structured(kept: bytes) -> float:
    """Share of the view that shows edges at all: near 0 at night, when there is nothing to compare."""
    clear, _ = _read(kept)
    return float((clear >= FAINT).mean())


def _cells(points: NDArray[Any]) -> NDArray[Any]:
    means: NDArray[Any] = points.reshape(ROWS, CELL, COLUMNS, CELL).mean(axis=(1, 3))
    return means


def _read(kept: bytes) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    if len(kept) != SIZE or kept[0] != VERSION:
        raise ValueError("these bytes are no miniature of this version")
    cells = np.frombuffer(kept, dtype=np.uint8, offset=1).astype(np.int64)
    return (cells // WAYS + 0.5) / 16, cells % WAYS
