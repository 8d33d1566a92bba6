"""Things that may lie over a lens: leaves, spray paint, a hand, cloth, mud, snow; so near that they are blurred."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageFilter

from simulators.drawing.texture import TILE, Field, fractal
from simulators.scene import Size

GRID: Size = (320, 180)
"""Covers are drawn small: nothing so near is sharp."""


@dataclass(frozen=True, slots=True)
class Cover:
    """``shape``: what is covered first has the highest values. ``tones``: its colour from dark to light.

    ``soft_px``: how blurred its edge is. ``grain``: how rough it looks.
    """

    shape: Callable[[random.Random], Field]
    tones: tuple[tuple[int, int, int], tuple[int, int, int]]
    soft_px: float
    grain: tuple[float, float]


@lru_cache(maxsize=16)
def cover_of(name: str, share: float, seed: str, size: Size) -> tuple[Image.Image, Image.Image]:
    """A cover by daylight, and a mask of where it is: a share of the picture."""
    cover, chance = COVERS[name], random.Random(f"{name} {seed}")
    field = cover.shape(chance)
    solid = np.ones_like(field) if share >= 1 else (field > np.quantile(field, 1 - share)).astype(np.float32)
    mask = Image.fromarray((255 * solid).astype(np.uint8)).filter(ImageFilter.GaussianBlur(cover.soft_px))
    roughness, depth = cover.grain
    grain = _noise(chance, roughness)
    light = np.clip(0.5 + depth * grain, 0, 1)[..., None]
    dark, bright = (np.array(tone, dtype=np.float32) for tone in cover.tones)
    body = np.clip(dark + light * (bright - dark), 0, 255).astype(np.uint8)
    image = Image.fromarray(body).filter(ImageFilter.GaussianBlur(min(2.0, cover.soft_px / 2)))
    return tuple(each.resize(size, Image.Resampling.BICUBIC) for each in (image, mask))  # type: ignore[return-value]


def _noise(chance: random.Random, roughness: float, stretch: float = 1.0) -> Field:
    tile = fractal(chance.randrange(24), roughness, stretch)
    left, top = chance.randrange(TILE - GRID[0]), chance.randrange(TILE - GRID[1])
    return tile[top : top + GRID[1], left : left + GRID[0]]


def _places() -> tuple[Field, Field]:
    """Columns and rows from 0 to 1, of the width."""
    rows, columns = np.mgrid[: GRID[1], : GRID[0]].astype(np.float32) / GRID[0]
    return columns, rows


def _leaves(chance: random.Random) -> Field:
    """Three large leaves that overlap."""
    columns, rows = _places()
    field = np.full_like(columns, -9.0)
    for _ in range(3):
        x, y, angle = chance.uniform(0.25, 0.75), chance.uniform(0.1, 0.45), chance.uniform(0, math.pi)
        along = (columns - x) * math.cos(angle) + (rows - y) * math.sin(angle)
        across = -(columns - x) * math.sin(angle) + (rows - y) * math.cos(angle)
        field = np.maximum(field, -np.hypot(along / 0.42, across / (0.20 * np.clip(1.2 - along, 0.5, 1.6))))
    return field


def _spray(chance: random.Random) -> Field:
    """Strokes of a spray can, with spots of paint around them."""
    columns, rows = _places()
    slope, bend = chance.uniform(-0.3, 0.3), chance.uniform(0.04, 0.10)
    stroke = np.abs(rows - 0.28 - slope * (columns - 0.5) - bend * np.sin(9 * columns))
    return np.asarray(-stroke + 0.022 * _noise(chance, 0.35) + 0.03 * _noise(chance, 1.5), dtype=np.float32)


def _hand(chance: random.Random) -> Field:
    """Four fingers side by side, from one side of the view."""
    columns, rows = _places()
    side = chance.choice((-1, 1))
    tilt = chance.uniform(-0.25, 0.25)
    field = np.full_like(columns, -9.0)
    for finger in range(4):
        middle = 0.07 + 0.14 * finger + tilt * (columns - 0.5)
        tip = 0.92 - 0.10 * abs(finger - 1.4)
        reach = columns if side > 0 else 1 - columns
        past = np.maximum(reach - tip, 0)
        field = np.maximum(field, -np.hypot(rows - middle, past) / 0.085)
    return field


def _drape(chance: random.Random) -> Field:
    """Cloth or a sheet that hangs in from above, with an edge in folds."""
    columns, rows = _places()
    return np.asarray(-rows + 0.05 * np.sin(14 * columns + chance.uniform(0, 6)) + 0.05 * _noise(chance, 1.8))


def _splashed(chance: random.Random) -> Field:
    """Lumps anywhere."""
    return np.asarray(_noise(chance, 1.5) + 0.18 * _noise(chance, 0.6), dtype=np.float32)


def _heaped(chance: random.Random) -> Field:
    """What has slid or blown on from below or one side."""
    columns, rows = _places()
    lean = chance.uniform(-0.35, 0.35)
    return np.asarray(rows + lean * columns + 0.07 * _noise(chance, 1.4), dtype=np.float32)


COVERS: Mapping[str, Cover] = {
    "leaf": Cover(_leaves, ((16, 24, 10), (70, 82, 38)), 7, (1.5, 0.20)),
    "spray": Cover(_spray, ((20, 24, 30), (34, 38, 46)), 2.0, (1.2, 0.10)),
    "hand": Cover(_hand, ((52, 32, 26), (134, 96, 80)), 8, (1.9, 0.16)),
    "cloth": Cover(_drape, ((128, 126, 118), (206, 204, 196)), 4, (1.8, 0.20)),
    "mud": Cover(_splashed, ((52, 40, 26), (126, 102, 70)), 3.5, (1.2, 0.18)),
    "snow": Cover(_heaped, ((206, 212, 222), (246, 248, 252)), 5, (1.5, 0.18)),
}
"""By name, as ``Lens.cover`` has them."""
