"""The normal face of a camera: learned by itself, chosen by people, following nothing but what is slow. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ingest.sight.comparison import JITTER, RELIABLE, UNWRITTEN, Comparison
from ingest.sight.detail import TILES, Detail, begun, followed
from ingest.sight.gist import Gist
from ingest.sight.memory import Face, Light, Memory, from_bytes
from ingest.sight.structure import WIDTH, Tiles, by_tile

LEARNED = 5
"""Pictures that must agree before a face is a reference."""
STRUCTURED = 14
"""Tiles that must show edges for a picture to be a face at all."""
AGREEING = 0.3
"""Likeness of two pictures of the same view, averaged over the tiles with edges."""
FIRM_S, FIRMEST, LOOSEST = 3600.0, 1 / 60, 1 / 6
"""Time over which the usual likeness and sharpness of a tile are averaged, and the bounds of one picture's weight."""
SEASON = 1 / 300
"""Pace at which a face follows what is slow: at a picture every five minutes it is a day's time."""
FAITHFUL = 0.25
"""Share of the view that may be lost in a picture that the face follows."""
STEADY, FEWEST = 8, 5
"""Pictures followed before its detail is chosen, and tiles that must have some."""
STRANGE = 0.45
"""Share of the view that may be lost in a picture that teaches anything at all."""
SPREAD = 0.6180339887
"""Golden ratio: steps of a rounding that is right on average, though a face is kept in whole grey levels."""


def known(memory: Memory, light: Light) -> Face | None:
    """The face by this light, once enough pictures have agreed on it."""
    face = memory.faces.get(light)
    return face if face is not None and face.agreed >= LEARNED else None


def has_learned(memory: bytes) -> bool:
    """Whether what is remembered of a camera holds a normal face, of the day or of the night under its own light."""
    remembered, _ = from_bytes(memory)
    return any(known(remembered, light) is not None for light in Light)


def with_reference(memory: Memory, gist: Gist, light: Light = Light.DAY) -> Memory:
    """The memory with a picture that people chose as the normal face; what was learned of it before is forgotten."""
    return replace(memory, faces={**memory.faces, light: replace(_first(gist), agreed=LEARNED)})


def taught(face: Face | None, gist: Gist, compared: Comparison | None, passed_s: float) -> Face | None:
    """The face after a good picture: begun, agreed with, doubted (and begun anew), or followed.

    ``passed_s`` is the time since the picture before.
    """
    if face is None:
        return _first(gist) if _structured(gist) else None
    if face.agreed < LEARNED:
        return _agreed(face, gist) if _structured(gist) else face
    return face if compared is None else _followed(face, compared, passed_s)


def _first(gist: Gist) -> Face:
    edges = by_tile(np.abs(gist.directions) ** 2)
    usual = np.where(edges > 0.1, 0.7, 0.0).astype(np.float32)
    return Face(gist.small, usual, gist.sharp.ratio())


def _structured(gist: Gist) -> bool:
    return int(np.count_nonzero(np.isfinite(gist.sharp.ratio()) & gist.open)) >= STRUCTURED


def _agreed(face: Face, gist: Gist) -> Face:
    compared = Comparison(gist, face)
    edged = np.isfinite(face.sharp) & gist.open
    if not edged.any():  # how sharp it is was forgotten, as pictures of another size came
        return _first(gist)
    if float(compared.like[edged].mean()) < AGREEING or compared.place.away > 0.015:
        return replace(face, agreed=face.agreed - 1) if face.agreed > 1 else _first(gist)
    weight = 1 / (face.agreed + 1)
    grey = face.grey + weight * (gist.small - face.grey)
    return replace(_averaged(face, gist, compared.like, 2 * weight), grey=grey, agreed=face.agreed + 1)


def _followed(face: Face, compared: Comparison, passed_s: float) -> Face:
    """What moved a little is followed a little, and how far is added up, so that nothing creeps away unnoticed."""
    gist = compared.gist
    if compared.lost_share > STRANGE:
        return face
    weight = min(LOOSEST, max(FIRMEST, passed_s / FIRM_S))
    seen = _averaged(face, gist, compared.like, weight)
    if compared.lost_share > FAITHFUL or compared.place.away * WIDTH > JITTER:
        return seen
    place = compared.place
    drift = (face.drift[0] + SEASON * place.right, face.drift[1] + SEASON * place.down)
    dither = (
        np.arange(gist.small.size, dtype=np.float32).reshape(gist.small.shape) * SPREAD + face.followed * SPREAD
    ) % 1
    grey = np.floor(face.grey + SEASON * (gist.small - face.grey) + dither).astype(np.float32)
    face = replace(seen, grey=np.clip(grey, 0, 255), followed=(face.followed + 1) % 1_000_000, drift=drift)
    return replace(face, detail=_detailed(face, compared))


def _detailed(face: Face, compared: Comparison) -> Detail | None:
    """The detail of the face: chosen once its tiles are known, then followed; chosen anew where half of it moves."""
    if face.detail is None:
        tiles = _telling(face, compared)
        return begun(compared.gist.work, tiles) if face.followed >= STEADY and len(tiles) >= FEWEST else None
    if np.count_nonzero(face.usual.flat[face.detail.tiles] >= RELIABLE) < len(face.detail.tiles) / 2:
        return None
    return face.detail if compared.transferred is None else followed(face.detail, compared.transferred.now)


def _telling(face: Face, compared: Comparison) -> NDArray[np.intp]:
    """The tiles that are always there with the most fine structure; none at the rim, where a camera writes its name."""
    worth = np.where(compared.votes & UNWRITTEN, compared.usual_fine * face.usual**2, 0)
    best = np.argsort(-worth, axis=None)[:TILES]
    return np.sort(best[worth.flat[best] > 0])


def _averaged(face: Face, gist: Gist, like: Tiles, weight: float) -> Face:
    """Usual likeness and sharpness, moved towards this picture's; a sharpness that was not known is taken over."""
    usual = face.usual + np.float32(weight) * (np.clip(like, 0, 1) - face.usual)
    now = gist.sharp.ratio()
    blended = face.sharp + np.float32(weight) * (now - face.sharp)
    sharp = np.where(np.isnan(now), face.sharp, np.where(np.isnan(face.sharp), now, blended))
    return replace(face, usual=usual.astype(np.float32), sharp=sharp.astype(np.float32))
