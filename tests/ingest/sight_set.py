"""The generated set for sight: cameras of all kinds through weeks of weather, and every fault at random times.

A camera is a number, its week a pure function of it: the same numbers give the same pictures everywhere. What is
tuned on some numbers is measured on others (``sight_report``).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from PIL import Image

from ingest.sight.gist import Gist, gist
from ingest.sight.look import PictureFault
from ingest.sight.sun import elevation_deg
from ingest.sight.view import View
from ingest.stations import StationKind
from simulators.camera_faults import FAULTS, NUISANCES, faulty
from simulators.cameras import still
from simulators.caption import clock_box
from simulators.chance import between, share
from simulators.scene import HD, SMALL, Lamp, Lens, Scene, Size, Weather

LAT, LON = 34.4, 133.2
BEGUN = datetime(2026, 9, 14, 1, 0, tzinfo=UTC)
"""A Monday morning in Japan, in the season of typhoons."""
INTERVAL = timedelta(minutes=5)
WEEK = 2016
KINDS = tuple(StationKind)
LAMPS = (Lamp.NONE, Lamp.INFRARED, Lamp.LAMP)
EXPECTED = {
    "frozen": {PictureFault.FROZEN},
    "frozen_clock": {PictureFault.FROZEN},
    "frozen_stamped": {PictureFault.FROZEN},
    "dark": {PictureFault.DARK},
    "blurred": {PictureFault.BLURRED},
    "covered": {PictureFault.COVERED},
    "shifted": {PictureFault.SHIFTED},
    "fogged_lens": {PictureFault.BLURRED, PictureFault.COVERED},
}
"""What each drawn fault is to be called; a wet dome softens what it does not hide."""
APART = {
    "hand": ", spread fingers",
    "sky": ", to where nothing of the view is left",
    "ground": ", to where nothing of the view is left",
}
LIGHT_ENOUGH_DEG = {"dark": 8.0}
"""Sun from which a fault of a camera without a lamp is there to be seen; 0 for all others."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera of the set: everything follows from its number."""

    number: int

    @property
    def kind(self) -> StationKind:
        return KINDS[self.number % len(KINDS)]

    @property
    def lamp(self) -> Lamp:
        return LAMPS[self.number % len(LAMPS)]

    @property
    def size(self) -> Size:
        return HD if self.number % 4 == 3 else SMALL

    @property
    def id(self) -> str:
        return f"c{self.number}"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault that begins with a picture of the week."""

    name: str
    variant: str
    grade: float
    first: int

    @property
    def what(self) -> str:
        """Its row in the table: what is a matter of its own is counted by itself."""
        return f"{self.name}{APART.get(self.variant, '')}"

    @property
    def expected(self) -> set[PictureFault]:
        return EXPECTED[self.name]


def taken_at(number: int) -> datetime:
    """When a picture of the week is taken."""
    return BEGUN + number * INTERVAL


def sun_deg(number: int) -> float:
    """How high the sun stands then."""
    return elevation_deg(LAT, LON, taken_at(number))


def view(camera: Camera, number: int) -> View:
    """What the judge is told of a picture besides the picture."""
    return View(taken_at(number), sun_deg(number), camera.lamp is not Lamp.NONE)


def scene(camera: Camera, number: int) -> Scene:
    """What stands before a sound camera at a picture of its week, with all that merely troubles it."""
    bare = Scene(
        camera.kind,
        f"s{camera.number}",
        camera.id,
        stage_m=4.0 * _stage(camera, number),
        bottom_m=0.0,
        top_m=4.0,
        levels={},
        at=taken_at(number),
        weather=_weather(camera, number),
        lens=_lens(camera, number),
        lamp=camera.lamp,
        seed=camera.number,
    )
    return NUISANCES["jitter"].on(bare, bare.weather.wind)


def sound(camera: Camera, number: int) -> Gist:
    """A picture of the week without a fault."""
    return _gist(camera, number, still(scene(camera, number), size=camera.size))


def troubled(camera: Camera, trouble: Trouble, number: int) -> Gist:
    """A picture of the week with a fault; what is encoded anew is so at another quality each time."""
    then = scene(camera, trouble.first - 1)
    grade = share(camera.id, number, "quality") if trouble.name == "frozen_stamped" else trouble.grade
    taken = faulty(trouble.name, scene(camera, number), then, size=camera.size, grade=grade, variant=trouble.variant)
    return _gist(camera, number, taken)


def troubles(camera: Camera, of_each: Mapping[str, int], first: int = 634, last: int = WEEK - 12) -> Iterator[Trouble]:
    """So many faults of each name, mild to gross, at random times; as it is from the third day on."""
    for name, count in of_each.items():
        variants = tuple(FAULTS[name].variants) or ("",)
        for index in range(count):
            words = (camera.id, name, index)
            begins = int(between(first, last, *words, "first"))
            grade = (index + share(*words, "grade")) / count
            variant = variants[int(share(*words, "variant") * len(variants))]
            yield Trouble(name, variant, grade, _to_be_seen(camera, name, begins))


def condition(camera: Camera, number: int) -> str:
    """In one or two words what is most in the way of a picture."""
    weather, lens, sun = _weather(camera, number), _lens(camera, number), sun_deg(number)
    if sun < -7:
        return "night, no lamp" if camera.lamp is Lamp.NONE else "night, lamp"
    if sun < 6:
        return "twilight"
    asked = {
        "fog": weather.fog > 0.3,
        "glare": weather.glare > 0.3,
        "flood": _stage(camera, number) > 0.6,
        "rain": weather.rain_mm_per_h > 3,
        "drops": lens.drops > 0.3,
        "web or dirt": max(lens.web, lens.dirt) > 0.3,
    }
    return next((name for name, there in asked.items() if there), "plain day")


def _gist(camera: Camera, number: int, taken: bytes) -> Gist:
    picture = Image.open(io.BytesIO(taken))
    picture.load()
    return gist(picture, clock_box(scene(camera, number)))


def _to_be_seen(camera: Camera, name: str, first: int) -> int:
    """A fault that begins in a night without a lamp is there to be seen when day comes."""
    while camera.lamp is Lamp.NONE and sun_deg(first) < LIGHT_ENOUGH_DEG.get(name, 0.0):
        first += 1
    return min(first, WEEK - 8)


def _weather(camera: Camera, number: int) -> Weather:
    cloud = _wandering(camera, number, "cloud", 60)
    sun = sun_deg(number)
    return Weather(
        rain_mm_per_h=80 * _peaks(_wandering(camera, number, "rain", 30), 0.72),
        fog=_fog(camera, number),
        cloud=cloud,
        glare=0.9 * _peaks(1 - abs(sun - 14) / 14, 0.2) if _faces_the_sun(camera, number) and cloud < 0.5 else 0.0,
        wind=_wandering(camera, number, "wind", 24),
        headlights=share(camera.id, number, "car") if sun < 0 and share(camera.id, number, "passes") < 0.08 else 0.0,
    )


def _lens(camera: Camera, number: int) -> Lens:
    """Drops stay for an hour after rain; a spider and dirt come on some day and stay."""
    wet = max(_peaks(_wandering(camera, number - back, "rain", 30), 0.72) for back in (0, 4, 8, 12))
    spun = number / WEEK - share(camera.id, "spider")
    return replace(
        Lens(),
        drops=min(1.0, 2 * wet),
        web=between(0.2, 0.8, camera.id, "web") if 0 < spun < 0.3 else 0.0,
        dirt=0.5 * share(camera.id, "dirt") * number / WEEK,
    )


def _stage(camera: Camera, number: int) -> float:
    """Share of the staff: low with small waves, and one flood a week that rises within hours to over the banks."""
    begun = int(between(300, WEEK - 400, camera.id, "flood"))
    after_h = (number - begun) / 12
    rise_h = between(1.0, 5.0, camera.id, "rise")
    flood = min(1.0, max(0.0, after_h / rise_h)) if after_h < 8 else max(0.0, 1 - (after_h - 8) / 12)
    low = 0.12 + 0.1 * _wandering(camera, number, "stage", 72)
    return low + (between(0.6, 1.05, camera.id, "crest") - low) * flood


def _fog(camera: Camera, number: int) -> float:
    """On two mornings of five, from before dawn until some hours later, within an hour up and down."""
    hours = ((number + 120) % 288) / 12  # since midnight in Japan: the week begins at 10:00
    if share(camera.id, (number + 120) // 288, "foggy") > 0.4:
        return 0.0
    return between(0.5, 1.0, camera.id, (number + 120) // 288, "fog") * min(1.0, max(0.0, min(hours - 3.5, 9 - hours)))


def _faces_the_sun(camera: Camera, number: int) -> bool:
    morning = (number + 120) % 288 < 144
    return (share(camera.id, "faces") < 0.5) == morning


def _wandering(camera: Camera, number: int, what: str, pictures: int) -> float:
    """A number between 0 and 1 that wanders, from one draw to the next within so many pictures."""
    first, part = divmod(number, pictures)
    low, high = (share(camera.id, what, each) for each in (first, first + 1))
    return low + (high - low) * part / pictures


def _peaks(value: float, above: float) -> float:
    """What of a value between 0 and 1 is above a bound, as a share of what can be."""
    return max(0.0, value - above) / (1 - above)
