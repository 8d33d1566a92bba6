"""A channel in town."""

from __future__ import annotations

import math

from simulators.drawing import paints
from simulators.drawing.layout import Axes, eye_for, pole
from simulators.drawing.places.place import Place, Plan, any_seed, town, trees
from simulators.drawing.rays import vector


def waterway(plan: Plan) -> Place:
    """A concrete channel between streets, the staff on its far wall."""
    chance, rise_m = plan.chance, 2.4
    crest = plan.crest_share * rise_m
    axes = Axes.turned(chance.choice((-1, 1)) * math.radians(chance.uniform(46, 66)))
    distance, height = chance.uniform(7.0, 9.0), crest + chance.uniform(1.6, 2.3)
    foot = vector(chance.uniform(-1.0, 0.6), distance, 0)
    wall_b = float(foot @ axes.across) + 0.03
    near_b = chance.uniform(0.3, 0.9)
    ends = (-30.0, 120.0)
    joints = (chance.uniform(1.8, 3.0), chance.choice((0.0, 0.5, 0.8)))
    wall = paints.concrete(any_seed(chance), (150, 148, 140), joints, wet_m=0.32 * crest, fade_m=0.35)
    faces = [
        axes.strip((near_b, 0), (wall_b, 0), ends, paints.ground(any_seed(chance), (104, 100, 84))),
        axes.wall(wall_b, 0, crest, ends, wall),
        axes.wall(near_b, 0, crest, ends, wall),
        axes.strip((wall_b, crest), (wall_b + 0.35, crest), ends, paints.concrete(any_seed(chance), (168, 166, 158))),
        axes.strip((wall_b + 0.35, crest - 0.02), (wall_b + 4.6, crest - 0.06), ends, paints.asphalt(any_seed(chance))),
        axes.strip((wall_b + 4.6, crest - 0.05), (wall_b + 200, crest), ends, paints.ground(any_seed(chance))),
        axes.strip((-10, crest), (near_b, crest), ends, paints.asphalt(any_seed(chance))),
        axes.rail(wall_b + 0.2, crest, ends, (214, 216, 212), chance.choice((0.85, 1.1))),
        *town(axes, wall_b + chance.uniform(8.5, 10), crest, (-14, 70), chance),
        *trees(axes, wall_b + 5.2, crest, (-8, 50), chance.randrange(1, 5), (1.5, 3.5), chance),
        *(pole(axes, (along, wall_b + 4.8), crest, 9) for along in (-4 + chance.uniform(0, 6), 24, 48)),
    ]
    lamps = tuple(axes.point(along, wall_b + 4.6, crest + 3.4) for along in (chance.uniform(6, 11), 34))
    road = axes.point(60, wall_b + 2.5, crest + 0.6), axes.point(-8, wall_b + 2.5, crest + 0.6)
    flow = 1.0 * axes.along
    eye = eye_for(distance, height, rise_m, (chance.uniform(0.42, 0.52), chance.uniform(0.86, 0.92)))
    right = axes.along * math.copysign(1, float(axes.along[0]))
    return Place(tuple(faces), eye, rise_m, foot, right, (-float(flow[0]), -float(flow[1])), lamps, road)
