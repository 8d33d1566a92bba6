"""``/stations/{id}/readings``: what a gauge read, however long ago and however long the range."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from dashboard.api import course
from dashboard.api.actor import Viewer
from dashboard.api.kept import SAME, answered
from dashboard.api.problems import Problem, Refused, Responses
from dashboard.api.services import ApiServices, Services
from dashboard.api.times import Moment
from ingest.readings import Quality, Reading, Reason

router = APIRouter(tags=["stations"])

USUAL = timedelta(hours=24)
MOST_YEARS = 20
LONGEST = timedelta(days=366 * MOST_YEARS)
NOT_THERE: Responses = {404: {"model": Problem, "description": "there is no such station, or no such gauge at it"}}


class ReadingSaid(BaseModel):
    """One observation. Nothing is ever deleted: what is not good is marked."""

    observed_at: datetime = Field(description="the time that counts")
    received_at: datetime
    stage_m: float = Field(description="metres above the gauge zero")
    quality: Quality
    reasons: list[Reason] = Field(description="why it is not simply good")
    revision: int = Field(description="0, or which correction this is")


class Readings(BaseModel):
    """A range of one gauge."""

    station_id: str
    gauge_id: str
    since: datetime
    until: datetime
    step_s: float = Field(description="length of the steps by which it was thinned")
    whole: bool = Field(description="false: the past could not be asked, what is older than some days is missing")
    readings: list[ReadingSaid]


@router.get("/stations/{station_id}/readings", response_model=Readings, responses={**SAME, **NOT_THERE})
def readings(
    request: Request,
    station_id: str,
    _: Viewer,
    services: Services,
    gauge: Annotated[str | None, Query(max_length=64, description="needed where the station has several")] = None,
    since: Annotated[Moment | None, Query(alias="from", description="left out: a day before to")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="left out: now")] = None,
    points: Annotated[int, Query(ge=10, le=10_000, description="about so many for each quality")] = 1000,
) -> Response:
    """Readings of a gauge, thinned where there are many: of every step and quality the lowest and the highest, so that
    no peak is lost, and the first and the last. Every one is a real reading."""
    gauge_id = _gauge_of(station_id, gauge, services)
    begin, end = span(since, until, services.clock.now())
    found = course.thinned(services.history, gauge_id, begin, end, points)
    said = Readings(
        station_id=station_id,
        gauge_id=gauge_id,
        since=begin,
        until=end,
        step_s=found.step.total_seconds(),
        whole=found.whole,
        readings=[_said(each) for each in found.readings],
    )
    return answered(request, said)


def span(since: datetime | None, until: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """From and to, where one or both were left out; refused where that is no range, or too long."""
    end = until or now
    begin = since or end - USUAL
    if begin >= end:
        raise Refused(422, "from_after_to")
    if end - begin > LONGEST:
        raise Refused(422, "range_too_long", years=MOST_YEARS)
    return begin, end


def _gauge_of(station_id: str, gauge: str | None, services: ApiServices) -> str:
    registry = services.city()
    if station_id not in registry.stations:
        raise Refused(404, "no_station", name=station_id)
    theirs = [each.id for each in registry.gauges_of(station_id)]
    if not theirs:
        raise Refused(404, "no_gauges")
    if gauge is None and len(theirs) > 1:
        raise Refused(422, "which_gauge", known=", ".join(theirs))
    if gauge is not None and gauge not in theirs:
        raise Refused(404, "no_gauge", name=gauge, known=", ".join(theirs))
    return gauge or theirs[0]


def _said(reading: Reading) -> ReadingSaid:
    return ReadingSaid(
        observed_at=reading.observed_at,
        received_at=reading.received_at,
        stage_m=reading.stage_m,
        quality=reading.quality,
        reasons=list(reading.reasons),
        revision=reading.revision,
    )
