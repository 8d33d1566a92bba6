"""Who reads the page: what the guard in front of the app says, for callbacks, which see no request."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.accounts.actor import Actor, Role

_reader: ContextVar[Actor | None] = ContextVar("reader", default=None)


class RememberReader:
    """ASGI middleware inside of the guard: whatever runs for a request or a connection knows whose it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on with the reader set."""
        token = _reader.set(_actor_of(scope.get("state")))
        try:
            await self._app(scope, receive, send)
        finally:
            _reader.reset(token)


def reads_as(role: Role) -> bool:
    """Whether the reader's role covers a role; nobody signed in covers none."""
    actor = _reader.get()
    return actor is not None and actor.may(role)


def _actor_of(state: Any) -> Actor | None:
    actor = state.get("actor") if isinstance(state, dict) else None
    return actor if isinstance(actor, Actor) else None
