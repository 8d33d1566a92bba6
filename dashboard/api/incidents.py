"""``/incidents``: what stands and what stood, and what people do about it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from alerts.records import Incident
from dashboard.accounts.actor import Actor, Role
from dashboard.api import incident_words as words
from dashboard.api.actor import Operator, Viewer, need_at
from dashboard.api.kept import SAME, answered
from dashboard.api.problems import Problem, Refused, Responses
from dashboard.api.services import ApiServices, Services
from ingest.stations import Identifier

router = APIRouter(tags=["incidents"])

MOST_LISTED = 500
LARGEST = 2**63 - 1
NOT_THERE: Responses = {404: {"model": Problem, "description": "there is no such incident"}}
NOT_NOW: Responses = {**NOT_THERE, 409: {"model": Problem, "description": "it cannot be done as things stand"}}

Number = Annotated[int, Path(ge=1, le=LARGEST)]


@router.get("/incidents", response_model=words.Incidents, responses=SAME)
def incidents(
    request: Request,
    _: Viewer,
    services: Services,
    is_open: Annotated[bool | None, Query(alias="open", description="open or closed ones; left out: both")] = None,
    station: Annotated[Identifier | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100,
    before: Annotated[int | None, Query(ge=1, le=LARGEST, description="only numbers below this one")] = None,
) -> Response:
    """Incidents of every rule, the newest first."""
    found = services.book.incidents(is_open=is_open, station_id=station, before_id=before, limit=limit)
    more = found[-1].id if len(found) == limit else None
    return answered(request, words.Incidents(incidents=[words.said(each) for each in found], before=more))


@router.get("/incidents/{incident_id}", response_model=words.IncidentWhole, responses={**SAME, **NOT_THERE})
def incident(request: Request, incident_id: Number, _: Viewer, services: Services) -> Response:
    """An incident with its transitions, every delivery with its outcome, and its lines of the chronology; the
    newest 2,000 of each."""
    found = services.book.case(incident_id)
    if found is None:
        raise Refused(404, "no_incident", number=incident_id)
    lines = [words.line(each) for each in services.book.entries_of(incident_id)]
    whole = words.IncidentWhole(
        incident=words.said(found.incident),
        transitions=[words.transition(each) for each in found.transitions],
        deliveries=[words.delivery(each) for each in found.told],
        notes=[each for each in lines if each.kind == "note"],
        lines=lines,
    )
    return answered(request, whole)


def who_may(incident_id: Number, actor: Operator, services: Services) -> Actor:
    """The operator, where they may act at the station of the incident."""
    need_at(actor, Role.OPERATOR, _known(services, incident_id).station_id, services.city())
    return actor


Here = Annotated[Actor, Depends(who_may)]


@router.post("/incidents/{incident_id}/notes", responses=NOT_NOW)
def note(incident_id: Number, actor: Here, services: Services, asked: words.Noting) -> words.IncidentSaid:
    """Write something down, also after its end. The same note within a minute is written once."""
    return words.said(services.desk.note(incident_id, actor.name, asked.text))


@router.post("/incidents/{incident_id}/assignment", responses=NOT_NOW)
def assign(incident_id: Number, actor: Here, services: Services, asked: words.Assigning) -> words.IncidentSaid:
    """Give an incident to somebody, or to nobody."""
    return words.said(services.desk.assign(incident_id, asked.to, actor.name))


@router.post("/incidents/{incident_id}/escalation", responses=NOT_NOW)
def escalate(
    incident_id: Number, actor: Here, services: Services, asked: words.Escalating | None = None
) -> words.IncidentSaid:
    """Tell the next ones now, without waiting for their time; refused where they were told since somebody looked."""
    return words.said(services.desk.escalate(incident_id, actor.name, asked.step if asked else None))


@router.post("/incidents/{incident_id}/closing", responses=NOT_NOW)
def close(incident_id: Number, actor: Here, services: Services, asked: words.Closing) -> words.ClosedSaid:
    """End an incident by a person's word. What is still at a level opens it anew with its next reading."""
    return words.closed(services.desk.close(incident_id, actor.name, asked.reason))


def _known(services: ApiServices, incident_id: int) -> Incident:
    found = services.book.incident(incident_id)
    if found is None:
        raise Refused(404, "no_incident", number=incident_id)
    return found
