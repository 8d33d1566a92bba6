"""What the glass, the iris and what lies on them make of a picture."""

from __future__ import annotations

import math
import random
from functools import lru_cache
from itertools import pairwise

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from simulators.drawing.covers import cover_of
from simulators.drawing.light import daylight
from simulators.drawing.texture import TILE, fractal
from simulators.scene import SMALL, Lamp, Scene, Size

RAIN_DROPS = 0.55
"""Drops on the glass in the heaviest rain."""
DROPS_STAY_S = 240


def through_the_lens(picture: Image.Image, scene: Scene) -> Image.Image:
    """The picture as it reaches the sensor."""
    lens = scene.lens
    drops = max(lens.drops, RAIN_DROPS * min(1.0, scene.weather.rain_mm_per_h / 100) ** 0.7)
    if drops > 0.02:
        picture = _dropped(picture, scene, drops)
    if lens.web > 0:
        picture = _webbed(picture, scene)
    if lens.dirt > 0:
        picture = _dirty(picture, scene)
    if lens.covered > 0:
        picture = _covered(picture, scene)
    if lens.defocus_px > 0:
        picture = picture.filter(ImageFilter.GaussianBlur(lens.defocus_px * picture.width / SMALL[0]))
    if lens.mist > 0:
        picture = _misty(picture, scene)
    if lens.exposure != 1:
        picture = picture.point([min(255, round(value * lens.exposure)) for value in range(256)] * 3)
    return picture


def _covered(picture: Image.Image, scene: Scene) -> Image.Image:
    lens = scene.lens
    cover, mask = cover_of(lens.cover, lens.covered, f"{scene.camera_id} {scene.seed}", picture.size)
    light = 0.03 + 0.97 * daylight(scene.at)
    if scene.lamp is not Lamp.NONE:
        light = max(light, 0.9)
    body = cover.point([round(value * light) for value in range(256)] * 3) if light < 0.99 else cover
    return Image.composite(body, picture, mask)


def _misty(picture: Image.Image, scene: Scene) -> Image.Image:
    """Water on the inside of the dome: everything soft and pale, in patches."""
    mist = scene.lens.mist
    shrunk = max(8, round(picture.width / (4 + 26 * mist)))
    small = picture.resize((shrunk, shrunk * 9 // 16), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(1.2))
    soft = small.resize(picture.size, Image.Resampling.BICUBIC)
    pale = Image.blend(soft, small.resize((1, 1), Image.Resampling.BOX).resize(picture.size), 0.55 * mist)
    light = round(214 * daylight(scene.at))
    pale = Image.blend(pale, Image.new("RGB", picture.size, (light, light, light)), 0.35 * mist)
    patches = _patches(picture.size, f"{scene.camera_id} {scene.seed}")
    return Image.composite(
        pale, picture, patches.point([min(255, round(mist * 320 + value / 4)) for value in range(256)])
    )


@lru_cache(maxsize=8)
def _patches(size: Size, seed: str) -> Image.Image:
    chance = random.Random(f"patches {seed}")
    tile = fractal(chance.randrange(24), 1.7)[: TILE // 2, : TILE // 2]
    return Image.fromarray(np.clip(128 + 60 * tile, 0, 255).astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)


def _dropped(picture: Image.Image, scene: Scene, share: float) -> Image.Image:
    """Drops show the view upside down and small. Each stays a few minutes, then runs off."""
    picture = picture.copy()
    scale = picture.width / SMALL[0]
    for number in range(round(3 + 32 * share)):
        stay = DROPS_STAY_S * (1 + number % 3)
        chance = random.Random(f"drop {scene.camera_id} {scene.seed} {number} {int(scene.at.timestamp() // stay)}")
        radius = round(chance.uniform(5, 9 + 26 * share * chance.random() ** 2) * scale)
        left = round(chance.uniform(-0.02, 1.0) * picture.width) - radius
        top = round(chance.uniform(-0.02, 1.0) * picture.height) - radius
        _drop(picture, (left, top), radius, chance.uniform(0.9, 1.35))
    return picture


def _drop(picture: Image.Image, corner: tuple[int, int], radius: int, tall: float) -> None:
    """A lens of its own: what it shows lies up to six radii around it."""
    wide, high = 2 * radius, round(2 * radius * tall)
    reach = 5 * radius
    left, top = max(0, corner[0] - reach), max(0, corner[1] - reach)
    right, bottom = min(picture.width, corner[0] + wide + reach), min(picture.height, corner[1] + high + reach)
    if left >= right - 4 or top >= bottom - 4:
        return
    seen = picture.resize((wide, high), Image.Resampling.BILINEAR, box=(left, top, right, bottom))
    turned = seen.transpose(Image.Transpose.FLIP_TOP_BOTTOM).filter(ImageFilter.GaussianBlur(radius / 7))
    shade, shine, mask = _drop_shape(wide, high)
    gleam = ImageChops.multiply(turned, shine)
    picture.paste(ImageChops.screen(ImageChops.multiply(turned, shade), gleam), corner, mask)


@lru_cache(maxsize=96)
def _drop_shape(wide: int, high: int) -> tuple[Image.Image, Image.Image, Image.Image]:
    """Darker above and at the rim, a gleam below; and where the drop is, without a sharp edge."""
    rim = Image.radial_gradient("L").resize((wide, high), Image.Resampling.BILINEAR)
    mask = rim.point([round(245 * min(1.0, max(0.0, (178 - value) / 34))) for value in range(256)])
    ramp = Image.linear_gradient("L").resize((wide, high))
    edge = rim.point([round(255 - 70 * min(1.0, max(0.0, (value - 110) / 60))) for value in range(256)])
    shade = ImageChops.multiply(ramp.point([round(150 + value * 0.41) for value in range(256)]), edge)
    gleam = ImageChops.multiply(ramp.point([round(max(0, value - 110) * 1.2) for value in range(256)]), edge)
    return Image.merge("RGB", (shade, shade, shade)), Image.merge("RGB", (gleam, gleam, gleam)), mask


def _webbed(picture: Image.Image, scene: Scene) -> Image.Image:
    """Threads before the glass: pale by day, glaring under the camera's own lamp, moving in the wind."""
    web = _web(picture.size, round(scene.lens.web, 2), f"{scene.camera_id} {scene.seed}")
    chance = random.Random(f"web {scene.camera_id} {scene.at.isoformat()}")
    reach = picture.width / 300 * (0.3 + scene.weather.wind)
    web = ImageChops.offset(web, round(chance.uniform(-reach, reach)), round(chance.uniform(-reach, reach)))
    day = daylight(scene.at)
    tone = round(30 + 190 * day) if scene.lamp is Lamp.NONE else 250
    strength = 0.6 + 0.4 * scene.lens.web
    return Image.composite(
        Image.new("RGB", picture.size, (tone, tone, tone)),
        picture,
        web.point([round(value * strength) for value in range(256)]),
    )


@lru_cache(maxsize=8)
def _web(size: Size, share: float, seed: str) -> Image.Image:
    """Spokes from a corner and threads between them, some torn, all out of focus."""
    chance = random.Random(f"web {seed}")
    width, height = size
    x, y = chance.choice((0.02, 0.98)), chance.choice((0.02, 0.98))
    hub = x * width, y * height
    inward = math.atan2(0.5 - y, 0.5 - x)
    reach = (0.18 + 0.62 * share) * width
    angles = sorted(inward + chance.uniform(-1.0, 1.0) for _ in range(13))
    mask = Image.new("L", size, 0)
    draw = ImageDraw.Draw(mask)
    thread = max(1, round(width / 560))
    for angle in angles:
        end = reach * chance.uniform(0.7, 1.1)
        draw.line((*hub, hub[0] + end * math.cos(angle), hub[1] + end * math.sin(angle)), fill=165, width=thread)
    far = reach * 0.08
    while far < reach * 0.95:
        _ring(draw, hub, [(angle, far * chance.uniform(0.97, 1.03)) for angle in angles], thread, chance)
        far += reach * chance.uniform(0.03, 0.06)
    return mask.filter(ImageFilter.GaussianBlur(width / 800))


def _ring(
    draw: ImageDraw.ImageDraw,
    hub: tuple[float, float],
    knots: list[tuple[float, float]],
    thread: int,
    chance: random.Random,
) -> None:
    for (angle, far), (next_angle, next_far) in pairwise(knots):
        if chance.random() < 0.82:
            points = []
            for step in range(7):
                part = step / 6
                slack = 1 - 0.22 * (next_angle - angle) * math.sin(math.pi * part)
                at, radius = angle + part * (next_angle - angle), (far + part * (next_far - far)) * slack
                points.append((hub[0] + radius * math.cos(at), hub[1] + radius * math.sin(at)))
            draw.line(points, fill=chance.randint(80, 180), width=thread)


def _dirty(picture: Image.Image, scene: Scene) -> Image.Image:
    mask = _dirt(picture.size, round(scene.lens.dirt, 2), f"{scene.camera_id} {scene.seed}")
    tone = round(12 + 60 * daylight(scene.at))
    return Image.composite(Image.new("RGB", picture.size, (tone, round(tone * 0.9), round(tone * 0.7))), picture, mask)


@lru_cache(maxsize=8)
def _dirt(size: Size, share: float, seed: str) -> Image.Image:
    """Smears that fill one corner and thin out."""
    chance = random.Random(f"dirt {seed}")
    rows, columns = np.mgrid[:180, :320].astype(np.float32) / 320
    x, y = chance.choice((0.0, 1.0)), chance.choice((0.0, 0.5625))
    far = np.hypot(columns - x, rows - y) / (0.12 + 0.25 * share)
    tile = fractal(chance.randrange(24), 1.3)[40:220, 60:380]
    cover = np.clip(1.15 - far + 0.28 * tile, 0, 1) ** 1.5 * 215
    return Image.fromarray(cover.astype(np.uint8)).filter(ImageFilter.GaussianBlur(3)).resize(size)
