"""Rises of the water as a camera sees them, drawn: what a doubt is measured by.

``python -m tests.ingest.drawn_rises 400`` prints the table of docs/cameras.md.
"""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from PIL import Image

from ingest.cameras.condition import CameraCondition
from ingest.clock import JST
from ingest.hazard import Levels
from ingest.readings import CameraState, Reading
from ingest.sight.doubt import Doubt, Watched, doubt, risen
from ingest.sight.gist import gist
from ingest.sight.look import Look
from ingest.sight.miniature import miniature
from ingest.stations import StationKind
from simulators.cameras import still
from simulators.caption import clock_box
from simulators.scene import SMALL, Lamp, Lens, Scene, Weather

PLACES: Mapping[StationKind, tuple[Levels, float]] = {
    StationKind.RIVER: ({1: 1.5, 2: 2.0, 3: 2.8, 4: 3.4, 5: 4.2}, 5.0),
    StationKind.WATERWAY: ({2: 0.9, 3: 1.2, 5: 1.5}, 1.8),
    StationKind.UNDERPASS: ({2: 0.05, 4: 0.15, 5: 0.30}, 0.6),
    StationKind.RETENTION_POND: ({2: 1.5, 3: 2.0, 4: 2.25, 5: 2.5}, 3.0),
}
ONLINE = CameraCondition(CameraState.ONLINE)
STEP = timedelta(minutes=5)


@dataclass(frozen=True)
class Drawn:
    """A rise within half an hour: stages every five minutes, and how the place looks before and after it."""

    before: Scene
    after: Scene
    by_day: bool

    def readings(self) -> list[Reading]:
        low_m, high_m = self.before.stage_m, self.after.stage_m
        begun_at = self.before.at
        stages = [low_m] * 6 + [low_m + (high_m - low_m) * share / 6 for share in range(1, 7)] + [high_m]
        times = [begun_at + (number - 5) * STEP for number in range(len(stages))]
        return [Reading("g", m, at, at, f"{at}") for at, m in zip(times, stages, strict=True)]

    @cached_property
    def looks_before(self) -> list[Look]:
        return [look(replace(self.before, at=self.before.at - number * STEP)) for number in range(4, -1, -1)]

    def doubted(self, shown: Scene) -> Doubt | None:
        """The doubt where the camera shows this at last."""
        levels = self.before.levels
        rise = risen(self.readings(), levels)
        latest = replace(look(shown), taken_at=self.after.at)
        watched = Watched("c", ONLINE, self.looks_before, latest, self.by_day)
        return doubt(2, rise, [watched])

    def asked(self) -> bool:
        """Whether the rise is one that a picture must show."""
        return risen(self.readings(), self.before.levels) is not None


def looped(drawn: Drawn) -> Scene:
    """What a camera shows that plays the half hour before the rise again."""
    return replace(drawn.before, at=drawn.before.at - timedelta(minutes=27), clock_at=drawn.after.at)


def steady(drawn: Drawn) -> Scene:
    """What it shows where the gauge is wrong and the water did not rise."""
    return replace(drawn.after, stage_m=drawn.before.stage_m)


SHOWN: Mapping[str, Callable[[Drawn], Scene]] = {
    "follows": lambda drawn: drawn.after,
    "looped": looped,
    "gauge wrong": steady,
}


def look(scene: Scene) -> Look:
    """A still of the scene, looked at for its miniature alone."""
    picture = Image.open(io.BytesIO(still(scene, scene.at, SMALL)))
    kept = miniature(gist(picture, clock_box(scene)))
    return Look(0, scene.camera_id, scene.at, scene.at, miniature=kept)


def rises(count: int, seed: int, *, by_day: bool = True) -> Iterator[Drawn]:
    """Rises that a picture must show, in any weather that a camera can still see through."""
    chance = random.Random(seed)
    made = 0
    while made < count:
        drawn = _rise(chance, made, by_day=by_day)
        if drawn.asked():
            made += 1
            yield drawn


def _rise(chance: random.Random, number: int, *, by_day: bool) -> Drawn:
    kind = chance.choice(list(PLACES))
    levels, top_m = PLACES[kind]
    highest_m = max(levels.values())
    low_m = 0.0 if kind is StationKind.UNDERPASS else chance.uniform(0.02, 0.35) * highest_m
    high_m = min(1.05 * highest_m, low_m + chance.uniform(0.2, 0.7) * highest_m)
    hour = chance.uniform(6.5, 17) if by_day else chance.uniform(20, 27)
    day = datetime(2026, chance.randint(4, 10), chance.randint(1, 28), tzinfo=JST)
    weather = _weather(chance)
    before = Scene(
        kind=kind,
        station_id="s",
        camera_id=f"c{number % 7}",
        stage_m=low_m,
        bottom_m=0.0,
        top_m=top_m,
        levels=levels,
        at=day + timedelta(hours=hour),
        weather=weather,
        lens=Lens(drops=chance.choice([0, 0, 0.4]), web=chance.choice([0, 0, 0.4])),
        lamp=Lamp.NONE if by_day else chance.choice(list(Lamp)),
        seed=number,
    )
    later = weather if chance.random() < 0.5 else _weather(chance)
    after = replace(before, at=before.at + 6 * STEP, stage_m=high_m, weather=later)
    return Drawn(before, after, by_day)


def _weather(chance: random.Random) -> Weather:
    return Weather(
        rain_mm_per_h=chance.choice([0, 0, 5, 20, 50]),
        fog=chance.choice([0, 0, 0, 0.3, 0.7]),
        cloud=chance.uniform(0.2, 1),
        glare=chance.choice([0, 0, 0, 0.5]),
        wind=chance.uniform(0.1, 0.9),
    )


def counted(count: int, seed: int, *, by_day: bool) -> dict[str, int]:
    """Of so many rises, by what the camera shows, how many are doubted."""
    found = dict.fromkeys(SHOWN, 0)
    for drawn in rises(count, seed, by_day=by_day):
        for name, shown in SHOWN.items():
            found[name] += drawn.doubted(shown(drawn)) is not None
    return found


if __name__ == "__main__":
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    for by_day in (True, False):
        print(f"{'day' if by_day else 'night'}: of {most} rises doubted {counted(most, 2026, by_day=by_day)}")  # noqa: T201
