"""A world of flat faces seen by a camera: one ray for each pixel. Metres; x to the right, y ahead, z up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators.drawing.texture import Field
from simulators.scene import Size

Vector = NDArray[np.float64]


def vector(x: float, y: float, z: float) -> Vector:
    """A point or a direction."""
    return np.array((x, y, z), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Hit:
    """Where rays meet a face: metres along its two edges, how wide a pixel is there, and the height above the bed."""

    u_m: Field
    v_m: Field
    pixel_m: Field
    z_m: Field


Paint = Callable[[Hit], Field]
"""Colours from 0 to 255, one row for each ray: red, green, blue, and where there is a fourth, how much it covers."""


@dataclass(frozen=True, slots=True)
class Face:
    """A parallelogram. ``leafy``: it moves in the wind. ``clear``: its paint says how much it covers."""

    corner: Vector
    along: Vector
    up: Vector
    paint: Paint
    leafy: bool = False
    clear: bool = False


@dataclass(frozen=True, slots=True)
class Eye:
    """A camera above the origin. ``focal`` is the focal length as a share of the width of the picture."""

    height_m: float
    focal: float
    yaw_rad: float = 0.0
    pitch_rad: float = 0.0
    roll_rad: float = 0.0

    @property
    def place(self) -> Vector:
        """Where the camera is."""
        return vector(0.0, 0.0, self.height_m)

    def axes(self) -> tuple[Vector, Vector, Vector]:
        """Directions ahead, to the right and up of the picture."""
        sine, cosine = np.sin(self.yaw_rad), np.cos(self.yaw_rad)
        ahead = vector(sine * np.cos(self.pitch_rad), cosine * np.cos(self.pitch_rad), np.sin(self.pitch_rad))
        right = vector(cosine, -sine, 0.0)
        up = np.cross(right, ahead)
        turn = np.cos(self.roll_rad), np.sin(self.roll_rad)
        return ahead, turn[0] * right - turn[1] * up, turn[1] * right + turn[0] * up

    def rays(self, size: Size) -> tuple[Field, Field, Field]:
        """Directions of all pixels, one metre ahead each: x, y and z by row and column."""
        width, height = size
        ahead, right, up = self.axes()
        across = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / (self.focal * width)
        above = (height / 2 - np.arange(height, dtype=np.float32) - 0.5) / (self.focal * width)
        x, y, z = (ahead[i] + across[None, :] * right[i] + above[:, None] * up[i] for i in range(3))
        return x.astype(np.float32), y.astype(np.float32), z.astype(np.float32)

    def project(self, point: Vector, size: Size) -> tuple[float, float, float]:
        """Column and row of a point in the picture and how far ahead it is; behind the camera it is not above 0."""
        width, height = size
        ahead, right, up = self.axes()
        offset = point - self.place
        depth = float(offset @ ahead)
        scale = self.focal * width / max(depth, 1e-6)
        return width / 2 + float(offset @ right) * scale, height / 2 - float(offset @ up) * scale, depth


@dataclass(slots=True)
class Canvas:
    """What the rays have met so far: colours, distance ahead, height above the bed, and where leaves are."""

    eye: Eye
    size: Size
    rays: tuple[Field, Field, Field]
    colour: Field
    depth_m: Field
    z_m: Field
    leafy: Field

    @classmethod
    def blank(cls, eye: Eye, size: Size, colour: Field) -> Canvas:
        """Nothing but a background: infinitely far and infinitely high."""
        shape = size[1], size[0]
        far, high = (np.full(shape, np.inf, dtype=np.float32) for _ in range(2))
        return cls(eye, size, eye.rays(size), colour, far, high, np.zeros(shape, dtype=np.float32))

    def add(self, faces: Sequence[Face]) -> None:
        """Draw faces; what is nearer hides what is behind. Clear ones come last, the farthest first."""
        for face in faces:
            if not face.clear:
                self._draw(face)
        clear = [face for face in faces if face.clear]
        for face in sorted(clear, key=self._distance_m, reverse=True):
            self._draw(face)

    def _distance_m(self, face: Face) -> float:
        return float(np.linalg.norm(face.corner + face.along / 2 - self.eye.place))

    def _draw(self, face: Face) -> None:
        window = self._window(face)
        if window is None:
            return
        x, y, z = (ray[window] for ray in self.rays)
        normal = np.cross(face.along, face.up)
        toward = x * normal[0] + y * normal[1] + z * normal[2]
        with np.errstate(divide="ignore", invalid="ignore"):
            depth = (float((face.corner - self.eye.place) @ normal) / toward).astype(np.float32)
        near = np.isfinite(depth) & (depth > 0.05) & (depth < self.depth_m[window])
        at = self.eye.place - face.corner
        along, up = (edge / float(edge @ edge) for edge in (face.along, face.up))
        depth = np.where(near, depth, 0)
        u = float(at @ along) + depth * (x * along[0] + y * along[1] + z * along[2])
        v = float(at @ up) + depth * (x * up[0] + y * up[1] + z * up[2])
        met = near & (u >= 0) & (u <= 1) & (v >= 0) & (v <= 1)
        if met.any():
            self._paint(face, window, met, depth[met], u[met], v[met], np.abs(toward[met]) / np.linalg.norm(normal))

    def _paint(
        self,
        face: Face,
        window: tuple[slice, slice],
        met: NDArray[np.bool_],
        depth: Field,
        u: Field,
        v: Field,
        slant: NDArray[np.floating],
    ) -> None:
        z_m = (face.corner[2] + u * face.along[2] + v * face.up[2]).astype(np.float32)
        pixel_m = depth / (self.eye.focal * self.size[0]) / np.maximum(slant, 0.05).astype(np.float32) ** 0.5
        u_m, v_m = u * float(np.linalg.norm(face.along)), v * float(np.linalg.norm(face.up))
        painted = face.paint(Hit(u_m, v_m, pixel_m, z_m))
        solid = painted[:, 3] / 255 if face.clear else np.ones(len(depth), dtype=np.float32)
        colour = self.colour[window]
        colour[met] += solid[:, None] * (painted[:, :3] - colour[met])
        where = met.copy()
        where[met] = solid > 0.5
        for target, values in ((self.depth_m, depth), (self.z_m, z_m)):
            target[window][where] = values[solid > 0.5]
        self.leafy[window][where] = 1.0 if face.leafy else 0.0

    def _window(self, face: Face) -> tuple[slice, slice] | None:
        """The rows and columns that may see a face; None: none does."""
        corners = (face.corner + i * face.along + j * face.up for i in (0, 1) for j in (0, 1))
        seen = [self.eye.project(corner, self.size) for corner in corners]
        width, height = self.size
        if max(depth for _, _, depth in seen) <= 0:
            return None
        if min(depth for _, _, depth in seen) <= 0.05:
            return slice(0, height), slice(0, width)
        columns, rows = [x for x, _, _ in seen], [y for _, y, _ in seen]
        left, right = max(0, int(min(columns)) - 1), min(width, int(max(columns)) + 2)
        top, bottom = max(0, int(min(rows)) - 1), min(height, int(max(rows)) + 2)
        return (slice(top, bottom), slice(left, right)) if left < right and top < bottom else None
