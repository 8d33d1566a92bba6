"""What of a camera's pictures is private, in figures: nothing here reads a picture. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeAlias

Polygon: TypeAlias = tuple[tuple[float, float], ...]
"""Points as shares of width and height from the upper left corner."""
Masks: TypeAlias = tuple[Polygon, ...]

_DRAWN_AS = 1
"""Counts up when masks are drawn in another way, so that copies that were made otherwise are no longer found."""


def masks_key(masks: Sequence[Sequence[Sequence[float]]]) -> str:
    """A name for the masks of a camera: other masks, another name. Copies are kept by it, so that none that was made
    with other masks can be had."""
    plain = [[[float(x), float(y)] for x, y in polygon] for polygon in masks]
    return hashlib.sha256(f"{_DRAWN_AS} {plain}".encode()).hexdigest()[:16]
