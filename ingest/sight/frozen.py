"""Frozen: the same picture again while its noise, its water or its light should move. Pure."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ingest.sight.gist import Gist
from ingest.sight.memory import Change, Memory
from ingest.sight.structure import COLUMNS, ROWS
from ingest.sight.view import Finding, View

BLACK, WHITE = 12, 245
"""Grey levels beyond which a sample is clipped and says nothing."""
TELLING = 80
"""Samples that must say something: below, a picture holds no information (a black night)."""
TOUCHED = 2
"""Grey levels by which a sample may change without anything having moved."""
SAME_SHARE = 0.03
"""Samples of the same picture that change, at most: a clock whose place is not known."""
IDENTICAL_SHARE = 0.01
SAME_COARSE, SAME_FINE = 2.0, 20.0
"""Grey levels that a new encoding changes at most: of points of the picture in small, of single samples."""
CALM, CALMER = 0.4, 0.66
"""Parts of a camera's own calmest change below which a picture is the same: in small, and in all measures together."""
KNOWN = 6
"""Pictures after which a camera's own change is known."""
LOW_TENTH, PACE = 0.1, 0.3


def frozen(gist: Gist, memory: Memory, view: View, hidden: bool) -> Finding:
    """Whether a picture is the one before, by samples that no encoder touched and by the picture in small.

    Withheld where there is no picture before, or no information in either. What lies over a lens (``hidden``) does
    not move: then only the very same samples count.
    """
    measured = change(gist, memory)
    if measured is None:
        return Finding(None)
    busy, most, fine = measured
    usual = memory.changes.get(view.light, Change())
    figures = {"changed_share": busy, "changed_most": most, "changed_fine": fine}
    figures["calmness"] = calmness(busy, most, fine, usual)
    return Finding(_untouched(busy, usual) or (not hidden and _encoded_anew(busy, most, fine, usual)), figures)


def _untouched(busy: float, usual: Change) -> bool:
    """The same samples again: every one, or nearly every one where this camera's mostly change."""
    if busy <= IDENTICAL_SHARE and (usual.seen < KNOWN or usual.busy > 2 * IDENTICAL_SHARE):
        return True
    return busy <= SAME_SHARE and (usual.seen < KNOWN or busy < CALM * usual.busy)


def _encoded_anew(busy: float, most: float, fine: float, usual: Change) -> bool:
    """Samples that an encoder shook while nothing in small moved, though at this camera it mostly does."""
    if usual.seen < KNOWN or most > SAME_COARSE or fine > SAME_FINE:
        return False
    return most < CALM * usual.most or calmness(busy, most, fine, usual) < CALMER


def calmness(busy: float, most: float, fine: float, usual: Change) -> float:
    """A change as part of the camera's own calmest, over all three measures; 1 and above is life."""
    product = busy / max(usual.busy, 1e-3) * (most + 1) / (usual.most + 1) * fine / max(usual.fine, 1.0)
    return float(product ** (1 / 3))


def change(gist: Gist, memory: Memory) -> tuple[float, float, float] | None:
    """Since the picture before: share of samples that changed, and how much (99th percentile) in small and in fine.

    None where nothing can be compared.
    """
    if memory.samples is None or memory.coarse is None or (gist.width, gist.height) != (memory.width, memory.height):
        return None
    telling = gist.told & (_says_something(gist.samples) | _says_something(memory.samples))
    if np.count_nonzero(telling) < TELLING:
        return None
    fine = np.abs(gist.samples[telling].astype(np.int16) - memory.samples[telling])
    shown = gist.open.repeat(gist.coarse.shape[0] // ROWS, 0).repeat(gist.coarse.shape[1] // COLUMNS, 1)
    coarse = np.abs(gist.coarse[shown].astype(np.int16) - memory.coarse[shown])
    return float((fine > TOUCHED).mean()), _highest(coarse), _highest(fine)


def _says_something(samples: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return (samples > BLACK) & (samples < WHITE)


def _highest(values: NDArray[np.int16]) -> float:
    place = len(values) * 99 // 100
    return float(np.partition(values, place)[place])


def learned(usual: Change, measured: tuple[float, float, float]) -> Change:
    """The camera's own change after a picture that is not frozen: estimates of the low tenth that follow slowly."""
    if not usual.seen:
        return Change(*measured, seen=1)
    before = usual.busy, usual.most, usual.fine
    busy, most, fine = (_lowered(low, value) for low, value in zip(before, measured, strict=True))
    return Change(busy, most, fine, seen=min(usual.seen + 1, 10_000))


def _lowered(usual: float, value: float) -> float:
    """Stochastic approximation of a quantile (Robbins and Monro 1951), in steps of its own size."""
    step = LOW_TENTH if value > usual else LOW_TENTH - 1
    return max(1e-3, usual * math.exp(PACE * step))
