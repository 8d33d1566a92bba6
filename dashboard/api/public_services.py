"""What the routes of public messages are given, and what they answer where a desk refuses."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from alerts.issued import WrongIssue
from alerts.public.records import PublicMessage
from alerts.public.records import Refused as RefusedByDesk
from dashboard.accounts.actor import Actor, Role
from dashboard.api.actor import need_at, need_everywhere
from dashboard.api.problems import Refused, language_of, problem
from dashboard.api.services import ApiServices, services_of
from dashboard.public_desk import PublicServices
from dashboard.public_words import refusal, wrong_issue


def public_of(request: Request) -> PublicServices:
    """The desk of public messages; 404 where this app has none."""
    found = services_of(request).public
    if found is None:
        raise Refused(404, "no_address", method=request.method, path=request.url.path)
    return found


Public: TypeAlias = Annotated[PublicServices, Depends(public_of)]
"""As a parameter of a route."""


def register(server: FastAPI) -> None:
    """Put what a desk refuses into the form of the API's answers."""
    server.add_exception_handler(RefusedByDesk, refused_by_public_desk)
    server.add_exception_handler(WrongIssue, refused_as_issue)


def refused_by_public_desk(request: Request, error: Exception) -> JSONResponse:
    """404 for a message that there is not, else 409."""
    assert isinstance(error, RefusedByDesk)
    status = 404 if error.name == "no_message" else 409
    return problem(status, error.name or "refused", refusal(error, language_of(request)))


def refused_as_issue(request: Request, error: Exception) -> JSONResponse:
    """What was entered is no announcement."""
    assert isinstance(error, WrongIssue)
    return problem(422, error.name, wrong_issue(error, language_of(request)))


def need_for(actor: Actor, role: Role, message: PublicMessage, services: ApiServices) -> None:
    """Refuse an act on a message about places outside the account's departments and areas; one about a place without a
    station is for accounts without such limits."""
    need_places(actor, role, message.content.station_ids, services)


def need_places(actor: Actor, role: Role, station_ids: tuple[str, ...], services: ApiServices) -> None:
    """The same for stations."""
    if not station_ids:
        need_everywhere(actor, role)
    registry = services.city()
    for each in station_ids:
        need_at(actor, role, each, registry)
