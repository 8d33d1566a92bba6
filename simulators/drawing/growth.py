"""Trees and bushes as pictures that can be set up in a place."""

from __future__ import annotations

import random
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from simulators.drawing.texture import Field, fractal

CROWN_PX = 256


@lru_cache(maxsize=12)
def tree(seed: int) -> Field:
    """A tree, square, with a fourth channel that is 0 where it is not."""
    chance = random.Random(seed)
    shape = Image.new("L", (CROWN_PX, CROWN_PX), 0)
    light = Image.new("L", (CROWN_PX, CROWN_PX), 60)
    draw, shine = ImageDraw.Draw(shape), ImageDraw.Draw(light)
    trunk = CROWN_PX // 2
    draw.rectangle((trunk - 6, CROWN_PX * 0.6, trunk + 6, CROWN_PX), fill=255)
    for x, y, radius in sorted(_clumps(chance), key=lambda clump: -clump[1]):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        tone = round(150 - 0.42 * y + chance.uniform(-18, 18))
        shine.ellipse((x - radius, y - radius, x + radius, y + radius), fill=tone)
        shine.ellipse((x - radius, y - radius, x + radius * 0.4, y + radius * 0.2), fill=tone + 22)
    ragged = np.asarray(shape.filter(ImageFilter.GaussianBlur(5)), dtype=np.float32)
    leaves = fractal(seed % 24, 0.8)[:CROWN_PX, :CROWN_PX]
    solid = np.clip((ragged - 128 + 46 * leaves) * 5, 0, 255)
    brightness = np.asarray(light.filter(ImageFilter.GaussianBlur(4)), dtype=np.float32) * (1 + 0.22 * leaves)
    green = np.array(chance.choice(((0.62, 0.78, 0.42), (0.56, 0.74, 0.46), (0.72, 0.78, 0.42))), dtype=np.float32)
    return np.concatenate([brightness[..., None] * green, solid[..., None]], axis=2).astype(np.float32)


def _clumps(chance: random.Random) -> list[tuple[float, float, float]]:
    """Where the clumps of leaves of a crown are, and how large."""
    wide, high, middle = chance.uniform(0.28, 0.38), chance.uniform(0.30, 0.40), chance.uniform(0.40, 0.46)
    clumps = []
    for _ in range(46):
        angle, far = chance.uniform(0, 2 * np.pi), chance.random() ** 0.5
        x = CROWN_PX * (0.5 + wide * far * np.cos(angle))
        y = CROWN_PX * (middle + high * far * np.sin(angle))
        clumps.append((float(x), float(y), CROWN_PX * chance.uniform(0.05, 0.10)))
    return clumps
