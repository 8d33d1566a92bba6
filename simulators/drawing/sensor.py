"""The sensor: its noise, which grows as the light goes, and the small blur and shade of its optics."""

from __future__ import annotations

import random
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops

from simulators.scene import Size

LEVELS = 12
QUIETEST, LOUDEST = 1.3, 9.0
"""Deviation of the noise by day and at full gain, of 255."""
SPARE_PX = 96


def noisy(picture: Image.Image, gain: float, seed: str) -> Image.Image:
    """A picture with the noise of one exposure; ``gain`` from 0 (day) to 1 (night)."""
    chance = random.Random(seed)
    level = round(min(1.0, max(0.0, gain)) * (LEVELS - 1))
    width, height = picture.size
    tile = _noise(level, picture.size)
    left, top = chance.randint(0, SPARE_PX), chance.randint(0, SPARE_PX)
    grain = tile.crop((left, top, left + width, top + height))
    if chance.random() < 0.5:
        grain = grain.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if chance.random() < 0.5:
        grain = grain.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return ImageChops.add(picture, grain, 1.0, -128)


@lru_cache(maxsize=8)
def _noise(level: int, size: Size) -> Image.Image:
    """Grain around 128: fine in brightness, coarser in colour, as a camera's own smoothing leaves it."""
    chance = np.random.default_rng(1000 + level)
    width, height = size[0] + SPARE_PX, size[1] + SPARE_PX
    deviation = QUIETEST * (LOUDEST / QUIETEST) ** (level / (LEVELS - 1))
    bright = chance.standard_normal((height, width), dtype=np.float32)
    bright = 0.72 * bright + 0.5 * np.roll(bright, 1, axis=1)
    hues = chance.standard_normal((3, height // 2 + 1, width // 2 + 1), dtype=np.float32)
    grain = np.empty((height, width, 3), dtype=np.float32)
    for channel in range(3):
        coarse = hues[channel].repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
        grain[..., channel] = 128 + deviation * (bright + 0.35 * coarse)
    return Image.fromarray(np.clip(np.round(grain), 0, 255).astype(np.uint8))


def vignetted(picture: Image.Image) -> Image.Image:
    """A little darker towards the corners."""
    return ImageChops.multiply(picture, _corners(picture.size))


@lru_cache(maxsize=4)
def _corners(size: Size) -> Image.Image:
    fall = Image.radial_gradient("L").resize(size, Image.Resampling.BICUBIC)
    shade = fall.point([round(255 * (1 - 0.16 * (value / 255) ** 3)) for value in range(256)])
    return Image.merge("RGB", (shade, shade, shade))
