"""A pump station."""

from __future__ import annotations

import random

from simulators.drawing import paints
from simulators.drawing.layout import FORWARD, Axes, box, eye_for
from simulators.drawing.places.place import Place, Plan, any_seed, slightly_askew_rad, trees
from simulators.drawing.rays import Face, vector


def pump_station(plan: Plan) -> Place:
    """The basin before the screen, the pump house behind it."""
    chance, rise_m = plan.chance, 4.0
    crest = plan.crest_share * rise_m
    distance, half = chance.uniform(16, 20), chance.uniform(5.5, 8)
    height = crest + chance.uniform(2.8, 3.6)
    sideways = Axes(vector(0, 1, 0), vector(1, 0, 0))
    foot = vector(chance.uniform(-0.45, 0.25) * half, distance - 0.15, 0)
    wall = paints.concrete(any_seed(chance), joint_m=(3.0, 0), wet_m=0.35 * crest)
    deck = paints.concrete(any_seed(chance), (156, 154, 148), joint_m=(4, 4))
    screen = paints.bars(any_seed(chance), 0.16, 0.5, (112, 116, 114), (34, 36, 34))
    ends = (-2.0, distance)
    pier = 0.55
    faces = [
        FORWARD.strip((-2, 0), (distance, 0), (-half, half), paints.ground(any_seed(chance), (96, 92, 76))),
        FORWARD.wall(distance, 0, crest, (-half, half), paints.shaded(screen, 0.9)),
        *(sideways.wall(sign * half, 0, crest, ends, paints.shaded(wall, 0.9)) for sign in (-1, 1)),
        FORWARD.strip((distance, crest), (distance + 60, crest), (-60, 60), deck),
        *(sideways.strip((sign * half, crest), (sign * 60, crest), (-4, distance), deck) for sign in (-1, 1)),
        *box(FORWARD, (float(foot[0]) + 0.3, distance), 0, (2 * pier, 0.2, crest + 0.02), wall)[:1],
        *(
            FORWARD.wall(distance - 0.1, 0, crest, (x - 0.25, x + 0.25), wall)
            for x in (-half + 0.25, half - 0.25, 0.6 * half, -0.75 * half)
        ),
        FORWARD.rail(distance + 0.2, crest, (-half - 8, half + 8), (206, 186, 60)),
        *(sideways.rail(sign * (half + 0.2), crest, (-2, distance), (200, 202, 204)) for sign in (-1, 1)),
        *_pump_house(distance + 6, crest, chance),
        *_rake(distance + 1.5, crest, half, chance),
        *trees(FORWARD, distance + 24, crest, (-40, 40), 8, (5, 9), chance),
    ]
    lamps = (vector(chance.uniform(-5, 5), distance + 5.8, crest + 3.0),)
    road = vector(26, distance + 22, crest + 0.7), vector(-26, distance + 22, crest + 0.7)
    rows = (chance.uniform(0.42, 0.50), chance.uniform(0.88, 0.92))
    eye = eye_for(distance, height, rise_m, rows, slightly_askew_rad(chance))
    return Place(tuple(faces), eye, rise_m, foot, vector(1, 0, 0), (0.0, 0.25), lamps, road)


def _pump_house(y: float, z: float, chance: random.Random) -> list[Face]:
    """A hall with windows high up, a shutter and a door."""
    wide, middle = chance.uniform(13, 18), chance.uniform(-4, 4)
    tone = chance.choice(((188, 184, 172), (170, 176, 176), (196, 186, 164), (158, 152, 142)))
    walls = box(FORWARD, (middle, y + 5), z, (wide, 10, 6.5), paints.facade(any_seed(chance), tone, 6.5, 3.2))
    eaves = box(FORWARD, (middle, y + 5), z + 6.5, (wide + 0.8, 10.8, 0.5), paints.plain((120, 122, 124)))
    shutter = paints.railing(9.0, 0.02, 24, 3.4, (108, 116, 122))
    left = middle + chance.choice((-0.36, 0.18)) * wide
    gate = FORWARD.wall(y - 0.03, z, z + 3.4, (left, left + 3.4), paints.plain((150, 158, 164)))
    slats = FORWARD.wall(y - 0.05, z, z + 3.4, (left, left + 3.4), shutter)
    return [*walls, *eaves, gate, Face(slats.corner, slats.along, slats.up, shutter, clear=True)]


def _rake(y: float, z: float, half: float, chance: random.Random) -> list[Face]:
    """The machine that takes the trash off the screen."""
    x = chance.uniform(-0.7, 0.7) * half
    yellow = paints.plain((206, 160, 34), 0.07)
    return [
        *box(FORWARD, (x, y), z, (1.4, 1.0, 1.6), yellow),
        *box(FORWARD, (x, y - 0.8), z + 1.5, (0.5, 2.2, 0.25), paints.plain((90, 94, 98))),
    ]
