"""What faces are made of: concrete, grass, asphalt, walls of houses, steel."""

from __future__ import annotations

import numpy as np

from simulators.drawing.rays import Hit, Paint
from simulators.drawing.texture import Field, fractal, sampled

Tone = tuple[int, int, int]

GRASS: Tone = (86, 104, 58)
CONCRETE: Tone = (148, 145, 136)
SLIME: Tone = (74, 78, 58)
"""What grows on concrete that is often wet."""


def plain(tone: Tone, rough: float = 0.05, seed: int = 1) -> Paint:
    """Steel, paint, cloth: hardly any grain."""

    def paint(hit: Hit) -> Field:
        return _toned(tone, 1 + rough * _noise(hit, seed, 1.2, 40) + rough * _noise(hit, seed + 1, 1.6, 6))

    return paint


def concrete(
    seed: int, tone: Tone = CONCRETE, joint_m: tuple[float, float] = (0, 0), wet_m: float = -9, fade_m: float = 0.5
) -> Paint:
    """Concrete with stains that run down, joints every so many metres along and up, and slime below ``wet_m``."""

    def paint(hit: Hit) -> Field:
        grain = 0.05 * _noise(hit, seed, 0.9, 60) + 0.07 * _noise(hit, seed + 1, 1.6, 9)
        streaks = 0.07 * sampled(fractal(seed + 2, 1.3), hit.u_m * 50, hit.v_m * 4)
        light = 1 + grain + streaks - _joints(hit, joint_m)
        colour = _toned(tone, light)
        edge_m = wet_m + 0.35 * fade_m * _noise(hit, seed + 3, 1.2, 18)
        slimy = np.clip((edge_m - hit.z_m) / fade_m + 0.5, 0, 1) * 0.75
        return _mixed(colour, _toned(SLIME, 1 + 2 * grain), slimy)

    return paint


def _joints(hit: Hit, joint_m: tuple[float, float]) -> Field:
    """How dark the joints are; thinner than a pixel they fade."""
    dark = np.zeros_like(hit.u_m)
    for place, every_m in ((hit.u_m, joint_m[0]), (hit.v_m, joint_m[1])):
        if every_m > 0:
            off_m = np.abs((place + every_m / 2) % every_m - every_m / 2)
            width_m = np.maximum(0.03, 0.6 * hit.pixel_m)
            dark += 0.3 * np.clip(1.5 - off_m / width_m, 0, 1) * np.minimum(1, 0.05 / width_m)
    return np.minimum(dark, 0.4)


def grass(seed: int, tone: Tone = GRASS, mown: float = 0.5) -> Paint:
    """Grass and weeds in patches, some of them dry; ``mown`` 1 is even, 0 wild."""

    def paint(hit: Hit) -> Field:
        near = np.clip(0.03 / np.maximum(hit.pixel_m, 1e-4), 0.25, 1)
        blades = 0.24 * near * sampled(fractal(seed, 0.7), hit.u_m * 60, hit.v_m * 30)
        tufts = (0.22 - 0.12 * mown) * _noise(hit, seed + 1, 1.1, 14) + 0.10 * _noise(hit, seed + 2, 1.6, 3)
        colour = _toned(tone, np.clip(1 + blades + tufts, 0.25, 1.8))
        dry = np.clip(0.3 + 0.5 * _noise(hit, seed + 3, 1.4, 5), 0, 0.8)
        return _mixed(colour, _toned((136, 126, 82), 1 + blades + tufts), dry)

    return paint


def ground(seed: int, tone: Tone = (112, 104, 88)) -> Paint:
    """Gravel, mud and stones."""

    def paint(hit: Hit) -> Field:
        near = np.clip(0.04 / np.maximum(hit.pixel_m, 1e-4), 0.3, 1)
        return _toned(tone, 1 + 0.25 * near * _noise(hit, seed, 0.8, 30) + 0.14 * _noise(hit, seed + 1, 1.5, 5))

    return paint


def asphalt(seed: int, tone: Tone = (98, 98, 100)) -> Paint:
    """A road with patches and worn tracks."""

    def paint(hit: Hit) -> Field:
        near = np.clip(0.03 / np.maximum(hit.pixel_m, 1e-4), 0.2, 1)
        return _toned(tone, 1 + 0.12 * near * _noise(hit, seed, 0.6, 70) + 0.08 * _noise(hit, seed + 1, 1.6, 4))

    return paint


def facade(seed: int, tone: Tone, storey_m: float = 2.9, bay_m: float = 2.6) -> Paint:
    """The wall of a house with windows, some of them with curtains."""

    def paint(hit: Hit) -> Field:
        colour = _toned(tone, 1 + 0.04 * _noise(hit, seed, 1.0, 20) + 0.05 * _noise(hit, seed + 1, 1.7, 3))
        bay, storey = np.floor(hit.u_m / bay_m), np.floor(hit.v_m / storey_m)
        across, above = hit.u_m / bay_m - bay, hit.v_m / storey_m - storey
        window = (np.abs(across - 0.5) < 0.27) & (np.abs(above - 0.58) < 0.21)
        frame = (np.abs(across - 0.5) < 0.30) & (np.abs(above - 0.58) < 0.24) & ~window
        shade = 0.5 + 0.5 * np.sin(bay * 12.9 + storey * 78.2 + seed)
        glass = np.stack([52 + 60 * shade, 60 + 62 * shade, 70 + 62 * shade], axis=-1).astype(np.float32)
        colour = np.where(window[:, None], glass * (0.8 + 0.4 * above[:, None]), colour)
        return np.where(frame[:, None], np.float32(0.7) * colour + 40, colour).astype(np.float32)

    return paint


def tiles(seed: int, tone: Tone) -> Paint:
    """A tiled roof."""

    def paint(hit: Hit) -> Field:
        fine = np.clip(1 - hit.pixel_m / 0.15, 0, 1)
        rows = 0.14 * fine * np.sin(2 * np.pi * hit.v_m / 0.3) + 0.08 * fine * np.sin(2 * np.pi * hit.u_m / 0.28)
        return _toned(tone, 1 + rows + 0.08 * _noise(hit, seed, 1.2, 12))

    return paint


def bars(seed: int, every_m: float, share: float, tone: Tone, gap: Tone) -> Paint:
    """Upright bars before a dark gap: the screen of a pump station, its trash caught near the foot."""

    def paint(hit: Hit) -> Field:
        place = np.abs((hit.u_m / every_m) % 1 - 0.5) * 2
        soft = np.maximum(hit.pixel_m / every_m, 0.02)
        bar = np.clip((share - place) / soft + 0.5, 0, 1)
        rust = 1 + 0.14 * sampled(fractal(seed, 1.2), hit.u_m * 40, hit.v_m * 6)
        return _mixed(_toned(gap, 1 + 0.3 * _noise(hit, seed + 1, 1.4, 10)), _toned(tone, rust), bar)

    return paint


def railing(every_m: float, post_m: float, rails: int, height_m: float, tone: Tone) -> Paint:
    """Posts and rails; clear between them."""

    def paint(hit: Hit) -> Field:
        post = np.abs((hit.u_m + every_m / 2) % every_m - every_m / 2)
        step_m = height_m / rails
        rail = np.abs(hit.v_m - step_m * np.ceil(hit.v_m / step_m) + post_m)
        there = np.maximum(_covers(post, post_m, hit.pixel_m), _covers(rail, post_m, hit.pixel_m))
        light = 1 - 0.2 * np.clip(post / max(post_m, 1e-3), 0, 1)
        return np.concatenate([_toned(tone, light), 255 * there[:, None]], axis=1)

    return paint


def lines(tone: Tone, every_m: float = 0, dash_m: float = 0, seed: int = 5) -> Paint:
    """A painted line on a road, whole or in dashes, worn; clear between the dashes."""

    def paint(hit: Hit) -> Field:
        there = np.clip(0.85 + 0.25 * _noise(hit, seed, 0.9, 30), 0, 1)
        if every_m > 0:
            there = np.where(hit.v_m % every_m < dash_m, there, 0).astype(np.float32)
        return np.concatenate([_toned(tone, np.ones_like(there)), 255 * there[:, None]], axis=1)

    return paint


def picture(image: Field, size_m: tuple[float, float]) -> Paint:
    """An image on a face of a size, its first row at the top; a fourth channel is how much it covers."""
    rows, columns = image.shape[:2]

    def paint(hit: Hit) -> Field:
        x = np.clip(hit.u_m / size_m[0] * columns - 0.5, 0, columns - 1.001)
        y = np.clip((1 - hit.v_m / size_m[1]) * rows - 0.5, 0, rows - 1.001)
        left, top = x.astype(np.int32), y.astype(np.int32)
        right_part, lower_part = (x - left)[:, None], (y - top)[:, None]
        upper = image[top, left] * (1 - right_part) + image[top, left + 1] * right_part
        lower = image[top + 1, left] * (1 - right_part) + image[top + 1, left + 1] * right_part
        return np.asarray(upper * (1 - lower_part) + lower * lower_part, dtype=np.float32)

    return paint


def shaded(paint: Paint, light: float) -> Paint:
    """The same in another light."""
    factor = np.array([light, light, light, 1.0], dtype=np.float32)

    def darker(hit: Hit) -> Field:
        colour = paint(hit)
        return colour * factor[: colour.shape[1]]

    return darker


def _noise(hit: Hit, seed: int, roughness: float, per_m: float) -> Field:
    return sampled(fractal(seed % 24, roughness), hit.u_m * per_m + seed * 37, hit.v_m * per_m + seed * 91)


def _covers(off_m: Field, half_m: float, pixel_m: Field) -> Field:
    """The share of a pixel that a bar covers."""
    sharp = np.clip((half_m - off_m) / np.maximum(pixel_m, 1e-3) + 0.5, 0, 1)
    return np.asarray(sharp * np.minimum(1, 2.4 * half_m / pixel_m), dtype=np.float32)


def _toned(tone: Tone, light: Field) -> Field:
    return light[:, None] * np.array(tone, dtype=np.float32)


def _mixed(one: Field, other: Field, share: Field) -> Field:
    return np.asarray(one + share[:, None] * (other - one), dtype=np.float32)
