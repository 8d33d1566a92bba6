"""What a camera sees of its place in even daylight and without water: drawn once, kept for the pictures to come."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from PIL import Image, ImageFilter

from ingest.hazard import Levels
from ingest.stations import StationKind
from simulators.chance import share
from simulators.drawing import paints
from simulators.drawing.backdrop import hills
from simulators.drawing.places.place import Place, Plan, staff_of
from simulators.drawing.places.table import BUILDERS
from simulators.drawing.rays import Canvas, Eye, Paint, vector
from simulators.drawing.staff import board
from simulators.drawing.texture import Field
from simulators.scene import SMALL, Pose, Scene, Size

KEPT = 24
"""Views that are kept: about 8 MB each at 1280×720."""
DEPTH_UNIT_M = 80.0
DEEPEST = 250


@dataclass(frozen=True, slots=True)
class View:
    """The pictures are as large as the still, the fields as large as the grid of the water (``SMALL``, or less).

    ``picture``: colours. ``depth``: 255·(1 − exp(−distance/80 m)), 255 for the sky. ``leafy``, ``sky``: 255 where
    leaves or sky are. ``z_m``: height of what is seen above the bed. ``soft_m``: how much of it a row spans.
    ``rays``: where a pixel looks, for each metre that the water lies below the camera.
    """

    place: Place
    eye: Eye
    picture: Image.Image
    depth: Image.Image
    leafy: Image.Image
    sky: Image.Image
    z_m: Field
    soft_m: Field
    rays: tuple[Field, Field]
    seed: int


def view_of(scene: Scene, size: Size) -> View:
    """The view of a scene's camera; do not draw on it."""
    still_pose = replace(scene.pose, right_px=0.0, down_px=0.0)
    levels = tuple(sorted(scene.levels.items()))
    number = int(share(scene.camera_id, scene.seed, "view") * 1e9)
    return _view(scene.kind, number, scene.bottom_m, scene.top_m, levels, still_pose, size)


def place_of(scene: Scene) -> tuple[Place, Eye]:
    """The place and the camera as it stands now."""
    number = int(share(scene.camera_id, scene.seed, "view") * 1e9)
    place = _place(scene.kind, number, scene.bottom_m, scene.top_m, tuple(sorted(scene.levels.items())))
    return place, posed(place.eye, scene.pose)


def posed(eye: Eye, pose: Pose) -> Eye:
    """A camera that has turned or zoomed."""
    return Eye(
        eye.height_m,
        eye.focal * pose.zoom,
        eye.yaw_rad + math.radians(pose.pan_deg),
        eye.pitch_rad + math.radians(pose.tilt_deg),
        eye.roll_rad + math.radians(pose.roll_deg),
    )


@lru_cache(maxsize=4 * KEPT)
def _place(
    kind: StationKind, number: int, bottom_m: float, top_m: float, levels: tuple[tuple[int, float], ...]
) -> Place:
    crest = (max(stage for _, stage in levels) - bottom_m) / (top_m - bottom_m) if levels else 0.88
    return BUILDERS[kind](Plan(min(0.95, max(0.55, crest)), random.Random(number)))


@lru_cache(maxsize=KEPT)
def _view(
    kind: StationKind,
    number: int,
    bottom_m: float,
    top_m: float,
    levels: tuple[tuple[int, float], ...],
    pose: Pose,
    size: Size,
) -> View:
    place = _place(kind, number, bottom_m, top_m, levels)
    eye = posed(place.eye, pose)
    background, hilly = hills(eye.rays(size), number % 1000)
    canvas = Canvas.blank(eye, size, background)
    canvas.depth_m[hilly] = 2000.0
    canvas.add([*place.faces, staff_of(place, _board_paint(place, eye, bottom_m, top_m, dict(levels), size))])
    return _view_on(canvas, place, number % 1000)


def _board_paint(place: Place, eye: Eye, bottom_m: float, top_m: float, levels: Levels, size: Size) -> Paint:
    """The board in as many rows as it will have in the picture."""
    rows = [eye.project(place.staff_foot + vector(0, 0, z_m), size) for z_m in (0.0, place.rise_m)]
    seen_px = abs(rows[0][1] - rows[1][1]) if min(row[2] for row in rows) > 0.1 else 100.0
    image = board(bottom_m, top_m, levels, round(min(seen_px, 2000.0) * 1.2))
    width_m = float(np.linalg.norm(staff_of(place, paints.plain((0, 0, 0))).along))
    return paints.picture(image, (width_m, place.rise_m))


def _view_on(canvas: Canvas, place: Place, seed: int) -> View:
    size = canvas.size
    picture = Image.fromarray(np.clip(canvas.colour, 0, 255).astype(np.uint8))
    finite = np.where(np.isfinite(canvas.depth_m), canvas.depth_m, 1e9)
    depth = np.where(finite < 1e8, np.minimum(DEEPEST, 255 * (1 - np.exp(-finite / DEPTH_UNIT_M))), 255)
    sky_mask = Image.fromarray(np.where(finite < 1e8, 0, 255).astype(np.uint8))
    leafy = Image.fromarray((255 * canvas.leafy).astype(np.uint8))
    step = max(1, size[0] // SMALL[0])
    z_m = np.ascontiguousarray(canvas.z_m[step // 2 :: step, step // 2 :: step])
    x, y, z = canvas.eye.rays((size[0] // step, size[1] // step))
    down = np.where(z < -0.004, -z, np.inf)
    return View(
        place,
        canvas.eye,
        picture.filter(ImageFilter.GaussianBlur(0.55 * size[0] / 1280)),
        Image.fromarray(depth.astype(np.uint8)),
        leafy.filter(ImageFilter.GaussianBlur(size[0] / 500)),
        sky_mask.filter(ImageFilter.GaussianBlur(0.8)),
        z_m,
        _rows_span_m(z_m),
        ((x / down).astype(np.float32), (y / down).astype(np.float32)),
        seed,
    )


def _rows_span_m(z_m: Field) -> Field:
    """By how much the height changes to the next row, within what a bank or a wall can have."""
    with np.errstate(invalid="ignore"):
        step_m = np.abs(np.diff(z_m, axis=0, append=z_m[-1:]))
    return np.asarray(np.clip(np.nan_to_num(step_m, nan=0.02, posinf=0.02), 0.004, 0.12), dtype=np.float32)
