"""A published city with one public camera and a real folder of stills, whose pictures hold something private."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from dashboard.public.publisher import Publisher
from ingest.readings import Still
from ingest.sight.examine import examine
from ingest.sight.masks import Masks
from ingest.sight.tasks import Task
from ingest.stations import Camera
from ingest.store.protocol import Copy, Reference
from ingest.store.stills import StillFolder
from tests.dashboard import fake_city
from tests.dashboard.fakes import FakeLog, FakePictures, FakeRegistryStore
from tests.public.fakes import NOW, SetClock, one_station

SECRET = (255, 0, 255)
MASK: Masks = (((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)),)
OTHER: Masks = (((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)),)
SIZE = (640, 360)
SMALL = 320
"""The width of a thumbnail."""


def picture(seed: int = 0) -> bytes:
    """A grey picture with something private in its middle."""
    image = Image.new("RGB", SIZE, (120 + seed, 130, 140))
    ImageDraw.Draw(image).rectangle((190, 110, 450, 250), fill=SECRET)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def width_of(path: Path) -> int:
    """In pixels."""
    with Image.open(path) as image:
        return image.width


def shows_the_secret(data: bytes) -> bool:
    """Whether any pixel is nearer to the private colour than any grey can be."""
    raw = Image.open(io.BytesIO(data)).convert("RGB").tobytes()
    colours = set(zip(raw[0::3], raw[1::3], raw[2::3], strict=True))
    return any(red - green > 60 and blue - green > 60 for red, green, blue in colours)


@dataclass
class House:
    """A published city with one public camera and a real folder of stills."""

    site: Path
    stills: StillFolder
    log: FakeLog
    store: FakeRegistryStore
    clock: SetClock
    publisher: Publisher
    pictures: FakePictures

    def camera(self, **changes: Any) -> None:
        """Import the registry anew with a change to the camera."""
        assert self.store.current
        camera = self.store.current.cameras["cam"].model_copy(update=changes)
        self.store.current = self.store.current.model_copy(update={"cameras": {"cam": camera}})
        self.log.registry_revision += 1

    def receive(self, minutes_ago: float, seed: int = 0, masks: Masks = MASK) -> str:
        """A still comes and is looked at as eyes do it: whole, small and masked."""
        at = self.clock.at - timedelta(minutes=minutes_ago)
        file = f"cam/20260701/{seed:04d}.jpg"
        self.stills.write(file, picture(seed))
        self.copy(file, masks, seed)
        self.log.add(Still("cam", at, at, file, *SIZE))
        return file

    def copy(self, file: str, masks: Masks, seed: int = 0) -> None:
        done = examine(Task(picture(seed), self.clock.at, masks))
        assert not done.refusal
        self.stills.write(file, done.thumb, Copy.THUMB)
        self.stills.write(file, done.masked, Copy.MASKED, masks)
        self.stills.write(file, done.masked_thumb, Copy.MASKED_THUMB, masks)

    def choose(self, file: str, days_ago: float = 30) -> None:
        """Somebody makes a still the normal day of the camera."""
        self.pictures.normal["cam"] = Reference("cam", file, self.clock.at - timedelta(days=days_ago), "desk")

    def publish(self) -> str:
        self.clock.at += timedelta(seconds=1)
        assert self.publisher.publish_if_changed()
        return (self.site / "stations" / "bridge.html").read_text()

    def files(self) -> list[Path]:
        """The pictures in the folder."""
        return sorted((self.site / "pictures").iterdir()) if (self.site / "pictures").is_dir() else []

    def shown(self) -> list[Path]:
        """Those that are not small."""
        return [path for path in self.files() if width_of(path) > SMALL]


def house_in(folder: Path) -> House:
    """The house, in a folder of its own."""
    made = one_station()
    camera = Camera(id="cam", station_id="bridge", public=True, masks=MASK)
    store = FakeRegistryStore(made.model_copy(update={"cameras": {"cam": camera}}))
    log, clock, stills = FakeLog(), SetClock(), StillFolder(folder / "stills")
    log.add(fake_city.reading("bridge-1", 2.4, NOW))
    pictures = FakePictures(log)
    publisher = Publisher(folder / "site", log, store, clock, stills=stills, pictures=pictures)
    return House(folder / "site", stills, log, store, clock, publisher, pictures)


def every_byte(site: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file())
