"""The pictures of the public site: of public cameras the newest one, without what their masks cover, while it can be
trusted.

Nothing but copies made with the present masks comes near the site's folder. What may not be seen any more leaves it
before anything else is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
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
from ingest.store.protocol import Copy, Stills

FOLDER = "pictures"


class Told(StrEnum):
    """What the public is told of a camera: its picture, or why there is none."""

    SHOWN = "shown"
    OLD = "old"
    CHECKED = "checked"
    TOO_OLD = "too_old"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PublicPicture:
    """A camera on the site. ``path`` (below the site's folder) and ``taken_at`` are None where no picture is shown."""

    camera_id: str
    told: Told
    path: str | None = None
    taken_at: datetime | None = None
    width_px: int = 0
    height_px: int = 0


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


@dataclass(frozen=True, slots=True)
class _Kept:
    """A picture that lies in the folder."""

    still_file: str
    masks: Masks
    path: str


class Album:
    """Keeps the pictures in the site's folder; one per folder."""

    def __init__(self, folder: Path, stills: Stills) -> None:
        self._folder = folder
        self._stills = stills
        self._kept: dict[str, _Kept] = {}

    def publish(self, cameras: Sequence[CameraView], too_old_s: float) -> list[PublicPicture]:
        """Put the pictures of the public cameras into the folder and say what is to be told of each.

        The picture before the present one stays until the next call, for pages that are just being read. Raises the
        OSError of the disk.
        """
        public = {view.camera.id: (view, told(view, too_old_s)) for view in cameras if view.camera.public}
        self._remove_others(public)
        return [self._picture(view, what) for view, what in public.values()]

    def _remove_others(self, public: dict[str, tuple[CameraView, Told]]) -> None:
        may_stay = {
            camera_id: kept
            for camera_id, kept in self._kept.items()
            if camera_id in public and _may_stay(kept, *public[camera_id])
        }
        self._kept = may_stay
        names = {Path(kept.path).name for kept in may_stay.values()}
        folder = self._folder / FOLDER
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name not in names:
                path.unlink(missing_ok=True)

    def _picture(self, view: CameraView, what: Told) -> PublicPicture:
        camera, still = view.camera, view.still
        if still is None or what not in (Told.SHOWN, Told.OLD):
            return PublicPicture(camera.id, what)
        path = self._path(camera.id, still, camera.masks)
        if path is None:
            return PublicPicture(camera.id, Told.NONE)
        return PublicPicture(camera.id, what, path, still.taken_at, still.width_px, still.height_px)

    def _path(self, camera_id: str, still: Still, masks: Masks) -> str | None:
        """Where the masked copy of a still lies; it is put there first. None while there is none with these masks."""
        kept = self._kept.get(camera_id)
        if kept is not None and (kept.still_file, kept.masks) == (still.file, masks):
            return kept.path
        data = self._stills.read(still.file, Copy.MASKED, masks)
        if data is None:
            return None
        path = f"{FOLDER}/{camera_id}.{hashlib.sha256(data).hexdigest()[:16]}.jpg"
        files.write(self._folder / path, data)
        self._kept[camera_id] = _Kept(still.file, masks, path)
        return path


def _may_stay(kept: _Kept, view: CameraView, what: Told) -> bool:
    return what in (Told.SHOWN, Told.OLD) and kept.masks == view.camera.masks
