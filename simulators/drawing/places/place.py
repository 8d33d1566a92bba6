"""What a place is, and what all places are built with.

Heights are made up: ``rise_m`` is how high the drawn staff is, whatever span it shows. So every camera sees a
readable staff.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from simulators.drawing.layout import Axes, house, planted, staff_face
from simulators.drawing.rays import Eye, Face, Paint, Vector


@dataclass(frozen=True, slots=True)
class Place:
    """A world and the camera in it. The staff stands with its foot at ``staff_foot`` and is ``rise_m`` high.

    ``flow_m_per_s`` is how the surface moves, in x and y. ``lamps`` are street lamps, ``road`` is where cars come from
    and go to.
    """

    faces: tuple[Face, ...]
    eye: Eye
    rise_m: float
    staff_foot: Vector
    staff_right: Vector
    flow_m_per_s: tuple[float, float]
    lamps: tuple[Vector, ...]
    road: tuple[Vector, Vector]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a place is built from: how much of the staff lies below the crest of the banks, and chance."""

    crest_share: float
    chance: random.Random


def slightly_askew_rad(chance: random.Random) -> float:
    """Nobody mounts a camera quite straight."""
    return math.radians(chance.uniform(-6, 6))


def any_seed(chance: random.Random) -> int:
    """A seed for one paint."""
    return chance.randrange(1, 400)


def town(axes: Axes, across_m: float, z_m: float, ends_m: tuple[float, float], chance: random.Random) -> list[Face]:
    """Houses in a row with gaps."""
    faces, along = [], ends_m[0]
    while along < ends_m[1]:
        if chance.random() < 0.75:
            faces += house(axes, (along, across_m + chance.uniform(4, 9)), z_m, chance)
        along += chance.uniform(11, 16)
    return faces


def trees(
    axes: Axes,
    across_m: float,
    z_m: float,
    ends_m: tuple[float, float],
    count: int,
    heights_m: tuple[float, float],
    chance: random.Random,
) -> list[Face]:
    """Trees somewhere along a line."""
    return [
        planted(
            axes, (chance.uniform(*ends_m), across_m + chance.uniform(-1, 1)), z_m, chance.uniform(*heights_m), index
        )
        for index in range(count)
    ]


def staff_of(place: Place, paint: Paint) -> Face:
    """The staff of a place, painted."""
    return staff_face(place.staff_foot, place.staff_right, place.rise_m, paint)
