"""The API put into an app: its routers, its errors, its description."""

from __future__ import annotations

import json
from functools import cache

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from alerts.incidents.acts import DeskError
from dashboard.accounts.keeping import KeepingError
from dashboard.api import (
    accounts,
    acknowledging,
    audit,
    cameras,
    chronology,
    health,
    incidents,
    issued_levels,
    me,
    mutes,
    public_messages,
    public_services,
    readings,
    stations,
    tokens,
)
from dashboard.api.actor import Viewer
from dashboard.api.boundary import PREFIX, Boundary
from dashboard.api.description import described, paths
from dashboard.api.kept import answered_bytes
from dashboard.api.problems import (
    Problem,
    Refused,
    Responses,
    not_kept,
    not_read,
    not_understood,
    refused,
    refused_by_desk,
)
from dashboard.api.services import Api, ApiServices, Latest

ROUTERS: tuple[APIRouter, ...] = (
    me.router,
    health.router,
    stations.router,
    readings.router,
    cameras.router,
    incidents.router,
    acknowledging.router,
    mutes.router,
    public_messages.router,
    issued_levels.router,
    chronology.router,
    audit.router,
    accounts.router,
    tokens.router,
)
"""A further subject is a file with a router, and a row here."""
EVERY: Responses = {
    401: {"model": Problem, "description": "nobody is signed in"},
    403: {"model": Problem, "description": "the account may not; the sentence says which role may"},
    413: {"model": Problem, "description": "the body is larger than 64 kB"},
    422: {"model": Problem, "description": "something is missing or wrong; the sentence says what to write"},
    429: {"model": Problem, "description": "too often; Retry-After says when again"},
    503: {"model": Problem, "description": "the store cannot be read now, or there is no registry yet"},
}
"""What every route may answer."""
DESCRIPTION = "/openapi.json"


def register(server: FastAPI, services: ApiServices, latest: Latest) -> None:
    """Answer below ``/api/v1``. ``latest`` is what the pages see. Call it before anything that takes every address."""
    server.state.api = Api(services, latest)
    server.add_exception_handler(Refused, refused)
    server.add_exception_handler(DeskError, refused_by_desk)
    server.add_exception_handler(KeepingError, not_kept)
    public_services.register(server)
    server.add_exception_handler(RequestValidationError, not_understood)
    server.add_exception_handler(HTTPException, not_read)
    for router in ROUTERS:
        server.include_router(router, prefix=PREFIX, responses=EVERY)
    server.add_api_route(f"{PREFIX}{DESCRIPTION}", description, include_in_schema=False)
    known = [(method, path) for method, path, _ in paths(ROUTERS)]
    server.add_middleware(Boundary, known=[*known, ("GET", f"{PREFIX}{DESCRIPTION}")])


def description(request: Request, _: Viewer) -> Response:
    """What the API offers."""
    return answered_bytes(request, _described())


@cache
def _described() -> bytes:
    return json.dumps(described(ROUTERS, EVERY), ensure_ascii=False).encode()
