"""What lies behind everything: hills, and the sky with its clouds."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from simulators.drawing.texture import TILE, Field, fractal, sampled
from simulators.scene import Size

SKY_DRIFT_PX_PER_S = 0.05
"""Of a tile of the sky; the tile is stretched to twice the width of the picture."""


def hills(rays: tuple[Field, Field, Field], seed: int) -> tuple[Field, NDArray[np.bool_]]:
    """Colours of two ridges, and where they are."""
    x, y, z = rays
    azimuth = np.arctan2(x, y)
    elevation = z / np.hypot(x, y)
    colour = np.full((*x.shape, 3), 190, dtype=np.float32)
    there = elevation < -1
    for index, (height, tone) in enumerate(((0.085, (128, 142, 150)), (0.05, (94, 112, 106)))):
        crown = fractal((seed + index) % 24, 1.7)[7 + index]
        jagged = fractal((seed + index) % 24, 0.9)[40]
        at = azimuth * 90 + 40 * index
        profile = height * (0.55 + 0.22 * _line(crown, at)) + 0.0022 * _line(jagged, at * 9)
        ridge = elevation < profile
        trees = 1 + 0.10 * sampled(fractal(3, 0.8), azimuth * 900, elevation * 1400)
        colour[ridge] = trees[ridge][:, None] * np.array(tone, dtype=np.float32)
        there |= ridge
    return colour, there


def _line(row: Field, at: Field) -> Field:
    """A row of a tile between its points."""
    left = np.floor(at).astype(np.int32)
    part = at - left
    return np.asarray(row[left & (TILE - 1)] * (1 - part) + row[(left + 1) & (TILE - 1)] * part, dtype=np.float32)


def sky(size: Size, cloud: float, time_s: float, seed: int) -> Image.Image:
    """The sky in daylight: ``cloud`` 0 is blue with a few white ones, 1 a dark even grey."""
    clouds = _clouds(size, seed % 24)
    span = clouds.width - size[0]
    phase = (time_s * SKY_DRIFT_PX_PER_S * size[0] / TILE) % (2 * span)
    left = round(min(phase, 2 * span - phase))
    tile = clouds.crop((left, 0, left + size[0], size[1]))
    return Image.merge("RGB", [tile.point(_tones(channel, round(cloud, 2))) for channel in range(3)])


@lru_cache(maxsize=512)
def _tones(channel: int, cloud: float) -> list[int]:
    """Density of a cloud → brightness of a channel."""
    blue, white, grey = (128, 164, 206)[channel], (236, 238, 240)[channel], (150, 156, 162)[channel]
    tones = []
    for density in range(256):
        share = min(1.0, max(0.0, (density / 255 - 0.62 + 0.9 * cloud) / 0.3))
        lit = white + (grey - white) * min(1.0, cloud * (0.55 + 0.6 * density / 255))
        tones.append(round(blue + (lit - blue) * share))
    return tones


@lru_cache(maxsize=4)
def _clouds(size: Size, seed: int) -> Image.Image:
    """A wide strip of cloud density."""
    tile = np.clip(128 + 42 * fractal(seed, 1.75, 0.5), 0, 255).astype(np.uint8)
    return Image.fromarray(tile).resize((2 * size[0], round(1.4 * size[1])), Image.Resampling.BICUBIC)
