"""A road under a railway."""

from __future__ import annotations

import math
import random
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from simulators.drawing import paints
from simulators.drawing.layout import FORWARD, Axes, eye_for
from simulators.drawing.places.place import Place, Plan, any_seed, town
from simulators.drawing.rays import Face, Paint, vector
from simulators.drawing.texture import Field


def underpass(plan: Plan) -> Place:
    """A road that dips under a railway; the depth board stands at the kerb where it is lowest."""
    chance, rise_m = plan.chance, 1.5
    distance, height, half = chance.uniform(12.5, 15), chance.uniform(4.1, 4.5), chance.uniform(3.4, 4.4)
    side = chance.choice((-1, 1))
    foot = vector(side * (half - 1.0) - 0.1, distance, 0)
    slope, flat = chance.uniform(0.07, 0.10), 3.0
    near_z, far_y = slope * (distance + 4), distance + flat + 40
    road, wall = paints.asphalt(any_seed(chance)), paints.concrete(any_seed(chance), joint_m=(2.4, 0), wet_m=0.25)
    span = (-half, half)
    far_z = slope * 40
    top = 4.4
    faces = [
        FORWARD.strip((-4, near_z), (distance - flat, slope * (flat - 0.0)), span, road),
        FORWARD.strip((distance - flat, slope * flat), (distance, 0), span, road),
        FORWARD.strip((distance, 0), (distance + flat, 0), span, road),
        FORWARD.strip((distance + flat, 0), (far_y, far_z), span, road),
        FORWARD.strip((far_y, far_z), (far_y + 150, far_z), (-40, 40), paints.ground(any_seed(chance))),
        *_verges(half, top, distance, wall, chance),
        *_marking(distance, flat, slope, near_z),
        *_girder(distance + chance.uniform(3.2, 4.4), half, chance),
        *town(FORWARD, far_y + 5, far_z, (-24, 26), chance),
    ]
    lamps = (vector(-half + 0.3, distance + 9, 2.9), vector(half + 0.5, far_y - 6, far_z + 3.4))
    way = vector(side * -1.6, far_y, far_z + 0.7), vector(side * -1.6, 6, slope * 8 + 0.7)
    rows = (chance.uniform(0.60, 0.64), chance.uniform(0.89, 0.93))
    eye = eye_for(distance, height, rise_m, rows, math.radians(side * chance.uniform(1.5, 6)))
    return Place(tuple(faces), eye, rise_m, foot, vector(1, 0, 0), (0.0, 0.0), lamps, way)


def _verges(half: float, top: float, distance: float, wall: Paint, chance: random.Random) -> list[Face]:
    """The retaining walls at both sides and the land above them."""
    sideways = Axes(vector(0, 1, 0), vector(1, 0, 0))
    ends = (-4.0, distance + 45)
    faces = []
    for sign in (-1, 1):
        shade = 0.92 if sign < 0 else 0.8
        faces.append(sideways.wall(sign * half, -0.1, top, ends, paints.shaded(wall, shade)))
        grass = paints.grass(any_seed(chance))
        faces.append(sideways.strip((sign * half, top), (sign * (half + 60), top + 1), ends, grass))
        faces.append(sideways.rail(sign * (half + 0.2), top, ends, (190, 194, 196)))
    return faces


def _marking(distance: float, flat: float, slope: float, near_z: float) -> list[Face]:
    """The line in the middle of the road, a hand's breadth of paint lifted by a finger's."""
    dashes = paints.lines((206, 204, 192), every_m=5, dash_m=3)
    lift, wide = 0.012, 0.075
    pieces = [
        ((-4.0, near_z), (distance - flat, slope * flat)),
        ((distance - flat, slope * flat), (distance, 0.0)),
        ((distance + flat, 0.0), (distance + flat + 40, slope * 40)),
    ]
    faces = []
    for (near, low), (far, high) in pieces:
        face = FORWARD.strip((near, low + lift), (far, high + lift), (-wide, wide), dashes)
        faces.append(Face(face.corner, face.along, face.up, face.paint, clear=True))
    return faces


def _girder(y: float, half: float, chance: random.Random) -> list[Face]:
    """The railway above: a girder with its height limit board, and darkness under it."""
    steel = paints.plain(chance.choice(((92, 112, 104), (124, 96, 82), (110, 116, 124))), 0.08, any_seed(chance))
    low, high, wide = 3.3, 4.7, half + 14
    front = FORWARD.wall(y, low, high, (-wide, wide), steel)
    board = FORWARD.wall(y - 0.05, low + 0.2, low + 1.0, (-1.6, 1.6), paints.picture(_limit_board(low), (3.2, 0.8)))
    under = FORWARD.strip((y, low), (y + 6.5, low), (-wide, wide), paints.plain((46, 46, 46)))
    abutments = [
        FORWARD.wall(
            y - 0.02, -0.1, low + 0.1, (sign * half - 0.5, sign * half + 0.5), paints.concrete(any_seed(chance))
        )
        for sign in (-1, 1)
    ]
    return [front, board, under, *abutments, FORWARD.rail(y, high, (-wide, wide), (150, 156, 160))]


@lru_cache(maxsize=1)
def _limit_board(height_m: float) -> Field:
    """How high a car may be."""
    image = Image.new("RGB", (256, 64), (222, 198, 44))
    draw = ImageDraw.Draw(image)
    draw.rectangle((2, 2, 253, 61), outline=(40, 40, 40), width=3)
    font = ImageFont.load_default(50)
    draw.text((128, 32), f"{height_m:.1f} m", fill=(24, 24, 24), font=font, anchor="mm", stroke_width=1)
    return np.asarray(image, dtype=np.float32)
