"""A picture beside the camera's face: what of the view is still there, and where it went. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.sight.detail import KNOWN, Transfer, transfer
from ingest.sight.gist import Gist
from ingest.sight.memory import Face, Light
from ingest.sight.structure import (
    COLUMNS,
    ROWS,
    TILE,
    WIDTH,
    Field,
    Grey,
    Tiles,
    by_tile,
    directions,
    gradients,
    likeness,
    match,
    moved,
    movements,
    transformed,
)

RELIABLE = 0.3
"""Usual likeness from which a tile's loss means something: below, it shows water, trees in the wind, or nothing."""
CLEAR = 0.15
"""Mean square of the face's edges from which a tile has a structure to lose; a sky has none."""
LOST = 0.35
"""Part of its usual likeness below which a tile is lost."""
SOFT = 0.5
"""Part of the view's median sharpness below which a tile has no fine edges of its own."""
BEYOND = 0.15
"""Tiles left beyond lost ones, by lost ones, up to which it may be water that rises, or fog."""
WHOLE = 0.35
"""Share of the columns with a loss that may be lost from their very first tile on: more is neither water nor fog."""
PALE = 110
"""Grey level of a fog by day."""
LITTLE = 0.08
"""Part of its own usual energy below which a tile has none left."""
GLARED = 244
"""Mean grey level from which a tile is blinded."""
JITTER = 1.5
"""Points by which a mast may tremble."""
NEAR = 2.2
"""Points within which the face has not moved to elsewhere."""
REGAINED = 0.4
"""Likeness from which a tile shows the moved face."""
TURNS_DEG = (-14, -10, -6, -3, 3, 6, 10, 14)
UNWRITTEN = np.pad(np.ones((ROWS - 2, COLUMNS), dtype=np.bool_), ((1, 1), (0, 0)))
"""The tiles between the upper and the lower row: there a camera writes its name, which stays wherever it looks."""
ZOOMS = (1.15, 1.3, 1.5, 1.75, 2.0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the face is found in the picture: points right and down, how well it fits there, and turned or zoomed."""

    right: int
    down: int
    fit: float
    turned: bool = False

    @property
    def away(self) -> float:
        """How far it moved, as a share of the width."""
        return float(np.hypot(self.right, self.down)) / WIDTH


@dataclass(frozen=True)
class Comparison:
    """A gist and a face, compared as far as somebody asks."""

    gist: Gist
    face: Face
    light: Light = Light.DAY

    @cached_property
    def edges(self) -> Field:
        """The edges of the face, by their direction."""
        return directions(gradients(self.face.grey))

    @cached_property
    def like(self) -> Tiles:
        """Likeness of each tile to the face."""
        return likeness(self.gist.directions, self.edges)

    @cached_property
    def votes(self) -> NDArray[np.bool_]:
        """The tiles that are mostly like the face, outside of the clock, and not blinded."""
        clear = by_tile(np.abs(self.edges) ** 2) >= CLEAR
        votes: NDArray[np.bool_] = self.gist.open & clear & (self.face.usual >= RELIABLE) & (self._means < GLARED)
        return votes

    @cached_property
    def lost(self) -> NDArray[np.bool_]:
        """The voting tiles that show something else, or nothing."""
        return self.votes & (self.like < LOST * self.face.usual)

    @cached_property
    def lost_share(self) -> float:
        """Share of the votes."""
        return float(np.count_nonzero(self.lost)) / max(1, int(np.count_nonzero(self.votes)))

    @cached_property
    def kept(self) -> float:
        """What is left of the usual likeness over all voting tiles: 1 all, 0 nothing."""
        return float(self.like[self.votes].sum()) / max(1e-6, float(self.face.usual[self.votes].sum()))

    @cached_property
    def traces(self) -> float:
        """What the lost tiles still have of the face, on average: above 0 through fog or a web, 0 behind a cover."""
        return float(self.like[self.lost].mean()) if self.lost.any() else 1.0

    @cached_property
    def transferred(self) -> Transfer | None:
        """What the picture shows of the face's detail as far as that was learned; None before it was chosen."""
        detail = self.face.detail
        return None if detail is None else transfer(detail, self.gist.work, self.gist.small, self.face.grey)

    @property
    def left(self) -> Transfer | None:
        """What is left of the face's detail; None before that is known."""
        detail = self.face.detail
        return self.transferred if detail is not None and detail.seen >= KNOWN else None

    @cached_property
    def usual_fine(self) -> Tiles:
        """Energy of the fine gradient that each tile mostly has, in good light."""
        small = by_tile(np.abs(gradients(self.face.grey)) ** 2)
        return np.nan_to_num(self.face.sharp) * small

    @cached_property
    def edgeless_share(self) -> float:
        """Share of the lost tiles that show no fine edges, or far fewer than the view mostly has."""
        if not self.lost.any():
            return 0.0
        sharp = self.gist.sharp
        usual = np.nanmedian(self.face.sharp) if np.isfinite(self.face.sharp).any() else np.float32(0)
        bare = sharp.fine <= np.maximum(sharp.unsure, LITTLE * self.usual_fine)
        bare |= sharp.fine < SOFT * usual * sharp.small
        return float(bare[self.lost].mean())

    @cached_property
    def from_below(self) -> bool:
        """Whether what is lost is lost as water takes it: hardly anything is left below anything lost."""
        return self._taken_up_to_the_last(slice(None))

    @cached_property
    def as_in_fog(self) -> bool:
        """Whether what is lost is lost as fog takes it: pale, and hardly anything is left above (beyond) it."""
        pale = bool(self.lost.any()) and float(self._means[self.lost].mean()) >= PALE
        return pale and self._taken_up_to_the_last(slice(None, None, -1))

    def _taken_up_to_the_last(self, way: slice) -> bool:
        """Whether going that way the columns begin with what is left and, once something is lost, end with it."""
        votes, lost = self.votes[way], self.lost[way]
        beyond = np.logical_or.accumulate(lost, axis=0) & votes & ~lost
        touched = lost.any(axis=0)
        first = np.take_along_axis(lost, votes.argmax(axis=0)[np.newaxis], axis=0)[0]
        if not touched.any() or float(first[touched].mean()) > WHOLE:
            return False
        return int(np.count_nonzero(beyond)) <= BEYOND * int(np.count_nonzero(lost))

    @cached_property
    def _means(self) -> Tiles:
        return by_tile(self.gist.small)

    @cached_property
    def here(self) -> float:
        """How well the face fits where it always was, trembling allowed."""
        fits, (right, down) = self._fits, movements()
        return float(fits[np.hypot(right, down) <= JITTER].max())

    @cached_property
    def place(self) -> Place:
        """Where the face fits best when it is only moved."""
        return _best(self._fits)

    @cached_property
    def elsewhere(self) -> Place:
        """Where the face fits best outside of its place, when it is only moved."""
        right, down = movements()
        return _best(np.where(np.hypot(right, down) > NEAR, self._fits, -1))

    @cached_property
    def regained_share(self) -> float:
        """Share of the lost tiles that show the face again once it is moved elsewhere."""
        if not self.lost.any():
            return 0.0
        there = likeness(self.gist.directions, moved(self.edges, self.elsewhere.right, self.elsewhere.down))
        return float((there[self.lost] >= REGAINED).mean())

    @cached_property
    def turned(self) -> Place:
        """Where the face fits best when it is also turned or zoomed; costs some milliseconds."""
        turned = (transformed(directions(gradients(each))) for each in _turned(self.face.grey))
        places = (_best(match(self._waves, each)) for each in turned)
        best = max(places, key=lambda place: place.fit)
        return Place(best.right, best.down, best.fit, turned=True)

    @cached_property
    def _fits(self) -> NDArray[np.float32]:
        weights = ((self.face.usual >= RELIABLE) & UNWRITTEN).repeat(TILE, 0).repeat(TILE, 1)
        return match(self._waves, transformed(self.edges * weights))

    @cached_property
    def _waves(self) -> Field:
        """The picture's edges, without the clock, transformed."""
        return transformed(self.gist.directions * self._weights)

    @cached_property
    def _weights(self) -> NDArray[np.bool_]:
        """The clock stands still wherever the camera looks: it must not vote."""
        return (self.gist.open & UNWRITTEN).repeat(TILE, 0).repeat(TILE, 1)


def _best(fits: NDArray[np.float32]) -> Place:
    place = int(fits.argmax())
    right, down = movements()
    return Place(int(right.flat[place]), int(down.flat[place]), float(fits.flat[place]))


def _turned(grey: Grey) -> list[Grey]:
    """The face as it would look from a camera that was turned about its axis or zoomed."""
    picture = Image.fromarray(grey)
    turned = [picture.rotate(angle, Image.Resampling.BILINEAR, fillcolor=float(grey.mean())) for angle in TURNS_DEG]
    zoomed = [
        picture.resize(picture.size, Image.Resampling.BILINEAR, box=_middle(picture.size, zoom)) for zoom in ZOOMS
    ]
    return [np.asarray(each, dtype=np.float32) for each in (*turned, *zoomed)]


@lru_cache(maxsize=16)
def _middle(size: tuple[int, int], zoom: float) -> tuple[float, float, float, float]:
    width, height = size
    side, top = width * (1 - 1 / zoom) / 2, height * (1 - 1 / zoom) / 2
    return side, top, width - side, height - top
