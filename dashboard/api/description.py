"""``/openapi.json``: what the API offers, with the role that each route needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from dashboard.accounts.actor import Role
from dashboard.accounts.tokens import ROLES
from dashboard.api.actor import asking
from dashboard.api.boundary import PREFIX
from dashboard.api.problems import Responses

ABOUT = """Flood monitoring for a city. Whoever is signed in on the staff's pages may ask; what changes anything also
needs the header X-CSRF-Token with the value of the cookie mizumori_csrf. Programs
show a token instead: Authorization: Bearer. Times have their offset (ISO 8601), lengths
are metres, hazards 0 to 5 of the sensors, which are no issued alert levels. Sentences are in the language of ?lang= or
Accept-Language (ja, en). An answer that has an ETag is answered 304 where If-None-Match names it."""
SESSION = {"type": "apiKey", "in": "cookie", "name": "mizumori_session", "description": "set by /login"}
CSRF = {"type": "apiKey", "in": "header", "name": "X-CSRF-Token", "description": "the value of cookie mizumori_csrf"}
BEARER = {"type": "http", "scheme": "bearer", "description": "a token that an administrator made at /accounts"}
SAFE = frozenset({"get", "head"})


def paths(routers: Sequence[APIRouter]) -> Iterator[tuple[str, str, Role]]:
    """Every method and path of the API, as its routes write them, with the role that it needs."""
    for router in routers:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            role = role_of(route.dependant)
            assert role is not None, f"{route.path} asks for no role"
            for method in sorted(route.methods or ()):
                yield method, f"{PREFIX}{route.path}", role


def role_of(dependant: Dependant) -> Role | None:
    """The role that a route asks for, itself or by what it depends on."""
    call = dependant.call
    if isinstance(call, asking):
        return call.role
    return next((found for each in dependant.dependencies if (found := role_of(each)) is not None), None)


def described(routers: Sequence[APIRouter], every: Responses) -> dict[str, Any]:
    """The description in OpenAPI 3.1."""
    alone = FastAPI()
    for router in routers:
        alone.include_router(router, prefix=PREFIX, responses=every)
    found = get_openapi(title="Mizumori", version="1", description=ABOUT, routes=alone.routes)
    found["components"]["securitySchemes"] = {"session": SESSION, "csrf": CSRF, "bearer": BEARER}
    for method, path, role in paths(routers):
        _complete(found["paths"][path][method.lower()], method.lower(), role)
    return found


def _complete(operation: dict[str, Any], method: str, role: Role) -> None:
    operation["x-needed-role"] = str(role)
    operation["security"] = [{"session": []} if method in SAFE else {"session": [], "csrf": []}]
    if role in ROLES:
        operation["security"].append({"bearer": []})
    answers = operation["responses"]
    if "requestBody" not in operation:
        del answers["413"]
        if not operation.get("parameters"):
            del answers["422"]
    answers["429"]["headers"] = {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}}
    if "304" in answers:
        answers["200"]["headers"] = {"ETag": {"schema": {"type": "string"}}}
