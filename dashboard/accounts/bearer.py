"""The token that a program shows: ``Authorization: Bearer …``, for the API alone."""

from __future__ import annotations

from starlette.requests import HTTPConnection

BELOW = "/api/v1/"
SCHEME = "bearer"
LONGEST = 200


def shown(asking: HTTPConnection, session_cookie: str) -> str | None:
    """The token of a request; None where it shows none, is no request to the API, or has the cookie of a session.

    A browser sends its cookie by itself: a request with one proves itself as those of pages do. A page or a WebSocket
    is never opened by a token.
    """
    scope = asking.scope
    if scope["type"] != "http" or not scope["path"].startswith(BELOW) or session_cookie in asking.cookies:
        return None
    scheme, _, token = asking.headers.get("authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == SCHEME and 0 < len(token) <= LONGEST else None
