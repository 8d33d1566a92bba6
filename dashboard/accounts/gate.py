"""Who stands behind a request: the session of its cookie, or somebody fixed where there are no accounts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import HTTPConnection

from dashboard.accounts.actor import Actor
from dashboard.accounts.bearer import shown
from dashboard.accounts.desk import AccountDesk
from dashboard.accounts.sessions import Signed
from dashboard.accounts.setup import SetupToken
from dashboard.accounts.tokens import Tokens

CSRF_HEADER = "X-CSRF-Token"


@dataclass(frozen=True, slots=True)
class Cookies:
    """The names of the cookies. A browser keeps them by host and not by port: houses on one host need names of their
    own, or signing in to a drill would sign people out of the real house."""

    session: str = "mizumori_session"
    csrf: str = "mizumori_csrf"


OF_DRILLS = Cookies("mizumori_drill_session", "mizumori_drill_csrf")


class Gate(Protocol):
    """How the guard learns who asks."""

    @property
    def cookies(self) -> Cookies:
        """Their names."""
        ...

    async def who(self, asking: HTTPConnection) -> Signed | None:
        """Somebody with a session, or None."""
        ...

    async def wrote(self, signed: Signed, what: str, status: int, address: str) -> None:
        """A request that changes something was answered."""
        ...


@dataclass(frozen=True)
class WithAccounts:
    """People sign in."""

    desk: AccountDesk
    setup: SetupToken
    cookies: Cookies = Cookies()
    tokens: Tokens | None = None

    async def who(self, asking: HTTPConnection) -> Signed | None:
        """Who the session of the cookie belongs to, or the token that a program shows the API."""
        bearer = shown(asking, self.cookies.session)
        if bearer is not None and self.tokens is not None:
            return await asyncio.to_thread(self.tokens.find, bearer, asking.client.host if asking.client else "")
        token = asking.cookies.get(self.cookies.session)
        return await asyncio.to_thread(self.desk.sessions.find, token) if token else None

    async def wrote(self, signed: Signed, what: str, status: int, address: str) -> None:
        """Into the audit log: method, path and status, never what was sent."""
        await asyncio.to_thread(self.desk.audit.wrote, signed.actor, what, status, address)


@dataclass(frozen=True)
class Fixed:
    """Everybody who reaches the port is this actor: for a closed network, and for tests."""

    actor: Actor
    cookies: Cookies = Cookies()

    async def who(self, asking: HTTPConnection) -> Signed | None:
        """Always the same."""
        del asking
        return Signed(self.actor)

    async def wrote(self, signed: Signed, what: str, status: int, address: str) -> None:
        """Nobody's name is known, so nothing is written."""
        del signed, what, status, address
