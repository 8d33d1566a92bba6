"""Who stands behind a request: the session of its cookie, or somebody fixed where there are no accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar

from starlette.requests import HTTPConnection

from dashboard.accounts.actor import Actor
from dashboard.accounts.bearer import shown
from dashboard.accounts.desk import AccountDesk
from dashboard.accounts.hosts import address_of, is_address, name_of
from dashboard.accounts.lockout import place
from dashboard.accounts.sessions import Signed
from dashboard.accounts.setup import SetupToken
from dashboard.accounts.tokens import Tokens
from dashboard.accounts.turns import AccountTurns

T = TypeVar("T")
CSRF_HEADER = "X-CSRF-Token"


@dataclass(frozen=True, slots=True)
class Cookies:
    """The names of the cookies. A browser keeps them by host and not by port: houses on one host need names of their
    own, or signing in to a drill would sign people out of the real house."""

    session: str = "mizumori_session"
    csrf: str = "mizumori_csrf"
    device: str = "mizumori_device"


OF_DRILLS = Cookies("mizumori_drill_session", "mizumori_drill_csrf", "mizumori_drill_device")


class Gate(Protocol):
    """How the guard learns who asks."""

    @property
    def cookies(self) -> Cookies:
        """Their names."""
        ...

    def answers_to(self, host: str) -> bool:
        """Whether requests with this Host header are answered at all."""
        ...

    async def who(self, asking: HTTPConnection) -> Signed | None:
        """Somebody with a session, or None."""
        ...

    async def wrote(self, signed: Signed, what: str, status: int, address: str) -> None:
        """A request that changes something was answered."""
        ...


def place_of(asking: HTTPConnection) -> str:
    """Where a request comes from, as it is counted."""
    return place(address_of(asking))


@dataclass(frozen=True)
class WithAccounts:
    """People sign in."""

    desk: AccountDesk
    setup: SetupToken
    cookies: Cookies = Cookies()
    tokens: Tokens | None = None
    turns: AccountTurns = field(default_factory=AccountTurns)

    def answers_to(self, host: str) -> bool:
        """To all: a page that another name leads here has no cookie of ours."""
        del host
        return True

    async def who(self, asking: HTTPConnection) -> Signed | None:
        """Who the session of the cookie belongs to, or the token that a program shows the API."""
        bearer = shown(asking, self.cookies.session)
        if bearer is not None and self.tokens is not None:
            find = partial(self.tokens.find, bearer, address_of(asking))
            return await self.turns.programs.take(find, place_of(asking))
        token = asking.cookies.get(self.cookies.session)
        if not token:
            return None
        known = self.desk.sessions.known(token)
        return known or await self.turns.looking.take(partial(self.desk.sessions.find, token), place_of(asking))

    def device_of(self, asking: HTTPConnection) -> str:
        """What the browser kept to be known again; empty where it kept nothing."""
        return asking.cookies.get(self.cookies.device, "")

    async def done(self, asking: HTTPConnection, work: Callable[[], T]) -> T:
        """What the desk says to somebody who is known here, in a turn of theirs. NoTurn where too many wait."""
        return await self.turns.known.take(work, place_of(asking))

    async def wrote(self, signed: Signed, what: str, status: int, address: str) -> None:
        """Into the audit log: method, path and status, never what was sent."""
        await self.turns.books.take(partial(self.desk.audit.wrote, signed.actor, what, status, address))


@dataclass(frozen=True)
class Fixed:
    """Everybody who reaches the port is this actor: for a closed network, and for tests.

    ``hosts`` are the names by which the pages are reached, besides addresses and localhost. A page elsewhere whose name
    is made to lead here would otherwise be a page of ours for the browser, and do everything (DNS rebinding).
    """

    actor: Actor
    cookies: Cookies = Cookies()
    hosts: frozenset[str] = frozenset()

    def answers_to(self, host: str) -> bool:
        """To addresses, to localhost and to the names that were set."""
        named = name_of(host)
        return is_address(named) or named == "localhost" or named in self.hosts

    async def who(self, asking: HTTPConnection) -> Signed | None:
        """Always the same."""
        del asking
        return Signed(self.actor)

    async def wrote(self, signed: Signed, what: str, status: int, address: str) -> None:
        """Nobody's name is known, so nothing is written."""
        del signed, what, status, address
