"""Water that stands where the stage says: muddier the higher it is, rippled, mirroring the bank and the sky."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from simulators.drawing.texture import TILE, Field, fractal
from simulators.drawing.view import View
from simulators.scene import Size

Window = tuple[slice, slice]

CLEAR, MUDDY = (72, 84, 70), (138, 116, 82)
"""Colour of low and of high water where it mirrors nothing."""
WET_SHARE = 0.03
"""How high above the surface walls and banks are wet and dark, of the height of the staff."""
WHOLE_HOURS_S = 3600.0
FINE_PER_M, BROAD_PER_M = 70.0, 17.0


@dataclass(frozen=True, slots=True)
class Water:
    """Water up to a height above the bed.

    ``muddy`` runs from 0 (clear) to 1, ``rough`` from 0 (a mirror) to 1 (whipped by wind, rain and flow). The surface
    has moved on by ``time_s``. ``sky`` is the tone of the sky above it.
    """

    z_m: float
    muddy: float
    rough: float
    time_s: float
    sky: tuple[float, float, float]


def draw_water(picture: Image.Image, view: View, water: Water) -> None:
    """Pour water into a picture of a view."""
    wet_m = WET_SHARE * view.place.rise_m
    box = _box(view, water.z_m + wet_m)
    if box is None:
        return
    top, bottom, left, right = box
    window = slice(top, bottom), slice(left, right)
    cover = np.clip(0.5 + (water.z_m - view.z_m[window]) / view.soft_m[window], 0, 1)
    step = picture.width // _grid(view)[0]
    behind = np.asarray(picture.reduce(step) if step > 1 else picture)
    surface = _surface(view, window, behind, cover, water)
    _darken_wet(picture, view, box, (water.z_m, wet_m), cover)
    _paste(picture, surface, cover, box, _grid(view))


def _grid(view: View) -> Size:
    return view.z_m.shape[1], view.z_m.shape[0]


def _box(view: View, z_m: float) -> tuple[int, int, int, int] | None:
    """First and last rows and columns of the grid that lie below a height."""
    below = view.z_m < z_m
    rows, columns = np.flatnonzero(below.any(axis=1)), np.flatnonzero(below.any(axis=0))
    if not len(rows):
        return None
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _surface(view: View, window: Window, behind: NDArray[np.uint8], cover: Field, water: Water) -> Field:
    """Colours of the surface: mud near the camera, a mirror far away."""
    fall_m = np.float32(max(0.3, view.eye.height_m - water.z_m))
    x_m, y_m = (np.clip(ray[window], -400, 400) * fall_m for ray in view.rays)
    waves = _waves(view, x_m, y_m, water)
    far = x_m * x_m + y_m * y_m
    grazing = far / (far + fall_m * fall_m)
    mirror = 0.10 + 0.62 * grazing * grazing * grazing + 0.10 * waves
    mirror = np.clip(mirror * (1.0 - 0.35 * water.muddy), 0.04, 0.85)
    seen = _mirrored(behind, cover, window, waves, water)
    body = np.array([low + (high - low) * water.muddy for low, high in zip(CLEAR, MUDDY, strict=True)])
    light = (sum(water.sky) / 3 / 190.0) * (1 + 0.10 * waves)
    colour = body.astype(np.float32) * light[..., None]
    return np.asarray(colour + mirror[..., None] * (seen - colour), dtype=np.float32)


def _waves(view: View, x_m: Field, y_m: Field, water: Water) -> Field:
    """Height of the ripples as seen, about -2 to 2; they run with the flow and fade where a pixel is coarser."""
    flow_x, flow_y = view.place.flow_m_per_s
    moved = water.time_s % WHOLE_HOURS_S
    x, y = x_m - flow_x * moved, y_m - flow_y * moved
    detail = np.clip(9.0 / np.sqrt(x_m * x_m + y_m * y_m + 1), 0.12, 1)
    broad = _tile(fractal(11, 1.5), x * BROAD_PER_M + 5 * math.sin(moved), y * BROAD_PER_M * 1.2)
    fine = _tile(fractal(12, 1.1), x * FINE_PER_M + 37 * moved, y * FINE_PER_M * 0.7)
    return np.asarray((0.35 + 0.65 * water.rough) * (0.6 * broad + 0.9 * detail * fine), dtype=np.float32)


def _tile(tile: Field, u: Field, v: Field) -> Field:
    return np.asarray(tile[v.astype(np.int32) & (TILE - 1), u.astype(np.int32) & (TILE - 1)])


def _mirrored(behind: NDArray[np.uint8], cover: Field, window: Window, waves: Field, water: Water) -> Field:
    """What stands above the far edge of the water, upside down, shaken by the waves; the sky where that ends."""
    rows = np.arange(cover.shape[0], dtype=np.float32)[:, None] + window[0].start
    wet = cover > 0.5
    edge = np.where(wet.any(axis=0), wet.argmax(axis=0), cover.shape[0]).astype(np.float32) + window[0].start
    kernel = np.ones(3, dtype=np.float32) / 3
    edge = np.convolve(np.pad(edge, 1, mode="edge"), kernel, mode="valid").astype(np.float32)
    below = np.maximum(rows - edge[None, :], 0)
    source = edge[None, :] - 1 - below * 1.15 + waves * (0.6 + 0.10 * below) * (0.4 + water.rough)
    columns = np.arange(cover.shape[1])[None, :] + window[1].start
    index = np.clip(source, 0, behind.shape[0] - 1).astype(np.int32)
    found = behind[index, np.broadcast_to(columns, index.shape)].astype(np.float32)
    lost = np.clip((-source + 8) / 24, 0, 1)[..., None]
    return np.asarray(found + lost * (np.array(water.sky, dtype=np.float32) - found), dtype=np.float32)


def _darken_wet(
    picture: Image.Image, view: View, box: tuple[int, int, int, int], reach_m: tuple[float, float], cover: Field
) -> None:
    """Darken what is just above the water: ``reach_m`` is its height and how far up it wets."""
    top, bottom, left, right = box
    above = (view.z_m[top:bottom, left:right] - reach_m[0]) / reach_m[1]
    wet = np.clip(1 - above, 0, 1) * (1 - cover) * (0.34 * 255)
    place, size = _placed(picture, box, _grid(view))
    mask = Image.fromarray(wet.astype(np.uint8)).resize(size, Image.Resampling.BILINEAR)
    picture.paste((34, 32, 28), (*place, place[0] + size[0], place[1] + size[1]), mask)


def _paste(picture: Image.Image, surface: Field, cover: Field, box: tuple[int, int, int, int], grid: Size) -> None:
    place, size = _placed(picture, box, grid)
    image = Image.fromarray(np.clip(surface, 0, 255).astype(np.uint8))
    mask = Image.fromarray((255 * cover).astype(np.uint8))
    if size != image.size:
        image, mask = (each.resize(size, Image.Resampling.BILINEAR) for each in (image, mask))
    picture.paste(image, place, mask)


def _placed(picture: Image.Image, box: tuple[int, int, int, int], grid: Size) -> tuple[tuple[int, int], Size]:
    """Upper left corner and size of a box of the grid in the picture."""
    step = picture.width // grid[0]
    top, bottom, left, right = box
    return (left * step, top * step), ((right - left) * step, (bottom - top) * step)
