"""Looking back picture by picture: which one is earlier, later or nearest, as the viewer in the browser asks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from dashboard.i18n import LANGUAGES, text
from dashboard.staff import cameras_words, words
from dashboard.staff.addresses import still_path
from dashboard.staff.services import StaffServices
from ingest.rhythm import LATE_AFTER_INTERVALS
from ingest.stations import Registry
from ingest.store.protocol import Pictured, Pictures

STEPS = ("nearest", "earlier", "later", "newest")
_CAMERA = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_MOMENT = timedelta(microseconds=1)
_SPANS = (timedelta(hours=2), timedelta(days=2), timedelta(days=60))
"""How far is looked, one after the other: the next picture is mostly near, and a wide look costs more."""


def find(pictures: Pictures, camera_id: str, at: datetime, step: str) -> Pictured | None:
    """The picture of a camera nearest to a time, or the next one before or after it. Blocking."""
    for span in _SPANS:
        if step == "nearest":
            found = pictures.nearest([camera_id], at, span)
        elif step == "earlier":
            found = next(iter(pictures.strip(camera_id, at - span, at - _MOMENT, 1)), None)
        else:
            # Of two that are spread evenly the first is the one that follows.
            found = next(iter(pictures.strip(camera_id, at + _MOMENT, at + span, 2)), None)
        if found is not None:
            return found
    return None


def told(
    found: Pictured | None, step: str, registry: Registry, language: str, old_since: datetime | None = None
) -> dict[str, str]:
    """What the viewer shows: address, time and words; ``none`` says in words that there is no such picture.

    ``old_since`` is the present where the picture is the newest one of its camera and older than it should be.
    """
    if found is None:
        return {"none": text(language, f"viewer.no_{step}" if step in ("earlier", "later") else "still.none")}
    still, bad = found.still, cameras_words.wrong(found.look, language)
    name = cameras_words.full_name(still.camera_id, registry, language)
    return {
        "src": still_path(still.file),
        "at": still.taken_at.isoformat(),
        "taken": words.full_time(still.taken_at),
        "name": name,
        "alt": text(language, "still.alt", name=name, at=words.full_time(still.taken_at)),
        "band": words.joined(bad, _old(still.taken_at, old_since, language)),
        "uncertain": cameras_words.doubt_of_time(still, language),
    }


def _old(taken_at: datetime, now: datetime | None, language: str) -> str:
    if now is None:
        return ""
    return text(language, "cameras.old_band", age=words.age(language, int((now - taken_at).total_seconds() // 60)))


def old_since(pictures: Pictures, found: Pictured | None, registry: Registry, now: datetime) -> datetime | None:
    """``now``, where a picture is the newest of its camera and old all the same: looking back, any may be. Blocking."""
    if found is None:
        return None
    taken_at, interval_s = found.still.taken_at, registry.cameras[found.still.camera_id].interval_s
    if (now - taken_at).total_seconds() <= LATE_AFTER_INTERVALS * interval_s:
        return None
    return None if pictures.strip(found.still.camera_id, taken_at + _MOMENT, now, 1) else now


def normal_day(pictures: Pictures, camera_id: str, language: str) -> dict[str, str]:
    """The picture of a normal day that stands beside; nothing where there is none. Blocking."""
    reference = pictures.reference(camera_id)
    if reference is None:
        return {}
    said = text(language, "cameras.reference_at", at=words.full_time(reference.taken_at))
    return {"reference": still_path(reference.file), "reference_said": said}


def answer(services: StaffServices, camera_id: str, step: str, asked: Mapping[str, str]) -> dict[str, str] | None:
    """The answer to the viewer, or None where what it asks for cannot be understood. Blocking."""
    at, registry = _time(asked.get("at", "")), services.registry.registry()
    if at is None or registry is None or step not in STEPS or not _CAMERA.fullmatch(camera_id):
        return None
    if camera_id not in registry.cameras:
        return None
    language = asked.get("lang", "ja") if asked.get("lang") in LANGUAGES else "ja"
    pictures, now = services.pictures, services.clock.now()
    found = find(pictures, camera_id, *((now, "nearest") if step == "newest" else (at, step)))
    said = told(found, step, registry, language, old_since(pictures, found, registry, now))
    return {**said, **normal_day(pictures, camera_id, language)}


def _time(said: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return None
    # A hundred years around: what is added to it must stay a time.
    return at.astimezone(UTC) if at.tzinfo is not None and 1950 < at.year < 2150 else None


async def step_route(services: StaffServices, request: Request) -> Response:
    """``/stills/<camera>/<nearest|earlier|later|newest>?at=<ISO time with offset>&lang=<language>`` as JSON."""
    path = request.path_params
    found = await asyncio.to_thread(answer, services, path["camera_id"], path["step"], request.query_params)
    if found is None:
        return JSONResponse({"none": ""}, status_code=404)
    return JSONResponse(found, headers={"Cache-Control": "no-store"})


def register(server: FastAPI, services: StaffServices) -> None:
    """Answer the viewer below ``/stills/``."""
    server.add_route("/stills/{camera_id}/{step}", partial(step_route, services), methods=["GET"])
