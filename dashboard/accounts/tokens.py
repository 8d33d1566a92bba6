"""Tokens by which programs ask the API: what is kept of them, and whom one that is shown stands for."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from dashboard.accounts.actor import Actor, Role
from dashboard.accounts.sessions import Signed
from dashboard.accounts.sightings import Sightings

MARK = "mizumori_"
"""What tokens begin with: one that lies in the wrong place is found by it."""
ROLES = (Role.VIEWER, Role.OPERATOR)
"""What a program may be. It never approves: what the public is told, a person answers for."""
USED_EVERY = timedelta(minutes=1)
REMEMBERED_S = 2.0
"""A token that was revoked in another process is known here after this."""
MOST_REMEMBERED = 500


@dataclass(frozen=True, slots=True)
class Token:
    """A program that may ask. Its secret is nowhere but there; the hash of it is kept."""

    id: int
    name: str
    role: Role
    made_by: str
    made_at: datetime
    expires_at: datetime
    departments: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    revoked_at: datetime | None = None
    used_at: datetime | None = None
    used_from: str = ""

    def stands(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and now < self.expires_at and self.role in ROLES

    @property
    def actor(self) -> Actor:
        """The program as the API knows it. Its number is below zero: those above are accounts."""
        login = f"token:{self.name}"
        return Actor(-self.id, login, self.name, self.role, frozenset(self.departments), frozenset(self.areas))


class Use(NamedTuple):
    """A token was shown: when, and where from."""

    at: datetime
    address: str


class TokenStore(Protocol):
    """Where tokens are kept. Blocking."""

    def tokens(self) -> Sequence[Token]:
        """All, the newest first, those that ended too."""
        ...

    def token(self, token_hash: str) -> Token | None:
        """The one of a hash."""
        ...

    def add(self, token: Token, token_hash: str) -> bool:
        """Keep a new one; False where one that still stands, or an account, has its name."""
        ...

    def used(self, uses: Mapping[int, Use]) -> None:
        """When and where from each was shown last, by its id."""
        ...

    def revoke(self, token_id: int, at: datetime) -> bool:
        """It opens nothing from now on; False where there is none such that was not revoked before."""
        ...


def made() -> str:
    """A new token: 256 random bits."""
    return MARK + secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


class Tokens:
    """Finds whom a token stands for. Blocking, and may be asked from several threads."""

    def __init__(self, store: TokenStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._lock = threading.Lock()
        self._remembered: dict[str, tuple[float, Token]] = {}
        self.uses: Sightings[Use] = Sightings(store.used, "when tokens were used")

    def find(self, shown: str, address: str) -> Signed | None:
        """Who asks; None for nobody."""
        key, now = hash_of(shown), self._now()
        token = self._known(key)
        if token is None or not token.stands(now):
            return None
        noted = self.uses.last(token.id)
        used_at = max((each for each in (token.used_at, noted and noted.at) if each), default=None)
        if used_at is None or now - used_at > USED_EVERY:
            self.uses.note(token.id, Use(now, address))
        return Signed(token.actor)

    def forget(self) -> None:
        """Read every token anew."""
        with self._lock:
            self._remembered.clear()

    def _known(self, key: str) -> Token | None:
        known = self._remembered.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        found = self._store.token(key)
        if found is not None:
            self._remember(key, found)
        return found

    def _remember(self, key: str, token: Token) -> None:
        with self._lock:
            if len(self._remembered) > MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = (time.monotonic() + REMEMBERED_S, token)
