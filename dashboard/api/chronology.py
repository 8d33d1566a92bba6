"""``/chronology`` and ``/handovers``: everything that happened, read and taken away; what people write into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from alerts.chronology.export import FORMATS, Handed
from alerts.chronology.words import catalogue, kind_name, text_of
from alerts.records import Entry
from dashboard import chronology_query
from dashboard.accounts.actor import Role
from dashboard.api.actor import Operator, Viewer, need_at
from dashboard.api.kept import SAME, answered
from dashboard.api.problems import Refused, language_of
from dashboard.api.services import Services
from dashboard.chronology_query import GROUPS, LINES, MOST_LINES, Unclear, query_of
from dashboard.handover import numbers
from dashboard.i18n import text
from ingest.clock import JST
from ingest.stations import Registry, named

router = APIRouter(tags=["chronology"])

KINDS = frozenset(catalogue("ja")["kinds"])
TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json", "html": "text/html; charset=utf-8"}
PIECE = 64 * 1024
"""Letters that are sent at once."""


def _asked(name: str, said: str, kind: str = "string", many: bool = False) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": kind}
    schema = {"type": "array", "items": schema} if many else schema
    return {"name": name, "in": "query", "required": False, "description": said, "schema": schema}


ASKED = {
    "parameters": [
        _asked("station", "of these stations", many=True),
        _asked("kind", f"of these kinds, or groups of them: {', '.join(GROUPS)}", many=True),
        _asked("person", "written by"),
        _asked("from", "written from this time on; without an offset a time of Japan"),
        _asked("to", "written before this time"),
        _asked("q", "with this in its words as they are recorded, or in who wrote it"),
        _asked("incident", "of this incident", "integer"),
    ]
}
PAGED = {
    "parameters": [
        *ASKED["parameters"],
        _asked("before", "lines before this number, the newest first", "integer"),
        _asked("after", "lines after this number", "integer"),
    ]
}


class LineRead(BaseModel):
    """A line of the chronology."""

    seq: int
    at: datetime = Field(description="when it was written")
    kind: str
    text: str = Field(description="in the language that was asked for; what people wrote stays as it is")
    actor: str
    station_id: str
    incident_id: int | None
    detail: dict[str, Any] = Field(description="the same for programs; happened_at where it was written later")


class LinesRead(BaseModel):
    """A page of lines, the newest first."""

    lines: list[LineRead]
    older: int | None = Field(description="before= of the page of earlier lines; null where there are none")
    newer: int | None = Field(description="after= of the page of later lines; null where there are none known")


class Entering(BaseModel):
    """What happened."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=2000)
    station_id: str = Field(default="", max_length=64)
    happened_at: AwareDatetime | None = Field(default=None, description="where it did not happen just now")


class HandingOver(BaseModel):
    """To whom the watch goes."""

    model_config = ConfigDict(extra="forbid")

    to: str = Field(min_length=1, max_length=100)
    remarks: str = Field(default="", max_length=2000)
    since: AwareDatetime = Field(description="when the watch began")


class Written(BaseModel):
    """That it stands in the chronology."""

    written: bool = True


@router.get("/chronology", response_model=LinesRead, responses=SAME, openapi_extra=PAGED)
def lines(
    request: Request, _: Viewer, services: Services, limit: Annotated[int, Query(ge=1, le=MOST_LINES)] = LINES
) -> Response:
    """A page of the chronology. A place in it is the number of a line: what is written meanwhile moves nothing."""
    found = chronology_query.lines(services.chronicle.log, _query(request), limit)
    language = language_of(request)
    said = [_line(each, language) for each in found.entries]
    return answered(request, LinesRead(lines=said, older=found.older, newer=found.newer))


@router.get("/chronology/export", response_class=StreamingResponse, openapi_extra=ASKED)
def export(
    request: Request, _: Viewer, services: Services, form: Annotated[str, Query(alias="format")] = "csv"
) -> StreamingResponse:
    """Everything that is asked for, oldest first: csv (for Excel), json, or html to print."""
    if form not in FORMATS:
        raise Refused(422, "unclear", name="format", written=form)
    query, language, now = _query(request), language_of(request), services.clock.now()
    registry, chronicle = services.city(), services.chronicle
    narrowed = _narrowed(query, registry, language)
    handed = Handed(language, registry, now, query.since, query.until, narrowed, chronicle.drill)
    pieces = FORMATS[form](chronicle.log.whole(query.wanted()), handed)
    name = f"chronology-{now.astimezone(JST):%Y%m%d-%H%M}.{form}"
    shown = "inline" if form == "html" else "attachment"
    headers = {"Content-Disposition": f'{shown}; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(_large(pieces), media_type=TYPES[form], headers=headers)


@router.post("/chronology", status_code=201)
def enter(actor: Operator, services: Services, asked: Entering) -> Written:
    """Write down what happened. The same line of the same person within a minute is written once."""
    if asked.station_id:
        registry = services.city()
        if asked.station_id not in registry.stations:
            raise Refused(404, "no_station", name=asked.station_id)
        need_at(actor, Role.OPERATOR, asked.station_id, registry)
    services.desk.enter(actor.name, asked.text, asked.station_id, asked.happened_at)
    return Written()


@router.post("/handovers", status_code=201)
def hand_over(actor: Operator, services: Services, asked: HandingOver) -> Written:
    """Write down that the watch goes to somebody else, with what stands at this moment."""
    stands = services.chronicle.record.stands(services.clock.now())
    services.desk.hand_over(actor.name, asked.to, asked.remarks, asked.since, numbers(stands.incidents))
    return Written()


def _query(request: Request) -> chronology_query.Query:
    try:
        return query_of(request.url.query, KINDS)
    except Unclear as unclear:
        raise Refused(422, "unclear", name=unclear.name, written=unclear.written) from unclear


def _line(entry: Entry, language: str) -> LineRead:
    return LineRead(
        seq=entry.seq,
        at=entry.at,
        kind=entry.kind,
        text=text_of(entry, language),
        actor=entry.actor,
        station_id=entry.station_id,
        incident_id=entry.incident_id,
        detail=dict(entry.detail),
    )


def _narrowed(query: chronology_query.Query, registry: Registry, language: str) -> list[str]:
    """What is left out of the whole, in words for the head of the print."""
    found = [_station(each, registry, language) for each in query.stations]
    for each in query.kinds:
        group = text(language, f"chronology.group_{each}").lstrip("◆ ") if each in GROUPS else ""
        found.append(group or kind_name(each, language))
    if query.incident is not None:
        found.append(text(language, "chronology.incident", n=query.incident))
    return [*found, *(each for each in (query.person, query.text) if each)]


def _station(station_id: str, registry: Registry, language: str) -> str:
    found = registry.stations.get(station_id)
    return named(found.name, language) if found else station_id


def _large(pieces: Iterable[str]) -> Iterator[bytes]:
    """The same in fewer pieces: each is a turn of the event loop."""
    held, length = [], 0
    for each in pieces:
        held.append(each)
        length += len(each)
        if length >= PIECE:
            yield "".join(held).encode()
            held, length = [], 0
    yield "".join(held).encode()
