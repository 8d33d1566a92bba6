"""What becomes of a request: let through, or refused and why. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from dashboard.accounts import rights
from dashboard.accounts.actor import Actor, Role
from dashboard.accounts.gate import CSRF_HEADER
from dashboard.accounts.rights import NOBODY, Needed, Proof
from dashboard.accounts.sessions import Signed, Step


class Code(Enum):
    """Why a request is refused: the HTTP status, and the code by which the API's catalogue says it."""

    SIGN_IN = (401, "not_signed_in")
    FORBIDDEN = (403, "needs")
    ELSEWHERE = (403, "other_site")
    UNPROVEN = (403, "stale_page")
    NOTHING = (404, "no_address")
    HOST = (421, "unknown_host")
    BUSY = (503, "busy")
    """Too many wait to be asked who they are."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that is not let through; ``role`` is the one that might."""

    code: Code
    role: Role | None = None
    step: Step | None = None
    """What somebody who is half in has still to do."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.code.value[0]

    @property
    def word(self) -> str:
        """The code for programs."""
        return f"needs_{self.role}" if self.role else self.code.value[1]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a verdict looks at; header names are small letters."""

    method: str
    path: str
    headers: Mapping[str, str]


def verdict(asked: Asked, signed: Signed | None) -> Refusal | None:
    """None lets it through."""
    line = rights.right(asked.method, asked.path)
    needed = None if line is None else line.needed
    if needed is not NOBODY and signed is None:
        return Refusal(Code.SIGN_IN)
    if line is None:
        return Refusal(Code.NOTHING)
    if isinstance(line.needed, Role) and signed is not None:
        if signed.step is not Step.IN:
            return Refusal(Code.SIGN_IN, step=signed.step)
        if not _may(signed.actor, line.needed):
            return Refusal(Code.FORBIDDEN, line.needed)
    return _of_elsewhere(asked, line.proof, signed)


def _may(actor: Actor, needed: Needed) -> bool:
    return isinstance(needed, Role) and actor.may(needed)


def _of_elsewhere(asked: Asked, proof: Proof, signed: Signed | None) -> Refusal | None:
    """Browsers say where a request that changes something, or a WebSocket, comes from."""
    socket = asked.method == rights.SOCKET
    if asked.method in rights.SAFE and not socket:
        return None
    if not same_origin(asked.headers, required=socket):
        return Refusal(Code.ELSEWHERE)
    word = signed.csrf if signed else ""
    if socket or proof is Proof.FIELD or not word:
        return None
    given = asked.headers.get(CSRF_HEADER.lower(), "")
    return None if hmac.compare_digest(given.encode(), word.encode()) else Refusal(Code.UNPROVEN)


def same_origin(headers: Mapping[str, str], *, required: bool = False) -> bool:
    """Whether the browser says that the request comes from a page of this host; a program says nothing."""
    origin = headers.get("origin")
    if origin is None:
        return not required and headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    try:
        named = urlsplit(origin).netloc
    except ValueError:  # as for "http://["
        return False
    return bool(named) and named == headers.get("host")
