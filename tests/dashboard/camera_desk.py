"""A desk whose cameras have troubles of their own: frozen, covered, shifted, silent, with a live view, with vitals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ingest.devices import Live
from ingest.readings import CameraReport, CameraState, CameraVitals, Still
from ingest.sight.look import PictureFault
from ingest.stations import Camera, Registry
from ingest.store.protocol import Copy, Reference
from tests.dashboard import fakes
from tests.dashboard.staff_fakes import Desk, desk

FROZEN, COVERED, STILLS_STOPPED, WELL = "hongo-bridge-cam", "ekimae-under-cam", "kawaguchi-cam", "hama-pump-cam"
HOURS = 6
EVERY = timedelta(minutes=10)


def camera_desk(now: datetime | None = None, live: dict[str, Live] | None = None) -> Desk:
    """The desk in a storm, with six hours of stills of the camera that is frozen for the last half hour, and a picture
    of a normal day; ``live`` are the live views of cameras by id."""
    at = desk(now)
    at.registry.current = _with_live(at.registry.current, live or {})
    _add_past(at)
    last = {still.camera_id: still.seq for still in at.log.stills}
    at.log.faults[last[COVERED]] = (PictureFault.COVERED, PictureFault.SHIFTED)
    _let_stills_stop(at)
    vitals = CameraVitals(fps=12.5, temperature_c=41.2, storage_pct=63, battery_pct=88, battery_v=12.4)
    heard = at.now - timedelta(minutes=1)
    at.log.add(CameraReport(WELL, CameraState.ONLINE, heard, heard, "", vitals=vitals))
    _keep_files(at)
    return at


def _with_live(city: Registry | None, live: dict[str, Live]) -> Registry:
    assert city is not None
    cameras = {
        key: camera.model_copy(update={"live": live.get(key), "heartbeat_s": 60.0 if key == WELL else None})
        for key, camera in city.cameras.items()
    }
    return city.model_copy(update={"cameras": cameras})


def _add_past(at: Desk) -> None:
    newest = next(still for still in at.log.stills if still.camera_id == FROZEN)
    for step in range(int(timedelta(hours=HOURS) / EVERY), 0, -1):
        taken = newest.taken_at - step * EVERY
        at.log.add(replace(newest, taken_at=taken, received_at=taken, file=f"{FROZEN}/past/{step:04d}.jpg"))
    mine = sorted((each for each in at.log.stills if each.camera_id == FROZEN), key=lambda still: still.taken_at)
    for still in mine[-3:]:
        at.log.faults[still.seq] = (PictureFault.FROZEN,)
    normal_day = at.now - timedelta(days=20)
    at.pictures.normal[FROZEN] = Reference(FROZEN, f"{FROZEN}/normal.jpg", normal_day)


def _let_stills_stop(at: Desk) -> None:
    long_ago = at.now - timedelta(minutes=55)
    at.log.stills = [
        replace(each, taken_at=long_ago, received_at=long_ago) if each.camera_id == STILLS_STOPPED else each
        for each in at.log.stills
    ]


def _keep_files(at: Desk) -> None:
    """A picture for every still; of half of them a small copy, as for those of long ago there is none."""
    files = [*at.log.stills, Still(FROZEN, at.now, at.now, f"{FROZEN}/normal.jpg", 640, 360)]
    for number, still in enumerate(files):
        at.stills.files[still.file] = fakes.picture(number)
        if number % 2:
            at.stills.copies[still.file, Copy.THUMB] = fakes.picture(number)


def crowded_desk(cameras: int) -> Desk:
    """The desk with so many cameras more, all at one station, each with a still."""
    at = camera_desk()
    city, taken = at.registry.current, at.now - timedelta(minutes=1)
    assert city is not None
    more = [Camera(id=f"many-{number:03d}", station_id="mizue") for number in range(cameras)]
    at.registry.current = city.model_copy(update={"cameras": {**city.cameras, **{each.id: each for each in more}}})
    for each in more:
        at.log.add(Still(each.id, taken, taken, f"{each.id}/1.jpg", 640, 360))
        at.stills.copies[f"{each.id}/1.jpg", Copy.THUMB] = fakes.picture(1)
    return at
