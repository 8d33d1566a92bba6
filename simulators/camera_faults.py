"""What goes wrong with pictures and what merely troubles them, by name, as pure modifiers of a scene or its bytes."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from ingest.clock import JST
from simulators.cameras import JPEG_QUALITY, still
from simulators.chance import between, share
from simulators.drawing.covers import COVERS
from simulators.scene import HD, Lamp, Lens, Pose, Scene, Size, Weather

TURNS = ("pan", "tilt", "roll", "zoom", "sky", "ground")


@dataclass(frozen=True, slots=True)
class Shot:
    """A still to be taken by a faulty camera.

    ``now`` is what is before it, ``then`` what was before it when the fault began. ``grade`` runs from 0 (mild,
    but a fault) to 1 (gross), ``variant`` is one of the fault's variants.
    """

    now: Scene
    then: Scene
    taken_at: datetime
    size: Size
    grade: float
    variant: str


@dataclass(frozen=True, slots=True)
class Fault:
    """``what`` says it in words; ``variants`` are its kinds, the first letters of a finer choice."""

    what: str
    take: Callable[[Shot], bytes]
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Nuisance:
    """What troubles a sound camera. ``on`` puts it on a scene, with a grade from 0 (hardly any) to 1 (very bad)."""

    what: str
    on: Callable[[Scene, float], Scene]


def faulty(
    name: str,
    scene: Scene,
    then: Scene | None = None,
    *,
    taken_at: datetime | None = None,
    size: Size = HD,
    grade: float = 0.5,
    variant: str = "",
) -> bytes:
    """What a camera with a fault of FAULTS sends instead of ``still(scene)``; KeyError for an unknown name.

    ``then`` is the scene in which the fault began (None: the same). Without a ``variant`` the camera's id and the
    seed choose one.
    """
    fault = FAULTS[name]
    if not variant and fault.variants:
        variant = fault.variants[int(share(scene.camera_id, scene.seed, name) * len(fault.variants))]
    return fault.take(Shot(scene, then or scene, taken_at or scene.at, size, grade, variant))


def _seen(change: Callable[[Shot], Scene]) -> Callable[[Shot], bytes]:
    def take(shot: Shot) -> bytes:
        return still(change(shot), shot.taken_at, shot.size)

    return take


def _frozen(shot: Shot) -> bytes:
    return still(shot.then, shot.then.at, shot.size)


def _frozen_clock(shot: Shot) -> Scene:
    return replace(shot.then, clock_at=shot.now.clock_at or shot.now.at)


def _frozen_stamped(shot: Shot) -> bytes:
    quality = JPEG_QUALITY - 4 - round(20 * shot.grade)
    return still(shot.then, shot.taken_at, shot.size, quality)


def _dark(shot: Shot) -> Scene:
    return replace(shot.now, lens=replace(shot.now.lens, exposure=0.08 - 0.08 * shot.grade))


def _blurred(shot: Shot) -> Scene:
    return replace(shot.now, lens=replace(shot.now.lens, defocus_px=2.0 + 6.0 * shot.grade))


def _fogged_lens(shot: Shot) -> Scene:
    return replace(shot.now, lens=replace(shot.now.lens, mist=0.6 + 0.4 * shot.grade))


def _covered(shot: Shot) -> Scene:
    return replace(shot.now, lens=replace(shot.now.lens, cover=shot.variant, covered=0.6 + 0.4 * shot.grade))


def turned(shot: Shot) -> Scene:
    """What a camera sees that has turned: by at least 4 % of the width, 3°, or a fifth in zoom."""
    side = 1 if share(shot.now.camera_id, shot.now.seed, "side") < 0.5 else -1
    grade = shot.grade
    pose = {
        "pan": Pose(pan_deg=side * (2.5 + 12 * grade)),
        "tilt": Pose(tilt_deg=side * (2.5 + 7 * grade)),
        "roll": Pose(roll_deg=side * (3 + 12 * grade)),
        "zoom": Pose(zoom=1.2 + 0.8 * grade),
        "sky": Pose(tilt_deg=25 + 20 * grade, pan_deg=side * 5),
        "ground": Pose(tilt_deg=-25 - 25 * grade, pan_deg=side * 5),
    }[shot.variant]
    return replace(shot.now, pose=pose)


def _truncated(shot: Shot) -> bytes:
    jpeg = still(shot.now, shot.taken_at, shot.size)
    return jpeg[: round(len(jpeg) * (0.95 - 0.9 * shot.grade))]


def _garbage(shot: Shot) -> bytes:
    chance = random.Random(f"garbage {shot.now.camera_id} {shot.now.at.isoformat()}")
    return chance.randbytes(2_000 + round(60_000 * shot.grade))


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "frozen": Fault("the same file again and again, clock and time and all", _frozen),
        "frozen_clock": Fault("the same scene, only the clock that is burnt in goes on", _seen(_frozen_clock)),
        "frozen_stamped": Fault("the same picture, encoded anew under a new time", _frozen_stamped),
        "dark": Fault("the iris or the exposure failed: almost black by day", _seen(_dark)),
        "blurred": Fault("out of focus, sigma 2 to 8 pixels at a width of 640", _seen(_blurred)),
        "fogged_lens": Fault("the dome is wet inside", _seen(_fogged_lens)),
        "covered": Fault("something lies over 60 to 100 % of the view", _seen(_covered), tuple(COVERS)),
        "shifted": Fault("turned, tilted, rolled or zoomed away from its view", _seen(turned), TURNS),
        "truncated": Fault("the file ends too early", _truncated),
        "garbage": Fault("bytes that are no picture", _garbage),
    }
)


def _weather(change: Callable[[Weather, float], Weather]) -> Callable[[Scene, float], Scene]:
    return lambda scene, grade: replace(scene, weather=change(scene.weather, grade))


def _lens(change: Callable[[Lens, float], Lens]) -> Callable[[Scene, float], Scene]:
    return lambda scene, grade: replace(scene, lens=change(scene.lens, grade))


def _raining(weather: Weather, grade: float) -> Weather:
    return replace(weather, rain_mm_per_h=5 + 95 * grade)


def _passing(weather: Weather, grade: float) -> Weather:
    return replace(weather, headlights=max(0.02, grade))


def _night(scene: Scene, grade: float) -> Scene:
    """The same minute of an hour of the night: 20:00 at grade 0, 2:00 at 1."""
    hours = round(6 * grade)
    local = scene.at.astimezone(JST)
    evening = local.replace(hour=20)
    return replace(scene, at=(evening + timedelta(hours=hours)).astimezone(scene.at.tzinfo))


def _lit_night(scene: Scene, grade: float) -> Scene:
    lamp = Lamp.LAMP if share(scene.camera_id, scene.seed, "lamp") < 0.4 else Lamp.INFRARED
    return replace(_night(scene, grade), lamp=lamp)


def _rising(scene: Scene, grade: float) -> Scene:
    """From low water to over the banks."""
    low_m = scene.bottom_m + 0.1 * (scene.top_m - scene.bottom_m)
    return replace(scene, stage_m=low_m + grade * (scene.top_m - low_m))


def _jitter(scene: Scene, grade: float) -> Scene:
    words = (scene.camera_id, scene.seed, scene.at.isoformat())
    right, down = (grade * between(-2, 2, *words, way) for way in ("right", "down"))
    return replace(scene, pose=replace(scene.pose, right_px=right, down_px=down))


NUISANCES: Mapping[str, Nuisance] = MappingProxyType(
    {
        "rain": Nuisance("rain, and its drops on the glass", _weather(_raining)),
        "fog": Nuisance("what is far away fades", _weather(lambda weather, grade: replace(weather, fog=grade))),
        "cloud": Nuisance(
            "from a clear sky to a dark one", _weather(lambda weather, grade: replace(weather, cloud=grade))
        ),
        "glare": Nuisance("a low sun in the view", _weather(lambda weather, grade: replace(weather, glare=grade))),
        "headlights": Nuisance("a car passes; the grade is how far it has come", _weather(_passing)),
        "drops": Nuisance("drops on the glass", _lens(lambda lens, grade: replace(lens, drops=grade))),
        "web": Nuisance("a spider has been at work", _lens(lambda lens, grade: replace(lens, web=grade))),
        "dirt": Nuisance("dirt in a corner", _lens(lambda lens, grade: replace(lens, dirt=grade))),
        "night": Nuisance("a night without a lamp; the grade is the hour", _night),
        "lit_night": Nuisance("a night under a lamp or infrared light of the camera's own", _lit_night),
        "rising": Nuisance("the water rises from low to over the banks", _rising),
        "jitter": Nuisance("the mast trembles by up to two pixels (of 640)", _jitter),
    }
)
