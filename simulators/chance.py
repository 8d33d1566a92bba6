"""Chance without state: the same words always give the same number, on every machine and in every run."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence


def share(*words: object) -> float:
    """A number in [0, 1), evenly spread over different words."""
    text = "\x1f".join(map(str, words)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") / 2**64


def between(low: float, high: float, *words: object) -> float:
    """A number in [low, high)."""
    return low + (high - low) * share(*words)


def interpolated(x: float, points: Sequence[tuple[float, float]]) -> float:
    """Piecewise linear through ``points`` (rising in x); the end pieces are extended."""
    right = min(max(bisect_right(points, x, key=lambda point: point[0]), 1), len(points) - 1)
    (x0, y0), (x1, y1) = points[right - 1], points[right]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
