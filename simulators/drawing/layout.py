"""Pieces that places are built of: strips of ground along an axis, walls, houses, trees, poles."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from simulators.drawing.growth import tree
from simulators.drawing.paints import Tone, facade, picture, plain, railing, shaded, tiles
from simulators.drawing.rays import Eye, Face, Paint, Vector, vector
from simulators.drawing.staff import SHAPE

ASPECT = 9 / 16
WALLS: Sequence[Tone] = ((196, 190, 178), (178, 170, 158), (206, 204, 200), (164, 158, 150), (186, 172, 148))
ROOFS: Sequence[Tone] = ((74, 76, 82), (92, 84, 80), (66, 70, 78), (118, 76, 60), (84, 92, 96))


@dataclass(frozen=True, slots=True)
class Axes:
    """A direction along the water, and the one across it, away from the camera; flat."""

    along: Vector
    across: Vector

    @classmethod
    def turned(cls, angle_rad: float) -> Axes:
        """Along runs off to the right of the view by an angle (to the left where it is negative)."""
        sine, cosine = math.sin(angle_rad), math.cos(angle_rad)
        side = 1.0 if angle_rad >= 0 else -1.0
        return cls(vector(sine, cosine, 0), vector(-side * cosine, abs(sine), 0))

    def point(self, along_m: float, across_m: float, z_m: float) -> Vector:
        """A point by its distances from the camera's foot."""
        return along_m * self.along + across_m * self.across + vector(0, 0, z_m)

    def strip(
        self, near: tuple[float, float], far: tuple[float, float], ends_m: tuple[float, float], paint: Paint
    ) -> Face:
        """Ground between two lines, each given by its distance across and its height."""
        start, stop = ends_m
        corner = self.point(start, near[0], near[1])
        return Face(corner, (stop - start) * self.along, self.point(start, far[0], far[1]) - corner, paint)

    def wall(self, across_m: float, low_m: float, high_m: float, ends_m: tuple[float, float], paint: Paint) -> Face:
        """An upright wall along the axis."""
        return self.strip((across_m, low_m), (across_m, high_m), ends_m, paint)

    def rail(self, across_m: float, z_m: float, ends_m: tuple[float, float], tone: Tone, height_m: float = 1.1) -> Face:
        """A fence or guard rail along the axis."""
        paint = railing(2.0, 0.04, 2 if height_m < 1 else 3, height_m, tone)
        face = self.wall(across_m, z_m, z_m + height_m, ends_m, paint)
        return Face(face.corner, face.along, face.up, paint, clear=True)


FORWARD = Axes(vector(1, 0, 0), vector(0, 1, 0))
"""Along is to the right, across is ahead."""


def box(
    axes: Axes, middle_m: tuple[float, float], z_m: float, size_m: tuple[float, float, float], paint: Paint
) -> list[Face]:
    """Four walls and a flat top: width along, depth across, height."""
    along_m, across_m = middle_m[0] - size_m[0] / 2, middle_m[1] - size_m[1] / 2
    corner = axes.point(along_m, across_m, z_m)
    wide, deep, up = size_m[0] * axes.along, size_m[1] * axes.across, vector(0, 0, size_m[2])
    return [
        Face(corner, wide, up, shaded(paint, 0.96)),
        Face(corner, deep, up, shaded(paint, 0.74)),
        Face(corner + wide, deep, up, shaded(paint, 0.86)),
        Face(corner + deep, wide, up, shaded(paint, 0.8)),
        Face(corner + up, wide, deep, plain((150, 150, 148))),
    ]


def house(axes: Axes, middle_m: tuple[float, float], z_m: float, chance: random.Random) -> list[Face]:
    """A house of two storeys under a tiled roof, or a block of flats."""
    wide, deep, storeys = chance.uniform(7, 11), chance.uniform(6, 8), chance.choice((1, 2, 2, 2, 4))
    height = storeys * 2.9
    paint = facade(chance.randrange(1000), chance.choice(WALLS))
    walls = box(axes, middle_m, z_m, (wide, deep, height), paint)
    if storeys > 2:
        return walls
    return [*walls[:4], *_roof(axes, middle_m, z_m + height, (wide, deep), chance)]


def _roof(
    axes: Axes, middle_m: tuple[float, float], z_m: float, size_m: tuple[float, float], chance: random.Random
) -> list[Face]:
    eaves = 0.6
    wide, deep = size_m[0] + 2 * eaves, size_m[1] + 2 * eaves
    corner = axes.point(middle_m[0] - wide / 2, middle_m[1] - deep / 2, z_m - 0.1)
    along, half, ridge = wide * axes.along, deep / 2 * axes.across, vector(0, 0, deep / 2 * 0.5)
    paint = tiles(chance.randrange(1000), chance.choice(ROOFS))
    return [Face(corner, along, half + ridge, paint), Face(corner + 2 * half, along, ridge - half, shaded(paint, 0.7))]


def planted(axes: Axes, foot_m: tuple[float, float], z_m: float, height_m: float, seed: int) -> Face:
    """A tree that faces the camera."""
    foot = axes.point(*foot_m, z_m)
    level = vector(foot[0], foot[1], 0)
    right = vector(level[1], -level[0], 0) / max(0.1, math.hypot(level[0], level[1]))
    paint = picture(tree(seed), (height_m, height_m))
    up = vector(0, 0, height_m * 1.02)
    return Face(foot - right * height_m / 2, right * height_m, up, paint, leafy=True, clear=True)


def pole(axes: Axes, foot_m: tuple[float, float], z_m: float, height_m: float, wide_m: float = 0.3) -> Face:
    """A post or a utility pole that faces the camera."""
    foot = axes.point(*foot_m, z_m)
    right = vector(foot[1], -foot[0], 0) / max(0.1, math.hypot(foot[0], foot[1]))
    return Face(foot - right * wide_m / 2, right * wide_m, vector(0, 0, height_m), plain((122, 120, 114)))


def staff_face(foot: Vector, right: Vector, height_m: float, paint: Paint) -> Face:
    """The staff gauge, its foot's left end at a point."""
    return Face(foot, right * height_m * SHAPE, vector(0, 0, height_m), paint)


def eye_for(distance_m: float, height_m: float, staff_m: float, rows: tuple[float, float], pan_rad: float = 0) -> Eye:
    """The camera that sees a staff of a height between two rows (shares of the picture: upper end, foot)."""
    low, high = math.atan2(height_m, distance_m), math.atan2(height_m - staff_m, distance_m)
    focal = (rows[1] - rows[0]) * ASPECT / (low - high)
    pitch = low - math.atan((rows[1] - 0.5) * ASPECT / focal)
    return Eye(height_m, focal, yaw_rad=pan_rad, pitch_rad=-pitch)
