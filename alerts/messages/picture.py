"""What a message says of the picture beside it, in words and for machines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from alerts.messages.catalogue import filled
from alerts.messages.figures import clock_time, duration
from alerts.messages.scene import Scene
from alerts.pictures.tied import Tied
from ingest.clock import JST

ABOUT_THE_SAME = timedelta(seconds=60)


def picture_lines(scene: Scene, url: str, *, personal: bool) -> Iterator[str]:
    """Which camera, when, how far from the change, and whether the picture can be trusted; where it can be seen where
    it does not go along."""
    tied, own = scene.tied, scene.catalogue["picture"]
    if tied is None:
        return
    words = {
        "camera": scene.name_of_camera(scene.context.registry.cameras.get(tied.camera_id)),
        "taken_at": clock_time(tied.taken_at, scene.catalogue),
        "distance": _distance(scene, tied),
    }
    yield filled(own["line"], words)
    if tied.faults:
        names = scene.catalogue["values"]["picture_also"]
        known = [names.get(each, each) for each in tied.faults]
        yield filled(own["faulty"], {"faults": scene.catalogue["list_separator"].join(known)})
    if url and not personal and not scene.context.attached:
        yield str(own["elsewhere"])


def picture_document(scene: Scene) -> dict[str, Any] | None:
    """The same for machines; None where there is none. ``seconds_from_change`` is negative for one from before it."""
    tied = scene.tied
    if tied is None:
        return None
    camera = scene.context.registry.cameras.get(tied.camera_id)
    return {
        "camera": {"id": tied.camera_id, "name": dict(camera.name) if camera and camera.name else None},
        "taken_at": tied.taken_at.astimezone(JST).isoformat(timespec="seconds"),
        "seconds_from_change": round(_from_change(scene, tied).total_seconds()),
        "faults": list(tied.faults),
        "file": tied.file,
        "size_bytes": tied.size_bytes,
    }


def _from_change(scene: Scene, tied: Tied) -> timedelta:
    return tied.taken_at - scene.pictured.observed_at


def _distance(scene: Scene, tied: Tied) -> str:
    apart, own = _from_change(scene, tied), scene.catalogue["picture"]
    if abs(apart) < ABOUT_THE_SAME:
        return str(own["same"])
    time = duration(abs(apart).total_seconds(), scene.catalogue)
    return str(own["before" if apart < timedelta(0) else "after"].format(time=time))
