"""A camera as screens show it: pure, from what is newest of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ingest.cameras.condition import WORST_FIRST, CameraCondition, condition
from ingest.readings import NO_CAMERA_VITALS, CameraState, CameraVitals, Still
from ingest.rhythm import LATE_AFTER_INTERVALS
from ingest.sight.look import PictureFault, Unjudged
from ingest.stations import Camera
from ingest.store.protocol import CameraLatest


@dataclass(frozen=True, slots=True)
class CameraView:
    """A camera now: how it is, what it says of its insides, and its newest still, whose own time says how old it is.

    ``still`` was looked at and can be shown; ``faults`` are those for which it cannot be trusted, also where the camera
    is silent since. ``doubted`` are those seen in this still alone, which may stand with the next. ``unjudged`` says
    why nothing can be told of it.
    """

    camera: Camera
    condition: CameraCondition
    still: Still | None
    still_age_s: float | None
    vitals: CameraVitals = NO_CAMERA_VITALS
    faults: tuple[PictureFault, ...] = ()
    doubted: frozenset[PictureFault] = frozenset()
    unjudged: Unjudged | None = None

    @property
    def state(self) -> CameraState:
        """Online, degraded or offline."""
        return self.condition.state

    @property
    def reason(self) -> str:
        """Why it is not well, in one word of ours or in its own words; empty where all is well."""
        return self.condition.reason

    @property
    def heard_at(self) -> datetime | None:
        """When anything last came from it, None where nothing ever did."""
        return self.condition.heard_at

    @property
    def still_old(self) -> bool:
        """Whether the newest still is older than three intervals."""
        return self.still_age_s is not None and self.still_age_s > LATE_AFTER_INTERVALS * self.camera.interval_s


def camera_view(camera: Camera, latest: CameraLatest | None, now: datetime) -> CameraView:
    """One camera at ``now``."""
    still = latest.still if latest else None
    report = latest.report if latest else None
    age_s = (now - still.taken_at).total_seconds() if still else None
    vitals = report.vitals if report else NO_CAMERA_VITALS
    look = latest.look if latest else None
    faults = tuple(each for each in WORST_FIRST if look and each in look.faults)
    doubted = look.seen if look else frozenset()
    now_is, unjudged = condition(camera, latest, now), look.unjudged if look else None
    return CameraView(camera, now_is, still, age_s, vitals, faults, doubted, unjudged)
