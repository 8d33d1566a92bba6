"""What the glass, the iris and what lies on them make of a picture."""

from __future__ import annotations

import random
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter

from simulators.scene import SMALL, Lens, Scene

COVER_TONES = {
    "leaf": (46, 58, 24),
    "spray": (24, 26, 120),
    "hand": (120, 70, 54),
    "cloth": (140, 138, 132),
    "mud": (84, 66, 44),
    "snow": (226, 230, 236),
}
"""What may cover a lens → its tone so near."""


def through_the_lens(picture: Image.Image, scene: Scene) -> Image.Image:
    """The picture as it reaches the sensor."""
    lens = scene.lens
    scale = picture.width / SMALL[0]
    if lens.covered > 0:
        picture = _covered(picture, scene)
    if lens.defocus_px > 0:
        picture = picture.filter(ImageFilter.GaussianBlur(lens.defocus_px * scale))
    if lens.mist > 0:
        picture = _misty(picture, lens, scale)
    if lens.exposure < 1:
        picture = picture.point([round(value * lens.exposure) for value in range(256)] * 3)
    return picture


def _misty(picture: Image.Image, lens: Lens, scale: float) -> Image.Image:
    soft = picture.filter(ImageFilter.GaussianBlur(9 * lens.mist * scale))
    tone = soft.resize((1, 1), Image.Resampling.BOX).resize(picture.size)
    return Image.blend(soft, tone, 0.75 * lens.mist)


def _covered(picture: Image.Image, scene: Scene) -> Image.Image:
    mask = _blot(scene.lens.covered, picture.size, f"{scene.camera_id} {scene.seed}")
    cover = Image.new("RGB", picture.size, COVER_TONES[scene.lens.cover])
    return Image.composite(cover, picture, mask)


@lru_cache(maxsize=16)
def _blot(share: float, size: tuple[int, int], seed: str) -> Image.Image:
    """A soft-edged area of a share of the picture that comes in from one side."""
    if share >= 1:
        return Image.new("L", size, 255)
    chance = random.Random(seed)
    width, height = size
    mask = Image.new("L", size, 0)
    points = [(width * (share + chance.uniform(-0.08, 0.08)), y) for y in range(-40, height + 81, height // 6)]
    ImageDraw.Draw(mask).polygon([(0, -40), *points, (0, height + 80)], fill=255)
    return mask.filter(ImageFilter.GaussianBlur(width / 60))
