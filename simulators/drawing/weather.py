"""Weather between the camera and its place: wind in the leaves, fog, rain, a low sun."""

from __future__ import annotations

import math
import random
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops

from simulators.chance import between
from simulators.drawing.light import daylight, shine
from simulators.drawing.texture import TILE, fractal
from simulators.drawing.view import DEPTH_UNIT_M, View
from simulators.scene import HD, Scene, Size

CLEAR_SIGHT_M, THICK_SIGHT_M = 1500.0, 12.0
"""How far one sees without fog and in the thickest (to 1/e of the contrast)."""
HEAVY_RAIN_MM_PER_H = 100.0
STREAKS_PX = 1024
RAIN_KINDS = 3


def swayed(picture: Image.Image, view: View, scene: Scene) -> Image.Image:
    """Leaves and tufts moved by the wind, here more and there less."""
    reach = max(1, round((0.4 + 2.2 * scene.weather.wind) * picture.width / HD[0]))
    chance = random.Random(f"sway {scene.camera_id} {scene.at.isoformat()} {scene.seed}")
    gust = _gusts().crop(_window(chance, picture.size, 4)).resize(picture.size, Image.Resampling.BILINEAR)
    moved = ImageChops.offset(picture, chance.choice((-reach, reach)), chance.choice((0, 0, reach)))
    return Image.composite(moved, picture, ImageChops.multiply(gust, view.leafy))


@lru_cache(maxsize=1)
def _gusts() -> Image.Image:
    return Image.fromarray(np.clip(128 + 170 * fractal(21, 1.0), 0, 255).astype(np.uint8))


def _window(chance: random.Random, size: Size, shrink: int) -> tuple[int, int, int, int]:
    """Somewhere in a tile, a ``shrink``-th of a picture's size."""
    width, height = min(TILE, size[0] // shrink), min(TILE, size[1] // shrink)
    left, top = chance.randint(0, TILE - width), chance.randint(0, TILE - height)
    return left, top, left + width, top + height


def hazy(picture: Image.Image, view: View, scene: Scene) -> Image.Image:
    """Fog and rain take the contrast of what is far away."""
    rain = min(1.0, scene.weather.rain_mm_per_h / HEAVY_RAIN_MM_PER_H)
    haze = max(scene.weather.fog, 0.30 * rain**0.5)
    if haze <= 0:
        return picture
    sight_m = CLEAR_SIGHT_M * (THICK_SIGHT_M / CLEAR_SIGHT_M) ** haze
    light = daylight(scene.at)
    grey = round(8 + 186 * light)
    drift = 1 + 0.12 * math.sin(scene.at.timestamp() / 97) * scene.weather.fog
    veil = view.depth.point(_veils(round(sight_m * drift, 1)))
    return Image.composite(Image.new("RGB", picture.size, (grey, grey, min(255, grey + 4))), picture, veil)


@lru_cache(maxsize=256)
def _veils(sight_m: float) -> list[int]:
    """Depth as a view has it → cover of the fog; the sky is 600 m away."""
    table = []
    for value in range(256):
        distance_m = -DEPTH_UNIT_M * math.log(1 - value / 255) if value < 255 else 600.0
        table.append(round(255 * (1 - math.exp(-min(distance_m, 600.0) / sight_m))))
    return table


def rained(picture: Image.Image, scene: Scene) -> Image.Image:
    """Streaks, more and longer in heavier rain; bright in the light of a lamp."""
    if scene.weather.rain_mm_per_h < 0.3:
        return picture
    chance = random.Random(f"rain {scene.camera_id} {scene.at.isoformat()} {scene.seed}")
    share = min(1.0, scene.weather.rain_mm_per_h / HEAVY_RAIN_MM_PER_H)
    sheet = _streaks(chance.randrange(RAIN_KINDS), round(4 + 8 * share**0.5), round(3 * scene.weather.wind))
    width, height = picture.size
    zoom = HD[0] / width
    span = (min(STREAKS_PX, round(width * zoom * 0.7)), min(STREAKS_PX, round(height * zoom * 0.7)))
    left, top = chance.randint(0, STREAKS_PX - span[0]), chance.randint(0, STREAKS_PX - span[1])
    part = sheet.resize((width, height), Image.Resampling.BILINEAR, box=(left, top, left + span[0], top + span[1]))
    tone = round(26 + 190 * daylight(scene.at) + (60 if scene.lamp.value != "none" else 0))
    strength = 0.18 + 0.5 * share
    mask = part.point([round(min(255, value * strength)) for value in range(256)])
    return Image.composite(Image.new("RGB", picture.size, (min(255, tone),) * 3), picture, mask)


@lru_cache(maxsize=24)
def _streaks(kind: int, length: int, slant: int) -> Image.Image:
    """Streaks of one exposure: points drawn out along their fall."""
    chance = np.random.default_rng(100 + kind)
    points = (chance.random((STREAKS_PX, STREAKS_PX)) < 0.0011 * length / 6).astype(np.float32)
    points *= chance.uniform(0.3, 1.0, points.shape).astype(np.float32)
    drawn = np.zeros_like(points)
    for step in range(3 * length):
        fade = math.sin(math.pi * (step + 0.5) / (3 * length))
        drawn = np.maximum(drawn, fade * np.roll(points, (step, -step * slant // 12), axis=(0, 1)))
    return Image.fromarray(np.clip(255 * drawn, 0, 255).astype(np.uint8))


def dazzled(picture: Image.Image, scene: Scene) -> Image.Image:
    """A low sun: a burnt-out disc with its bloom, a washed-out picture, and ghosts in the lens across from it."""
    glare = scene.weather.glare * min(1.0, 2 * daylight(scene.at))
    if glare <= 0:
        return picture
    width, height = picture.size
    x = width * between(0.12, 0.88, scene.camera_id, scene.seed, "sun")
    y = height * between(-0.02, 0.16, scene.camera_id, scene.seed, "sun high")
    veil = Image.new("RGB", picture.size, (248, 240, 222))
    picture = Image.blend(picture, veil, 0.42 * glare)
    shine(picture, (x, y), (width * (0.3 + 0.5 * glare),) * 2, _warm(0.95 * glare))
    shine(picture, (x, y), (width * (0.12 + 0.2 * glare),) * 2, _warm(1.0))
    shine(picture, (x, y), (width * (0.5 + 0.5 * glare), height * 0.03), _warm(0.5 * glare))
    for part, size in ((0.55, 0.035), (1.25, 0.06), (1.7, 0.03)):
        ghost = (x + part * (width / 2 - x) * 1.2, y + part * (height / 2 - y) * 1.2)
        shine(picture, ghost, (width * size, width * size), (round(70 * glare), round(84 * glare), round(56 * glare)))
    return picture


def _warm(strength: float) -> tuple[int, int, int]:
    return round(255 * min(1, strength)), round(246 * min(1, strength)), round(226 * min(1, strength))
