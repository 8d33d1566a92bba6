"""An embanked river."""

from __future__ import annotations

import math
import random

from simulators.drawing import paints
from simulators.drawing.layout import Axes, box, eye_for
from simulators.drawing.places.place import Place, Plan, any_seed, town, trees
from simulators.drawing.rays import Face, Paint, vector

FAR_M = 240.0


def river(plan: Plan) -> Place:
    """An embanked river seen from its near bank, the staff on a post before the far one."""
    chance, rise_m = plan.chance, 4.6
    crest = plan.crest_share * rise_m
    axes = Axes.turned(chance.choice((-1, 1)) * math.radians(chance.uniform(30, 52)))
    distance, height = chance.uniform(22, 30), crest + chance.uniform(3.2, 4.6)
    foot = vector(chance.uniform(-2.0, 1.5), distance, 0)
    staff_b = float(foot @ axes.across)
    slope = chance.uniform(1.3, 1.9)
    toe = staff_b + chance.uniform(0.6, 1.2)
    far_crest, near_crest = toe + slope * crest, chance.uniform(0.8, 1.6)
    near_toe = min(near_crest + slope * crest, staff_b - 5)
    ends = (-40.0, FAR_M)
    bank = _bank(chance, crest)
    land = crest - chance.uniform(0.4, 0.9)
    fields = paints.grass(any_seed(chance), (104, 116, 66))
    faces = [
        axes.strip((near_toe, 0), (toe, 0), ends, paints.ground(any_seed(chance))),
        axes.strip((near_crest, crest), (near_toe, 0), ends, bank),
        axes.strip((toe, 0), (far_crest, crest), ends, bank),
        axes.strip((-12, crest), (near_crest, crest), ends, paints.grass(any_seed(chance), mown=0.8)),
        axes.strip((far_crest, crest), (far_crest + 3.5, crest), ends, _path(chance)),
        axes.strip((far_crest + 3.5, crest), (far_crest + 7, land), ends, paints.grass(any_seed(chance))),
        axes.strip((far_crest + 7, land), (far_crest + 300, land), ends, fields),
        *town(axes, far_crest + chance.uniform(13, 18), land, (-10, 140), chance),
        *trees(axes, far_crest + 9, land, (-6, 120), chance.randrange(5, 10), (4, 8), chance),
        *trees(axes, near_crest + 0.5 * (near_toe - near_crest), crest * 0.5, (30, 90), 4, (1.2, 2.4), chance),
    ]
    if chance.random() < 0.5:
        faces.append(axes.rail(far_crest + 0.3, crest, ends, (206, 208, 206)))
    if chance.random() < 0.45:
        faces += _bridge(axes, chance.uniform(45, 70), (near_crest - 2, far_crest + 2), crest)
    lamps = tuple(axes.point(along, far_crest + 4, crest + 3.6) for along in (chance.uniform(14, 24), 46, 90))
    road = axes.point(90, far_crest + 2, crest + 0.7), axes.point(-5, far_crest + 2, crest + 0.7)
    flow = 1.4 * axes.along
    eye = eye_for(distance, height, rise_m, (chance.uniform(0.42, 0.52), chance.uniform(0.86, 0.92)))
    right = vector(1, 0, 0)
    return Place(tuple(faces), eye, rise_m, foot, right, (-float(flow[0]), -float(flow[1])), lamps, road)


def _bank(chance: random.Random, crest: float) -> Paint:
    """Concrete blocks or grass."""
    if chance.random() < 0.6:
        joints = (chance.uniform(1.6, 2.6), chance.uniform(0.8, 1.4))
        return paints.concrete(any_seed(chance), (138, 136, 124), joints, wet_m=0.30 * crest, fade_m=0.5)
    return paints.grass(any_seed(chance), mown=chance.uniform(0, 0.7))


def _path(chance: random.Random) -> Paint:
    return (
        paints.asphalt(any_seed(chance)) if chance.random() < 0.6 else paints.ground(any_seed(chance), (142, 134, 116))
    )


def _bridge(axes: Axes, along_m: float, ends_m: tuple[float, float], crest: float) -> list[Face]:
    """A girder bridge across the water, with a pier in the middle."""
    length, middle = ends_m[1] - ends_m[0], (ends_m[0] + ends_m[1]) / 2
    steel = paints.plain((112, 132, 138), 0.07)
    girder = box(axes, (along_m, middle), crest + 0.6, (7, length, 1.3), steel)
    rail = Axes(axes.across, axes.along).rail(along_m - 3.5, crest + 1.9, ends_m, (200, 204, 206))
    return [*girder, rail, *box(axes, (along_m, middle), 0, (5, 1.4, crest + 0.6), paints.concrete(77, wet_m=1.2))]
