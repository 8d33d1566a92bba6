"""``/cameras``: how every camera is, and its pictures, each with its own time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from dashboard.api.actor import Viewer
from dashboard.api.kept import SAME, answered
from dashboard.api.problems import Problem, Refused, Responses
from dashboard.api.readings import span
from dashboard.api.services import Services
from dashboard.api.stations import board_of
from dashboard.api.times import Moment
from dashboard.camera_views import CameraView
from dashboard.staff.addresses import still_path
from dashboard.views import Board
from ingest.readings import CameraState, Still
from ingest.sight.look import PictureFault, Unjudged
from ingest.store.protocol import Copy

router = APIRouter(tags=["cameras"])

NOT_THERE: Responses = {404: {"model": Problem, "description": "there is no such camera"}}


class StillSaid(BaseModel):
    """A picture. Its own time is the one to show: an old picture is no picture of now."""

    taken_at: datetime
    received_at: datetime
    clock_suspect: bool = Field(description="the camera's time was not believed: taken_at is that of the receipt")
    src: str = Field(description="address of the picture on this server")
    thumb: str = Field(description="address of a small copy")
    width_px: int
    height_px: int
    faults: list[PictureFault] = Field(description="why it cannot be trusted")
    unjudged: Unjudged | None = Field(description="why nothing can be told of it")


class CameraNow(BaseModel):
    """A camera now."""

    id: str
    station_id: str
    name: dict[str, str] | None = Field(description="by language; null where its station's name is enough")
    state: CameraState
    reason: str = Field(description="why it is not well, or that its first picture is awaited")
    heard_at: datetime | None
    live: bool = Field(description="whether it has a live view")
    still: StillSaid | None = Field(description="its newest picture")
    still_old: bool = Field(description="older than three intervals")


class Cameras(BaseModel):
    """All cameras, those of the worst stations first."""

    cameras: list[CameraNow]


class Stills(BaseModel):
    """Pictures of a camera, by their time; where there are more than asked for, spread evenly."""

    camera_id: str
    since: datetime
    until: datetime
    stills: list[StillSaid]


@router.get("/cameras", response_model=Cameras, responses=SAME)
async def cameras(request: Request, _: Viewer) -> Response:
    """Every camera in service with its newest picture, those of the worst stations first."""
    seen = await board_of(request)
    return await asyncio.to_thread(_listed, request, seen)


def _listed(request: Request, seen: Board) -> Response:
    return answered(request, Cameras(cameras=[_camera(each) for view in seen.stations for each in view.cameras]))


@router.get("/cameras/{camera_id}/stills", response_model=Stills, responses={**SAME, **NOT_THERE})
def stills(
    request: Request,
    camera_id: str,
    _: Viewer,
    services: Services,
    since: Annotated[Moment | None, Query(alias="from", description="left out: a day before to")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="left out: now")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """Pictures of a camera that can be shown, the first and the last of the range among them."""
    if camera_id not in services.city().cameras:
        raise Refused(404, "no_camera", name=camera_id)
    begin, end = span(since, until, services.clock.now())
    found = services.pictures.strip(camera_id, begin, end, limit)
    said = [_still(each.still, each.look.faults, each.look.unjudged) for each in found]
    return answered(request, Stills(camera_id=camera_id, since=begin, until=end, stills=said))


def _camera(view: CameraView) -> CameraNow:
    each = view.camera
    return CameraNow(
        id=each.id,
        station_id=each.station_id,
        name=each.name,
        state=view.state,
        reason=view.reason,
        heard_at=view.heard_at,
        live=each.live is not None,
        still=_still(view.still, view.faults, view.unjudged) if view.still else None,
        still_old=view.still_old,
    )


def _still(still: Still, faults: Iterable[PictureFault], unjudged: Unjudged | None) -> StillSaid:
    return StillSaid(
        taken_at=still.taken_at,
        received_at=still.received_at,
        clock_suspect=still.clock_suspect,
        src=still_path(still.file),
        thumb=still_path(still.file, Copy.THUMB),
        width_px=still.width_px,
        height_px=still.height_px,
        faults=sorted(faults),
        unjudged=unjudged,
    )
