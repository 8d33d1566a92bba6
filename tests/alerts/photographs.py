"""Stills of a camera that anybody may see and of one with masks, and deliveries that refer to them."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from alerts.pictures.photo import Fit, Photos
from alerts.pictures.sending import StillPhotos
from alerts.records import Delivery
from ingest.sight.masking import masked
from ingest.stations import Camera, Registry, StationKind
from ingest.store.protocol import Copy
from ingest.store.stills import StillFolder
from simulators.cameras import still
from simulators.scene import Scene
from tests.alerts.night import CITY, GAUGE, LEVELS, RIVER, at
from tests.alerts.parcels import parcel

MASKS = (((0.1, 0.3), (0.4, 0.3), (0.4, 0.7), (0.1, 0.7)),)
OPEN = Camera(id="fujii-cam", station_id="fujii")
PRIVATE = Camera(id="fujii-yard", station_id="fujii", masks=MASKS)
REGISTRY = Registry.of(CITY, [RIVER, GAUGE, OPEN, PRIVATE])
FILE, PRIVATE_FILE = "fujii-cam/20260701/a.jpg", "fujii-yard/20260701/b.jpg"
SECRET = (255, 0, 0)
"""The colour of what is private in the pictures here; nothing else in their left half is red."""


@dataclass
class Album:
    """Stills in a folder, and what makes pictures for messages of them."""

    folder: StillFolder
    registry: Registry = REGISTRY
    fit: Fit = field(default_factory=Fit)

    @property
    def photos(self) -> Photos:
        return StillPhotos(lambda: self.registry, self.folder, self.fit)

    def keep(self, file: str, picture: Image.Image | bytes) -> None:
        self.folder.write(file, picture if isinstance(picture, bytes) else jpeg(picture))


def jpeg(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=92)
    return stream.getvalue()


def river(camera_id: str = OPEN.id) -> Image.Image:
    """A drawn still of 1280×720."""
    scene = Scene(StationKind.RIVER, "fujii", camera_id, 3.1, 0.0, 6.0, LEVELS, at(-360))
    return Image.open(io.BytesIO(still(scene, at(-360)))).convert("RGB")


def album_of(folder: Path, drawn: Image.Image) -> Album:
    """One still of the open camera, and one of that with masks, of which the private part is red."""
    made = Album(StillFolder(folder))
    made.keep(FILE, drawn)
    private = drawn.copy()
    private.paste(SECRET, (round(0.1 * 1280), round(0.3 * 720), round(0.4 * 1280), round(0.7 * 720)))
    made.keep(PRIVATE_FILE, private)
    made.folder.write(PRIVATE_FILE, jpeg(masked(private, MASKS)), Copy.MASKED, MASKS)
    return made


def data(file: str = FILE, camera: str = OPEN.id, kind: str = "alert") -> dict[str, Any]:
    said = {"camera": {"id": camera, "name": None}, "taken_at": "2026-07-01T21:03:00+09:00", "file": file}
    return {"kind": kind, "picture": said}


def pictured(
    address: str, file: str = FILE, camera: str = OPEN.id, kind: str = "alert", *, drill: bool = False
) -> Delivery:
    return parcel(address, data=data(file, camera, kind), drill=drill)


def private(address: str) -> Delivery:
    return pictured(address, PRIVATE_FILE, PRIVATE.id)


def reds(picture: bytes) -> int:
    """Pixels that come from what is private, which lies in the left half: the staff in the middle has red marks."""
    whole = Image.open(io.BytesIO(picture)).convert("RGB")
    pixels = np.asarray(whole.crop((0, 0, whole.width // 2, whole.height)))
    return int(((pixels[..., 0] > 130) & (pixels[..., 1] < 90) & (pixels[..., 2] < 90)).sum())
