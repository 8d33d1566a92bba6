"""``/silences`` and ``/maintenance``: what keeps messages back for a time, and what marks gauges as being worked on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from dashboard.accounts.actor import Actor, Role
from dashboard.api import mute_words as words
from dashboard.api.actor import Operator, Viewer, need_at, need_everywhere
from dashboard.api.kept import SAME, answered
from dashboard.api.problems import Problem, Refused, Responses
from dashboard.api.services import ApiServices, Services

router = APIRouter(tags=["silences and maintenance"])

NOT_NOW: Responses = {409: {"model": Problem, "description": "it cannot be done as things stand"}}
NOT_THERE: Responses = {**NOT_NOW, 404: {"model": Problem, "description": "there is none of that number"}}

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/silences", response_model=words.Silences, responses=SAME)
def silences(request: Request, _: Viewer, services: Services) -> Response:
    """The silences that have not ended, the planned ones included."""
    found = services.muted.silences(services.clock.now())
    return answered(request, words.Silences(silences=[words.silence(each) for each in found]))


@router.post("/silences", status_code=201, responses=NOT_NOW)
def begin_silence(actor: Operator, services: Services, asked: words.Silencing) -> words.SilenceSaid:
    """Mute messages of stations and rules until a time. Hazard 4 and 5 of the water break it."""
    _need_all(actor, asked.station_ids, services)
    return words.silence(services.mutes.begin_silence(asked.silence(actor.name, services.clock.now())))


@router.delete("/silences/{silence_id}", responses=NOT_THERE)
def end_silence(silence_id: Number, actor: Operator, services: Services) -> words.SilenceSaid:
    """End a silence before its time."""
    found = services.muted.silence(silence_id)
    if found is None:
        raise Refused(404, "no_silence", number=silence_id)
    _need_all(actor, found.station_ids, services)
    return words.silence(services.mutes.end_silence(silence_id, actor.name))


@router.get("/maintenance", response_model=words.Works, responses=SAME)
def maintenance(request: Request, _: Viewer, services: Services) -> Response:
    """The work on gauges that has not ended, the planned one included."""
    found = services.muted.maintenance(services.clock.now())
    return answered(request, words.Works(maintenance=[words.maintenance(each) for each in found]))


@router.post("/maintenance", status_code=201, responses=NOT_NOW)
def begin_maintenance(actor: Operator, services: Services, asked: words.Maintaining) -> words.MaintenanceSaid:
    """Mark gauges of a station as being worked on until a time: the public sees no level of theirs."""
    need_at(actor, Role.OPERATOR, asked.station_id, services.city())
    return words.maintenance(services.mutes.begin_maintenance(asked.maintenance(actor.name, services.clock.now())))


@router.patch("/maintenance/{maintenance_id}", responses=NOT_THERE)
def extend_maintenance(
    maintenance_id: Number, actor: Operator, services: Services, asked: words.Lasting
) -> words.MaintenanceSaid:
    """Let the work end at another time."""
    _need_work(actor, maintenance_id, services)
    ends_at = asked.end(services.clock.now())
    return words.maintenance(services.mutes.extend_maintenance(maintenance_id, ends_at, actor.name))


@router.delete("/maintenance/{maintenance_id}", responses=NOT_THERE)
def end_maintenance(maintenance_id: Number, actor: Operator, services: Services) -> words.MaintenanceSaid:
    """The work is done."""
    _need_work(actor, maintenance_id, services)
    return words.maintenance(services.mutes.end_maintenance(maintenance_id, actor.name))


def _need_all(actor: Actor, station_ids: Sequence[str], services: ApiServices) -> None:
    if not station_ids:
        need_everywhere(actor, Role.OPERATOR)
    registry = services.city()
    for each in station_ids:
        need_at(actor, Role.OPERATOR, each, registry)


def _need_work(actor: Actor, maintenance_id: int, services: ApiServices) -> None:
    found = services.muted.one_maintenance(maintenance_id)
    if found is None:
        raise Refused(404, "no_maintenance", number=maintenance_id)
    need_at(actor, Role.OPERATOR, found.station_id, services.city())
