"""What each route needs: the one table. A route that is not in it is refused to everybody.

A line is methods, the path as the server's routes write it, who may, and how a request that changes something proves
that it comes from our own pages: by the header of the session (``HEADER``), or by a hidden field of a form, which the
page that takes it checks (``FIELD``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache

from dashboard.accounts.actor import Role


class Anyone(Enum):
    """Who needs less than a role."""

    NOBODY = "nobody"
    """Open to everybody."""
    HALF = "half"
    """Somebody whose password was right, on the way to the second factor; and everybody who is signed in."""


class Proof(Enum):
    """How a request that changes something shows that a page of ours sent it."""

    HEADER = "header"
    FIELD = "field"


Needed = Role | Anyone
NOBODY, HALF = Anyone.NOBODY, Anyone.HALF
VIEWER, OPERATOR, APPROVER, ADMINISTRATOR = Role.VIEWER, Role.OPERATOR, Role.APPROVER, Role.ADMINISTRATOR
SOCKET = "WEBSOCKET"
WITHOUT_LANGUAGE = ("/api/", "/login", "/assets/", "/_", "/still", "/alive", "/setup", "/account/")
"""Addresses that are not also below ``/en``."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS", SOCKET})


@dataclass(frozen=True, slots=True)
class Right:
    """One line of the table."""

    methods: str
    path: str
    needed: Needed
    proof: Proof = Proof.HEADER


RIGHTS: tuple[Right, ...] = (
    # Signing in
    Right("GET", "/alive", NOBODY),
    Right("GET", "/assets/accounts.css", NOBODY),
    Right("GET", "/assets/icon.svg", NOBODY),
    Right("GET POST", "/login", NOBODY, Proof.FIELD),
    Right("GET POST", "/setup", NOBODY, Proof.FIELD),
    Right("GET POST", "/login/code", HALF, Proof.FIELD),
    Right("GET POST", "/login/enrol", HALF, Proof.FIELD),
    Right("GET POST", "/login/password", HALF, Proof.FIELD),
    Right("POST", "/login/out", HALF, Proof.FIELD),
    Right("GET", "/account", VIEWER),
    Right("POST", "/account/{act}", VIEWER, Proof.FIELD),
    # What the pages are made of
    Right("GET", "/assets/{file:path}", VIEWER),
    Right("GET", "/_dash-component-suites/{package_name}/{fingerprinted_path:path}", VIEWER),
    Right("GET", "/_dash-layout", VIEWER),
    Right("GET", "/_dash-dependencies", VIEWER),
    Right("POST", "/_dash-update-component", VIEWER),
    Right(SOCKET, "/_dash-ws-callback", VIEWER),
    Right("GET", "/_reload-hash", VIEWER),
    Right("GET", "/_favicon.ico", VIEWER),
    Right("GET", "/still/{file:path}", VIEWER),
    Right("GET", "/stills/{camera_id}/{step}", VIEWER),
    # Pages; each also below /en
    Right("GET", "/", VIEWER),
    Right("GET", "/wall", VIEWER),
    Right("GET", "/station/{station_id}", VIEWER),
    Right("GET", "/devices", VIEWER),
    Right("GET", "/health", VIEWER),
    Right("GET", "/cameras", VIEWER),
    Right("GET", "/alerts", VIEWER),
    Right("GET", "/alerts/{incident_id}", VIEWER),
    Right("GET", "/messages", VIEWER),
    Right("GET", "/messages/{message_id}", VIEWER),
    Right("GET", "/chronology", VIEWER),
    Right("GET", "/handover", VIEWER),
    Right("GET", "/audit", APPROVER),
    Right("GET", "/accounts", ADMINISTRATOR),
    # The API
    Right("GET", "/api/v1/openapi.json", VIEWER),
    Right("GET", "/api/v1/me", VIEWER),
    Right("GET", "/api/v1/health", VIEWER),
    Right("GET", "/api/v1/stations", VIEWER),
    Right("GET", "/api/v1/stations/{station_id}", VIEWER),
    Right("GET", "/api/v1/stations/{station_id}/readings", VIEWER),
    Right("GET", "/api/v1/cameras", VIEWER),
    Right("GET", "/api/v1/cameras/{camera_id}/stills", VIEWER),
    Right("GET", "/api/v1/incidents", VIEWER),
    Right("GET", "/api/v1/incidents/{incident_id}", VIEWER),
    Right("POST", "/api/v1/incidents/{incident_id}/acknowledgement", OPERATOR),
    Right("POST", "/api/v1/stations/{station_id}/acknowledgement", OPERATOR),
    Right("POST", "/api/v1/incidents/{incident_id}/notes", OPERATOR),
    Right("POST", "/api/v1/incidents/{incident_id}/assignment", OPERATOR),
    Right("POST", "/api/v1/incidents/{incident_id}/escalation", OPERATOR),
    Right("POST", "/api/v1/incidents/{incident_id}/closing", OPERATOR),
    Right("GET", "/api/v1/silences", VIEWER),
    Right("POST", "/api/v1/silences", OPERATOR),
    Right("DELETE", "/api/v1/silences/{silence_id}", OPERATOR),
    Right("GET", "/api/v1/maintenance", VIEWER),
    Right("POST", "/api/v1/maintenance", OPERATOR),
    Right("PATCH DELETE", "/api/v1/maintenance/{maintenance_id}", OPERATOR),
    Right("GET", "/api/v1/chronology", VIEWER),
    Right("GET", "/api/v1/chronology/export", VIEWER),
    Right("POST", "/api/v1/chronology", OPERATOR),
    Right("POST", "/api/v1/handovers", OPERATOR),
    Right("GET", "/api/v1/audit", APPROVER),
    Right("GET", "/api/v1/audit/export", APPROVER),
    Right("GET", "/api/v1/public-messages", VIEWER),
    Right("POST", "/api/v1/public-messages", OPERATOR),
    Right("POST", "/api/v1/public-messages/preview", OPERATOR),
    Right("GET", "/api/v1/public-messages/{message_id}", VIEWER),
    Right("PATCH", "/api/v1/public-messages/{message_id}", OPERATOR),
    Right("GET", "/api/v1/public-messages/{message_id}/reach", OPERATOR),
    Right("POST", "/api/v1/public-messages/{message_id}/approval", APPROVER),
    Right("POST", "/api/v1/public-messages/{message_id}/publication", APPROVER),
    Right("POST", "/api/v1/public-messages/{message_id}/withdrawal", OPERATOR),
    Right("POST", "/api/v1/public-messages/{message_id}/update", OPERATOR),
    Right("POST", "/api/v1/public-messages/{message_id}/all-clear", APPROVER),
    Right("POST", "/api/v1/public-messages/{message_id}/cancellation", APPROVER),
    Right("POST", "/api/v1/public-messages/{message_id}/correction", APPROVER),
    Right("GET", "/api/v1/issued-levels", VIEWER),
    Right("POST", "/api/v1/issued-levels", OPERATOR),
    Right("GET POST", "/api/v1/accounts", ADMINISTRATOR),
    Right("PATCH", "/api/v1/accounts/{account_id}", ADMINISTRATOR),
    Right("POST", "/api/v1/accounts/{account_id}/reset", ADMINISTRATOR),
    Right("DELETE", "/api/v1/accounts/{account_id}/sessions", ADMINISTRATOR),
    Right("GET POST", "/api/v1/tokens", ADMINISTRATOR),
    Right("DELETE", "/api/v1/tokens/{token_id}", ADMINISTRATOR),
)


def right(method: str, path: str) -> Right | None:
    """The line of a request; None where there is none, and nobody may. HEAD is GET, a WebSocket's method is SOCKET."""
    asked = "GET" if method == "HEAD" else method
    return next((each for pattern, each in _compiled() if asked in each.methods.split() and pattern(path)), None)


def needed(method: str, path: str) -> Needed | None:
    """Who may send such a request; None for nobody."""
    found = right(method, path)
    return None if found is None else found.needed


@cache
def _compiled() -> tuple[tuple[Callable[[str], object], Right], ...]:
    return tuple(_lines())


def _lines() -> Iterator[tuple[Callable[[str], object], Right]]:
    for each in RIGHTS:
        pattern = "".join(_part(part) for part in re.split(r"(\{[^}]*\})", each.path))
        if each.path != "/account" and not each.path.startswith(WITHOUT_LANGUAGE):
            pattern = "(?:/en)?" + (r"/?" if each.path == "/" else pattern + "/?")
        yield re.compile(pattern).fullmatch, each


def _part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    return ".+" if part.endswith(":path}") else "[^/]+"
