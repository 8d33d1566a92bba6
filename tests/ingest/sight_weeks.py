"""Weeks of the generated set before the judge: what he missed and what he cried out for nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ingest.sight.judge import judge
from ingest.sight.look import PictureFault
from ingest.sight.memory import Memory
from tests.ingest.sight_set import WEEK, Camera, Trouble, condition, sound, troubled, troubles, view

AT_THE_LATEST = 3
"""Pictures within which a fault must stand."""
GOOD_AFTERWARDS = 2


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one fault: after how many pictures it stood (0: not within three), and what stood instead."""

    camera: int
    trouble: Trouble
    condition: str
    after: int
    instead: tuple[str, ...]
    ended: bool
    figures: Mapping[str, float]

    @property
    def missed(self) -> bool:
        """Nothing stood at all."""
        return not self.after and not self.instead

    @property
    def as_another(self) -> bool:
        """A fault stood, but not this one."""
        return not self.after and bool(self.instead)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A fault that began to stand at a sound camera."""

    camera: int
    number: int
    fault: str
    condition: str
    figures: Mapping[str, float]


@dataclass
class Week:
    """One camera's week."""

    camera: int
    pictures: int = 0
    judged_s: float = 0.0
    told: list[Told] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    conditions: dict[str, int] = field(default_factory=dict)


def week(number: int, of_each: Mapping[str, int]) -> Week:
    """A camera's whole week, with faults once it knows its camera by day and night."""
    return run(Camera(number), sorted(troubles(Camera(number), of_each), key=lambda trouble: trouble.first), WEEK)


def run(camera: Camera, due: list[Trouble], last: int) -> Week:
    """A camera's pictures one after the other; each fault branches off where it begins, with what was known then."""
    memory, result = Memory(), Week(camera.number)
    for picture in range(last):
        while due and due[0].first <= picture:
            _branch(camera, due.pop(0), memory, result)
        memory = _sound(camera, picture, memory, result)
    return result


def _sound(camera: Camera, picture: int, memory: Memory, result: Week) -> Memory:
    seen = sound(camera, picture)
    begun = time.process_time()
    verdict, after = judge(seen, memory, view(camera, picture))
    result.judged_s += time.process_time() - begun
    result.pictures += 1
    name = condition(camera, picture)
    result.conditions[name] = result.conditions.get(name, 0) + 1
    for fault in verdict.faults - memory.standing:
        result.alarms.append(Alarm(camera.number, picture, fault, name, verdict.figures))
    return after


def _branch(camera: Camera, trouble: Trouble, memory: Memory, result: Week) -> None:
    before, standing, figures = memory.standing, [], {}
    pictures = range(trouble.first, trouble.first + AT_THE_LATEST)
    for picture in pictures:
        verdict, memory = judge(troubled(camera, trouble, picture), memory, view(camera, picture))
        standing.append(verdict.faults)
        figures = dict(verdict.figures)
    ended = not trouble.expected & _standing(camera, trouble.first + AT_THE_LATEST, memory)
    result.pictures += AT_THE_LATEST + GOOD_AFTERWARDS
    after = next((index + 1 for index, faults in enumerate(standing) if trouble.expected & faults), 0)
    instead = tuple(sorted(standing[-1] - before - trouble.expected))
    place = condition(camera, trouble.first)
    result.told.append(Told(camera.number, trouble, place, after, instead, ended, figures))


def _standing(camera: Camera, first: int, memory: Memory) -> frozenset[PictureFault]:
    """What stands after two good pictures."""
    faults: frozenset[PictureFault] = frozenset()
    for picture in range(first, first + GOOD_AFTERWARDS):
        verdict, memory = judge(sound(camera, picture), memory, view(camera, picture))
        faults = verdict.faults
    return faults


def pictures(weeks: Iterable[Week]) -> int:
    """How many pictures were judged."""
    return sum(each.pictures for each in weeks)
