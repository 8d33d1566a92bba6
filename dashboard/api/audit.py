"""``/audit``: who did what, when and from where. For approvers and administrators; nobody changes it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict

from alerts.chronology.export import BOM, harmless, iso_jst
from dashboard.accounts.audit_reading import AuditLog, AuditWanted
from dashboard.accounts.records import AuditLine
from dashboard.api.actor import Approver
from dashboard.api.kept import answered
from dashboard.api.problems import Refused, language_of
from dashboard.api.services import Services
from dashboard.chronology_query import LONGEST, Unclear, moment
from dashboard.i18n import known, text
from ingest.clock import JST

router = APIRouter(tags=["audit"])

LINES, MOST_LINES = 100, 500
PAGE = 1000
TITLES = ("id", "at", "actor", "act_name", "object", "detail", "address")
Words = Annotated[str, Query(max_length=LONGEST)]
Number = Annotated[int | None, Query(ge=1, le=2**63 - 1)]


class AuditRead(BaseModel):
    """Who did what to what."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    account_id: int | None
    actor: str
    act: str
    object: str
    detail: str
    address: str


class AuditPage(BaseModel):
    """A page of lines, the newest first."""

    lines: list[AuditRead]
    before: int | None
    """before= of the next page; null where there is none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The question of an address."""

    wanted: AuditWanted


def asked(
    act: Words = "", actor: Words = "", address: Words = "", q: Words = "",
    since: Annotated[str, Query(alias="from")] = "", until: Annotated[str, Query(alias="to")] = "",
) -> Asked:  # fmt: skip
    """What is asked; refused where a time is none."""
    try:
        span = moment(since, "from"), moment(until, "to")
    except Unclear as unclear:
        raise Refused(422, "unclear", name=unclear.name, written=unclear.written) from unclear
    return Asked(AuditWanted(*span, act, actor.strip(), address.strip(), q.strip()))


Question = Annotated[Asked, Depends(asked)]


@router.get("/audit", response_model=AuditPage)
def lines(
    request: Request, _: Approver, services: Services, asked: Question, before: Number = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LINES)] = LINES,
) -> Response:  # fmt: skip
    """A page of the audit log."""
    found = services.audit.lines(asked.wanted, limit + 1, before)
    shown = [AuditRead.model_validate(each) for each in found[:limit]]
    return answered(request, AuditPage(lines=shown, before=shown[-1].id if len(found) > limit else None))


@router.get("/audit/export", response_class=StreamingResponse)
def export(request: Request, _: Approver, services: Services, asked: Question) -> StreamingResponse:
    """Everything that is asked for as CSV for Excel, the newest first."""
    name = f"audit-{services.clock.now().astimezone(JST):%Y%m%d-%H%M}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    pieces = _csv(services.audit, asked.wanted, language_of(request))
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


def _csv(log: AuditLog, wanted: AuditWanted, language: str) -> Iterator[bytes]:
    yield (BOM + _rows([[text(language, f"audit.{name}") for name in TITLES]])).encode()
    before = None
    while page := log.lines(wanted, PAGE, before):
        yield _rows([_cells(each, language) for each in page]).encode()
        before = page[-1].id


def _cells(each: AuditLine, language: str) -> list[str]:
    act = known(language, "audit.act", each.act)
    return [str(each.id), iso_jst(each.at), each.actor, act, each.object, each.detail, each.address]


def _rows(rows: list[list[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows([[harmless(cell) for cell in row] for row in rows])
    return written.getvalue()
