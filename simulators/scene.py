"""What a camera looks at, as values: the water, the weather, the light, the lens and how the camera stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ingest.hazard import Levels
from ingest.stations import StationKind

Size = tuple[int, int]
HD: Size = (1280, 720)
SMALL: Size = (640, 360)
"""Widths and heights in pixels; other sizes of 16:9 are drawn as well."""


class Lamp(StrEnum):
    """Light of the camera's own at night."""

    NONE = "none"
    LAMP = "lamp"
    INFRARED = "infrared"


@dataclass(frozen=True, slots=True)
class Weather:
    """Shares run from 0 (none) to 1 (the most that still lets a camera see something).

    ``glare`` is a low sun in the view. ``headlights`` is how far a passing car has come through the view, 0: no car.
    """

    rain_mm_per_h: float = 0.0
    fog: float = 0.0
    cloud: float = 0.5
    glare: float = 0.0
    wind: float = 0.3
    headlights: float = 0.0


@dataclass(frozen=True, slots=True)
class Lens:
    """Glass, iris and what lies on them; a fresh one is clean, sharp and well exposed.

    ``defocus_px`` is the sigma of the blur in a picture 640 pixels wide. ``mist``, ``drops``, ``web`` and ``dirt`` are
    shares from 0 to 1. ``cover`` names what lies over a share ``covered`` of the view. ``exposure`` multiplies the
    light.
    """

    defocus_px: float = 0.0
    mist: float = 0.0
    drops: float = 0.0
    web: float = 0.0
    dirt: float = 0.0
    cover: str = ""
    covered: float = 0.0
    exposure: float = 1.0


@dataclass(frozen=True, slots=True)
class Pose:
    """How far a camera has turned from the way it was mounted: to the right, up, clockwise; ``zoom`` above 1 is nearer.

    ``right_px`` and ``down_px`` are the small trembling of the mast in pixels of a picture 640 pixels wide.
    """

    pan_deg: float = 0.0
    tilt_deg: float = 0.0
    roll_deg: float = 0.0
    zoom: float = 1.0
    right_px: float = 0.0
    down_px: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What a camera looks at. ``bottom_m`` and ``top_m`` are the ends of its staff gauge, above the gauge zero.

    ``levels`` are marked beside the staff. ``at`` decides light and everything that moves. ``clock_at`` is what the
    camera's own clock says (None: ``at``); ``clock`` False is a camera that writes none. ``camera_id`` and ``seed``
    decide the view: another id is another place.
    """

    kind: StationKind
    station_id: str
    camera_id: str
    stage_m: float
    bottom_m: float
    top_m: float
    levels: Levels
    at: datetime
    weather: Weather = field(default_factory=Weather)
    lens: Lens = field(default_factory=Lens)
    pose: Pose = field(default_factory=Pose)
    lamp: Lamp = Lamp.NONE
    clock: bool = True
    clock_at: datetime | None = None
    seed: int = 0
