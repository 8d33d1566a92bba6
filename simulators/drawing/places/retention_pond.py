"""A retention pond."""

from __future__ import annotations

import math

from simulators.drawing import paints
from simulators.drawing.layout import Axes, box, eye_for
from simulators.drawing.places.place import Place, Plan, any_seed, slightly_askew_rad, town, trees
from simulators.drawing.rays import vector


def retention_pond(plan: Plan) -> Place:
    """A basin with sloping sides and its outlet tower, the staff before the tower."""
    chance, rise_m = plan.chance, 3.6
    crest = plan.crest_share * rise_m
    distance, height = chance.uniform(17, 21), crest + chance.uniform(3.0, 4.2)
    axes = Axes.turned(math.radians(90 + chance.uniform(-9, 9)))
    slope, far = chance.uniform(1.6, 2.2), distance + chance.uniform(16, 30)
    foot = vector(chance.uniform(-2.5, 1.0), distance, 0)
    bank = paints.grass(any_seed(chance), mown=0.7)
    if chance.random() < 0.35:
        bank = paints.concrete(any_seed(chance), (146, 144, 134), (2.0, 1.2), wet_m=0.3 * crest)
    ends = (-70.0, 70.0)
    far_crest, tower = far + slope * crest, (float(foot @ axes.along) + 0.3, float(foot @ axes.across) + 1.6)
    faces = [
        axes.strip((1 + slope * crest, 0), (far, 0), ends, paints.ground(any_seed(chance), (108, 106, 80))),
        axes.strip((1, crest), (1 + slope * crest, 0), ends, bank),
        axes.strip((far, 0), (far_crest, crest), ends, bank),
        axes.strip((-10, crest), (1, crest), ends, paints.grass(any_seed(chance))),
        axes.strip((far_crest, crest), (far_crest + 200, crest), ends, paints.ground(any_seed(chance))),
        axes.rail(far_crest + 1, crest, ends, (190, 196, 192), 1.4),
        *box(axes, tower, 0, (2.6, 2.6, crest + 0.5), paints.concrete(any_seed(chance), wet_m=0.3 * crest)),
        *town(axes, far_crest + chance.uniform(6, 12), crest, (-50, 50), chance),
        *trees(axes, far_crest + 3, crest, (-50, 50), chance.randrange(4, 9), (3, 6), chance),
    ]
    lamps = tuple(axes.point(along, far_crest + 3, crest + 3.6) for along in (chance.uniform(-14, -6), 9))
    road = axes.point(50, far_crest + 4, crest + 0.7), axes.point(-50, far_crest + 4, crest + 0.7)
    rows = (chance.uniform(0.44, 0.52), chance.uniform(0.84, 0.90))
    eye = eye_for(distance, height, rise_m, rows, slightly_askew_rad(chance))
    return Place(tuple(faces), eye, rise_m, foot, vector(1, 0, 0), (0.12, 0.05), lamps, road)
