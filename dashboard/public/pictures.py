"""The pictures of the public site: of public cameras the newest one, without what their masks cover, while it can be
trusted.

Nothing but copies made with the present masks comes near the site's folder. What may not be seen any more leaves it
before anything else is written. Beside it stands the picture of a normal day that people chose: it has a copy with the
present masks only where they are those under which it was taken, for masks fit the view that they were drawn for.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from dashboard.camera_views import CameraView
from dashboard.public import files
from ingest.cameras.condition import NO_STILL
from ingest.readings import CameraState, Still
from ingest.sight.look import MOVED, Unjudged
from ingest.sight.masks import Masks
from ingest.stations import Camera
from ingest.store.protocol import Copy, Pictures, Reference, Stills

log = logging.getLogger(__name__)

FOLDER = "pictures"


class Told(StrEnum):
    """What the public is told of a camera: its picture, or why there is none."""

    SHOWN = "shown"
    OLD = "old"
    CHECKED = "checked"
    TOO_OLD = "too_old"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class NormalDay:
    """The picture of a normal day of a camera, as a file below the site's folder."""

    path: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class PublicPicture:
    """A camera on the site. ``path`` (below the site's folder), ``thumb`` (a small copy of it) and ``taken_at`` are
    None where no picture is shown, ``normal`` also where nobody chose one."""

    camera_id: str
    told: Told
    path: str | None = None
    taken_at: datetime | None = None
    width_px: int = 0
    height_px: int = 0
    thumb: str | None = None
    normal: NormalDay | None = None


def told(view: CameraView, too_old_s: float) -> Told:
    """What can be said of a camera's newest picture. Pure.

    One that may show something else than the place at its time is not shown, nor is one whose time is not known or that
    could not be judged. Where
    there are masks a first sign that the view may have moved is enough: they were drawn for the view of before.
    """
    if view.still is None or view.still_age_s is None:
        return Told.NONE
    now_is = view.condition
    ill = now_is.state is CameraState.DEGRADED and (now_is.silence != NO_STILL or now_is.said)
    misplaced = bool(view.camera.masks) and not MOVED.isdisjoint(view.doubted)
    unknown = view.unjudged not in (None, Unjudged.DARK_NIGHT)
    if view.faults or ill or misplaced or unknown or view.still.clock_suspect:
        return Told.CHECKED
    if view.still_age_s > too_old_s:
        return Told.TOO_OLD
    return Told.OLD if view.still_old else Told.SHOWN


class _Role(StrEnum):
    """What a file shows: the newest picture, a small copy of it, or the normal day."""

    NEWEST = "newest"
    THUMB = "thumb"
    NORMAL = "normal"


_COPIES = {_Role.NEWEST: Copy.MASKED, _Role.THUMB: Copy.MASKED_THUMB, _Role.NORMAL: Copy.MASKED}


@dataclass(frozen=True, slots=True)
class _Kept:
    """A picture that lies in the folder."""

    still_file: str
    masks: Masks
    path: str


class Album:
    """Keeps the pictures in the site's folder; one per folder."""

    def __init__(self, folder: Path, stills: Stills, pictures: Pictures | None = None) -> None:
        """``pictures`` know the normal days, where these are to be shown."""
        self.fault = ""
        """What could not be read, written or removed the last time; empty where all could."""
        self._folder = folder
        self._stills = stills
        self._pictures = pictures
        self._kept: dict[tuple[str, _Role], _Kept] = {}

    def publish(self, cameras: Sequence[CameraView], too_old_s: float) -> list[PublicPicture]:
        """Put the pictures of the public cameras into the folder and say what is to be told of each.

        The picture before the present one stays until the next call, for pages that are just being read. What the disk
        refuses holds up no level: that camera has no picture then, and ``fault`` tells of it.
        """
        faults: list[str] = []
        public = {view.camera.id: (view, told(view, too_old_s)) for view in cameras if view.camera.public}
        normal = self._pictures.references() if public and self._pictures is not None else {}
        self._forget_others(public, normal)
        self._remove_others(faults)
        found = [self._picture_of(view, what, normal.get(each), faults) for each, (view, what) in public.items()]
        self._tell(faults)
        return found

    def _tell(self, faults: Sequence[str]) -> None:
        """Once, until it is another fault."""
        told = f"{len(faults)} pictures, the first: {faults[0]}" if faults else ""
        if told and told != self.fault:
            log.error("the disk refuses pictures of the public site: %s; it is tried again", told)
        self.fault = told

    def _forget_others(self, public: Mapping[str, tuple[CameraView, Told]], normal: Mapping[str, Reference]) -> None:
        self._kept = {
            (camera_id, role): kept
            for (camera_id, role), kept in self._kept.items()
            if camera_id in public
            and _may_stay(kept, *public[camera_id])
            and (role is not _Role.NORMAL or camera_id in normal)
        }

    def _remove_others(self, faults: list[str]) -> None:
        """What may not be seen any more goes; a folder that others made there shows no picture of ours."""
        names = {Path(kept.path).name for kept in self._kept.values()}
        for path in self._lying(faults):
            if path.name not in names:
                try:
                    if path.is_symlink() or not path.is_dir():
                        path.unlink(missing_ok=True)
                except OSError as error:
                    faults.append(f"{path.name} cannot be removed: {error}")

    def _lying(self, faults: list[str]) -> list[Path]:
        try:
            return list((self._folder / FOLDER).iterdir())
        except FileNotFoundError:
            return []
        except OSError as error:
            faults.append(f"what lies in the folder is not known: {error}")
            return []

    def _picture_of(self, view: CameraView, what: Told, normal: Reference | None, faults: list[str]) -> PublicPicture:
        try:
            return self._picture(view, what, normal)
        except OSError as error:
            faults.append(f"{view.camera.id}: {error}")
            return PublicPicture(view.camera.id, Told.NONE)

    def _picture(self, view: CameraView, what: Told, normal: Reference | None) -> PublicPicture:
        camera, still = view.camera, view.still
        if still is None or what not in (Told.SHOWN, Told.OLD):
            return PublicPicture(camera.id, what)
        path = self._path(camera, still.file, _Role.NEWEST)
        if path is None:
            return PublicPicture(camera.id, Told.NONE)
        return PublicPicture(
            camera_id=camera.id,
            told=what,
            path=path,
            taken_at=still.taken_at,
            width_px=still.width_px,
            height_px=still.height_px,
            thumb=self._path(camera, still.file, _Role.THUMB),
            normal=self._normal_day(camera, still, normal),
        )

    def _normal_day(self, camera: Camera, still: Still, normal: Reference | None) -> NormalDay | None:
        if normal is None or normal.file == still.file:
            return None
        path = self._path(camera, normal.file, _Role.NORMAL)
        return None if path is None else NormalDay(path, normal.taken_at)

    def _path(self, camera: Camera, file: str, role: _Role) -> str | None:
        """Where a masked copy of a still lies; it is put there first. None while there is none with these masks."""
        kept = self._kept.get((camera.id, role))
        if kept is not None and (kept.still_file, kept.masks) == (file, camera.masks):
            return kept.path
        data = self._stills.read(file, _COPIES[role], camera.masks)
        if data is None:
            return None
        path = f"{FOLDER}/{camera.id}.{hashlib.sha256(data).hexdigest()[:16]}.jpg"
        files.write(self._folder / path, data)
        self._kept[camera.id, role] = _Kept(file, camera.masks, path)
        return path


def _may_stay(kept: _Kept, view: CameraView, what: Told) -> bool:
    return what in (Told.SHOWN, Told.OLD) and kept.masks == view.camera.masks
