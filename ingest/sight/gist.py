"""What a picture is judged by: a few thousand numbers taken in one pass. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.sight.samples import Box, Samples, outside, samples
from ingest.sight.sharpness import GRAIN, Sharpness, sharpness
from ingest.sight.structure import COLUMNS, FAINT, HEIGHT, ROWS, TILE, WIDTH, Field, Grey, directions, gradients

WORK_WIDTH = 640
NOISY = 2.0
"""Times the noise of the picture in small that an edge must reach to count for half."""


@dataclass(frozen=True)
class Gist:
    """A picture as the judge sees it; light is in grey levels, 0 to 255.

    ``width`` and ``height`` in pixels. ``samples`` are single pixels, ``told`` says which of them lie outside of the
    camera's own clock. ``small`` is the grey picture of 128×72 points, ``gradient`` its edges,
    ``sharp`` the sharpness of its 16×9 tiles, ``open`` which of the tiles the clock does not touch. ``work`` is the
    grey picture about 640 wide.
    """

    width: int
    height: int
    samples: Samples
    told: NDArray[np.bool_]
    small: Grey
    gradient: Field
    sharp: Sharpness
    open: NDArray[np.bool_]
    work: NDArray[np.uint8]

    @cached_property
    def directions(self) -> Field:
        """Edges in small by their direction."""
        return directions(self.gradient, self.faint)

    @cached_property
    def faint(self) -> Grey:
        """Gradient in small, grey levels a point, below which an edge counts for little: as much as noise makes."""
        noise = np.sqrt(np.float32(GRAIN) * self.sharp.noise).repeat(TILE, 0).repeat(TILE, 1)
        faint: Grey = np.float32(FAINT) + np.float32(NOISY) * noise
        return faint

    @cached_property
    def coarse(self) -> Samples:
        """Grey of 64×36 points."""
        halves = self.small.reshape(HEIGHT // 2, 2, WIDTH // 2, 2).mean(axis=(1, 3))
        points: Samples = np.rint(halves).astype(np.uint8)
        return points

    @cached_property
    def light(self) -> tuple[float, float, float]:
        """The samples outside of the clock: mean, 2nd and 98th percentile."""
        shown = np.sort(self.samples[self.told])
        return float(shown.mean()), float(shown[len(shown) // 50]), float(shown[-1 - len(shown) // 50])


def gist(picture: Image.Image, clock_area: Box | None) -> Gist:
    """All figures of a decoded picture of any mode and at least 128×72 pixels; ValueError for a smaller one.

    ``clock_area`` is where the camera writes its own clock (left, top, right, bottom as shares).
    """
    if picture.width < WIDTH or picture.height < HEIGHT:
        raise ValueError(
            f"a picture of {picture.width}×{picture.height} is too small to judge: {WIDTH}×{HEIGHT} at least"
        )
    grey = picture if picture.mode == "L" else picture.convert("L")
    work = grey.reduce(max(1, round(grey.width / WORK_WIDTH)))
    small = work.convert("F").resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    points = np.asarray(small, dtype=np.float32)
    gradient = gradients(points)
    return Gist(
        width=grey.width,
        height=grey.height,
        samples=samples(np.asarray(grey)),
        told=outside(clock_area),
        small=points,
        gradient=gradient,
        sharp=sharpness(np.asarray(work), points),
        open=_open_tiles(clock_area),
        work=np.asarray(work),
    )


def _open_tiles(area: Box | None) -> NDArray[np.bool_]:
    tiles = np.ones((ROWS, COLUMNS), dtype=np.bool_)
    if area is not None:
        left, top, right, bottom = area
        first_row, last_row = int(top * ROWS), int(np.ceil(bottom * ROWS))
        tiles[first_row:last_row, int(left * COLUMNS) : int(np.ceil(right * COLUMNS))] = False
    return tiles
