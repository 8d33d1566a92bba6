"""``/stations``: every danger spot as it is now, worst first, as the pages show it."""

from __future__ import annotations

import asyncio
from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from dashboard.api.actor import Viewer
from dashboard.api.kept import SAME, answered
from dashboard.api.problems import Problem, Refused, Responses
from dashboard.api.services import keep
from dashboard.staff.facts import equipment_flags, flags
from dashboard.views import Board, GaugeView, StationView
from ingest.readings import Quality
from ingest.stations import StationKind

router = APIRouter(tags=["stations"])

NOT_THERE: Responses = {404: {"model": Problem, "description": "there is no such station"}}


class GaugeNow(BaseModel):
    """A gauge and what it shows."""

    id: str
    name: dict[str, str] | None = Field(description="by language; null where its station's name is enough")
    role: str = Field(description="inner or outer at a pump station, else empty")
    datum_m: float | None = Field(description="elevation of the gauge zero (T.P.)")
    stage_m: float | None = Field(description="metres above the gauge zero of the newest reading that is not bad")
    observed_at: datetime | None
    quality: Quality | None = Field(description="suspect: unconfirmed, for staff only")
    hazard: int = Field(description="0 to 5 by the sensor; it is not an issued alert level")
    rise_m_per_h: float | None
    thresholds_m: dict[int, float] = Field(description="stage at which each hazard begins, in force now")
    silent: bool = Field(description="overdue: the stage is the last one known, unverified")
    sensor_fault: bool
    maintenance: bool = Field(description="somebody is working on it")


class StationNow(BaseModel):
    """A station now."""

    id: str
    kind: StationKind
    name: dict[str, str]
    area: dict[str, str] | None
    department: dict[str, str] | None
    water: dict[str, str] | None
    lat: float
    lon: float
    hazard: int | None = Field(description="the worst of its gauges, 0 to 5; null while none was ever heard")
    flags: list[str] = Field(description="what staff must know beside the level, such as silent or unconfirmed")
    gauges: list[GaugeNow]
    camera_ids: list[str]


class Stations(BaseModel):
    """All stations, worst first."""

    stations: list[StationNow]


@router.get(
    "/stations", responses={304: {"description": "the same as the ETag that was sent"}}, response_model=Stations
)
async def stations(request: Request, _: Viewer) -> Response:
    """Every station in service with what its gauges show, worst first."""
    seen = await board_of(request)
    # A thousand stations take some 20 ms to write: too long for the loop that pushes news to everybody.
    return await asyncio.to_thread(_listed, request, seen)


@router.get("/stations/{station_id}", responses={**SAME, **NOT_THERE}, response_model=StationNow)
async def station(request: Request, station_id: str, _: Viewer) -> Response:
    """One station."""
    found = (await board_of(request)).station(station_id)
    if found is None:
        raise Refused(404, "no_station", name=station_id)
    return answered(request, _station(found))


def _listed(request: Request, seen: Board) -> Response:
    return answered(request, Stations(stations=[_station(each) for each in seen.stations]))


async def board_of(request: Request) -> Board:
    """What the pages see; refused while the store cannot be read: what is old is not given out as the present."""
    picture = await keep(request).latest()
    if not picture.readable:
        raise Refused(503, "unreadable")
    if picture.board is None:
        raise Refused(503, "no_registry")
    return picture.board


def _station(view: StationView) -> StationNow:
    each = view.station
    return StationNow(
        id=each.id,
        kind=each.kind,
        name=each.name,
        area=each.area,
        department=each.department,
        water=each.water,
        lat=each.lat,
        lon=each.lon,
        hazard=view.hazard,
        flags=[*flags(view), *equipment_flags(view)],
        gauges=[_gauge(gauge) for gauge in view.gauges],
        camera_ids=[camera.camera.id for camera in view.cameras],
    )


def _gauge(view: GaugeView) -> GaugeNow:
    each = view.gauge
    return GaugeNow(
        id=each.id,
        name=each.name,
        role=each.role,
        datum_m=each.datum_m,
        stage_m=view.stage_m,
        observed_at=view.observed_at,
        quality=view.shown.quality if view.shown else None,
        hazard=view.hazard,
        rise_m_per_h=None if view.rise_m_per_h is None else round(view.rise_m_per_h, 3),
        thresholds_m=dict(view.levels),
        silent=view.silent,
        sensor_fault=view.sensor_fault,
        maintenance=view.maintenance is not None,
    )
