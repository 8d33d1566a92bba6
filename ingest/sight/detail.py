"""The fine structure of some tiles of a view, and how much of it a picture still shows. Pure.

A picture of a lit night is mostly noise, and its energies say little. But noise has nothing in common with the view:
what a tile has in common with its own past (a matched filter) is the view alone. The transfer from past to present by
spatial frequency is the blur, whatever contrast and noise (cross-spectral estimate: J. S. Bendat and A. G. Piersol,
*Random Data*, 2010, chapter 6).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from ingest.sight.structure import COLUMNS, ROWS, Grey

PATCH = 32
"""Points of a picture about 640 wide along each side of what is kept of a tile."""
TREMBLE = 4
"""Points by which a mast may tremble."""
TILES = 12
"""Tiles of which detail is kept."""
KNOWN = 12
"""Pictures after which the noise has gone from what is kept."""
SLOWEST = 1 / 40
FINE_FROM, FINE_TO = 5.0, 10.0
"""Periods on a patch: structures of 3 to 6 points, which the mildest blur that matters takes."""
AROUND = 12
"""Points of the picture in small to each side of a tile's middle by which its contrast is known."""
THERE, LEAST_CONTRAST = 0.5, 0.1
"""Correlation with the past, and part of its contrast, from which a tile is there in the large."""
JUDGED, QUARTER = 4, 0.25
"""Tiles that must be there for their fine structure to be judged, and the part of them that it is judged by."""
SURE = 0.1
"""What is added to every error: tiles differ by as much."""
TO_THE_POINT, UNSURE = 0.6, 0.25
"""Fine structure, and its error, from which a tile is seen exactly where it always is."""
SOFT, FEW = 0.4, 0.3
"""Fine structure below which hardly any is left, and part of the tiles that are hardly any."""
Windows = NDArray[np.float32]


@dataclass(frozen=True)
class Detail:
    """What some tiles mostly look like, each at the middle of a tile.

    ``tiles`` are their numbers, row by row; ``patches`` are grey levels of 32×32 points each; ``seen`` is how many
    pictures they are the mean of.
    """

    tiles: NDArray[np.intp]
    patches: Windows
    seen: int = 1


@dataclass(frozen=True)
class Transfer:
    """What of a detail a picture shows, by patch.

    ``there``: the tile is there in the large. ``fine`` is the part of the fine structure that is left of what that
    leads to expect (1 all, 0 nothing), give or take ``unsure``. ``now`` are the patches of this picture, put back to
    where they mostly are.
    """

    there: NDArray[np.bool_]
    fine: NDArray[np.float32]
    unsure: NDArray[np.float32]
    now: Windows

    @cached_property
    def fine_left(self) -> float | None:
        """The fine structure that a quarter of the tiles that are there have at least, the surer weighing more; None
        where too few are there. A lens out of focus takes it from all of them; a flood, or a car, from some."""
        if np.count_nonzero(self.there) < JUDGED:
            return None
        fine, unsure = self.fine[self.there], self.unsure[self.there]
        weights = 1 / (unsure**2 + np.float32(SURE) ** 2)
        order = np.argsort(fine)
        place = int(np.searchsorted(weights[order].cumsum(), weights.sum() * (1 - QUARTER)))
        return float(fine[order][min(place, len(fine) - 1)])

    @cached_property
    def staying(self) -> int:
        """How many tiles are seen exactly where they always are."""
        return int(np.count_nonzero(self.there & (self.fine >= TO_THE_POINT) & (self.unsure < UNSURE)))

    @property
    def share(self) -> float:
        """Share of the tiles that are there in the large."""
        return float(np.count_nonzero(self.there)) / len(self.there)

    @property
    def away(self) -> bool:
        """Whether hardly anything of the detail is seen where it always is."""
        return self.share <= FEW or (self.fine_left is not None and self.fine_left < SOFT)


def begun(work: NDArray[np.uint8], tiles: NDArray[np.intp]) -> Detail:
    """The detail after its first picture."""
    return Detail(tiles, _windows(work, tiles, PATCH))


def followed(detail: Detail, now: Windows) -> Detail:
    """The detail after a further good picture."""
    weight = np.float32(max(1 / (detail.seen + 1), SLOWEST))
    patches = detail.patches + weight * (now - detail.patches)
    return replace(detail, patches=patches, seen=min(detail.seen + 1, 10_000))


def transfer(detail: Detail, work: NDArray[np.uint8], small: Grey, usual: Grey) -> Transfer:
    """How much of a detail is left in a grey picture about 640 wide (``work``) and the same in small.

    ``usual`` is the face in small.
    """
    contrast, likeness = _in_the_large(detail.tiles, small, usual)
    there = (likeness >= THERE) & (contrast >= LEAST_CONTRAST)
    past = _free_of_mean(detail.patches)
    right, down = _trembled(past, _windows(work, detail.tiles, PATCH + 2 * TREMBLE))
    now = _windows(work, detail.tiles, PATCH, (round(right), round(down)))
    fine, unsure = _left(past, now, contrast, (right - round(right), down - round(down)))
    return Transfer(there, fine, unsure, now)


def _in_the_large(tiles: NDArray[np.intp], small: Grey, usual: Grey) -> tuple[Windows, Windows]:
    """Part of its contrast that each tile with its surroundings still has, and its correlation with the past."""
    now, then = (
        _free_of_mean(_cut(each, _middles(tiles, each.shape, 2 * AROUND), 2 * AROUND)) for each in (small, usual)
    )
    common = (now * then).sum(axis=(1, 2))
    own, past = ((each**2).sum(axis=(1, 2)) + np.float32(1e-3) for each in (now, then))
    return common / past, common / np.sqrt(own * past)


def _trembled(past: Windows, wide: Windows) -> tuple[float, float]:
    """How far to the right and down all of them lie from where they mostly are; parts of points by a parabola."""
    size = wide.shape[-1]
    spectrum = np.fft.rfft2(wide - wide.mean(axis=(1, 2), keepdims=True))
    spectrum = spectrum * np.fft.rfft2(past, s=(size, size)).conj() * _band(size)
    fits = np.fft.irfft2(spectrum.sum(axis=0), s=(size, size))[: 2 * TREMBLE + 1, : 2 * TREMBLE + 1]
    down, right = divmod(int(fits.argmax()), 2 * TREMBLE + 1)
    return _top(fits[down], right) - TREMBLE, _top(fits[:, right], down) - TREMBLE


def _top(fits: NDArray[np.float64], best: int) -> float:
    if not 0 < best < len(fits) - 1:
        return float(best)
    before, there, after = fits[best - 1 : best + 2]
    return best + float((before - after) / (2 * (before - 2 * there + after) or 1.0))


def _left(past: Windows, now: Windows, contrast: Windows, rest: tuple[float, float]) -> tuple[Windows, Windows]:
    """By patch: what is left of the fine structure, and how unsure that is for what else is in the picture."""
    then = np.fft.fft2(past)[:, _fine()]
    seen = np.fft.fft2(_free_of_mean(now))[:, _fine()] * _shift(rest)[_fine()]
    power = np.abs(then) ** 2
    expected = np.maximum(contrast, np.float32(LEAST_CONTRAST))[:, np.newaxis]
    weight = (expected * power).sum(axis=1) + 1e-6
    left = (seen * then.conj()).real.sum(axis=1) / weight
    strange = np.abs(seen - np.clip(left, 0, 1.5)[:, np.newaxis] * expected * then) ** 2
    return left.astype(np.float32), (np.sqrt((strange * power).sum(axis=1)) / weight).astype(np.float32)


def _free_of_mean(windows: Windows) -> Windows:
    """Without its mean, and faded out towards its rim."""
    fade = _fade(windows.shape[-1])
    faded = (windows - windows.mean(axis=(1, 2), keepdims=True)) * fade
    free: Windows = faded - fade * (faded.sum(axis=(1, 2), keepdims=True) / fade.sum())
    return free


def _windows(work: NDArray[np.uint8], tiles: NDArray[np.intp], size: int, by: tuple[int, int] = (0, 0)) -> Windows:
    return _cut(work, _middles(tiles, work.shape, PATCH + 2 * TREMBLE) + np.array([by[1], by[0]]), size)


def _cut(picture: NDArray[np.uint8] | Grey, middles: NDArray[np.intp], size: int) -> Windows:
    half = size // 2
    return np.stack([picture[y - half : y + half, x - half : x + half] for y, x in middles]).astype(np.float32)


def _middles(tiles: NDArray[np.intp], shape: tuple[int, ...], size: int) -> NDArray[np.intp]:
    """Of tiles in a picture of any size, so far inside that a window of so many points fits in."""
    (height, width), (row, column) = shape, np.divmod(tiles, COLUMNS)
    down, right = (row + 0.5) * height / ROWS, (column + 0.5) * width / COLUMNS
    half = (size + 1) // 2
    inside = np.stack([np.clip(down, half, height - half), np.clip(right, half, width - half)], axis=1)
    return inside.astype(np.intp)


@lru_cache(maxsize=8)
def _fade(size: int) -> Windows:
    line = np.sqrt(np.hanning(size + 2)[1:-1])
    fade: Windows = np.outer(line, line).astype(np.float32)
    return fade


@lru_cache(maxsize=8)
def _frequencies(size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    down, right = np.meshgrid(np.fft.fftfreq(size), np.fft.fftfreq(size), indexing="ij")
    return down, right


@lru_cache(maxsize=1)
def _fine() -> NDArray[np.bool_]:
    radius = np.hypot(*_frequencies(PATCH)) * PATCH
    fine: NDArray[np.bool_] = (radius >= FINE_FROM) & (radius <= FINE_TO)
    return fine


@lru_cache(maxsize=2)
def _band(size: int) -> NDArray[np.float64]:
    """Structures of 3 to 24 points: shade says nothing of where something lies, and noise neither."""
    radius = np.hypot(*_frequencies(size))[:, : size // 2 + 1]
    return ((radius >= 1 / 24) & (radius <= 1 / 3)).astype(np.float64)


def _shift(rest: tuple[float, float]) -> NDArray[np.complex128]:
    down, right = _frequencies(PATCH)
    shift: NDArray[np.complex128] = np.exp(2j * np.pi * (right * rest[0] + down * rest[1]))
    return shift
