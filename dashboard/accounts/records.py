"""What is kept of an account, a session and an act, and the store's protocol. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from dashboard.accounts.actor import Actor, Role


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. ``totp_secret`` (base32) is empty without a second factor."""

    id: int
    login: str
    name: str
    role: Role
    password_hash: str
    departments: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    wall: bool = False
    must_change: bool = False
    totp_secret: str = ""
    totp_step: int = 0
    """The newest step of time whose code was used: no code is taken twice."""
    created_at: datetime | None = None
    disabled_at: datetime | None = None
    signed_in_at: datetime | None = None

    @property
    def actor(self) -> Actor:
        """The account as the pages and the API know it."""
        return Actor(self.id, self.login, self.name, self.role, frozenset(self.departments), frozenset(self.areas))


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What a new account begins with."""

    login: str
    name: str
    role: Role
    password_hash: str
    departments: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    wall: bool = False
    must_change: bool = False


class NameTaken(Exception):
    """Somebody who may sign in has this display name, as far as approvals can tell."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that signed in. The token itself is nowhere but there; its hash is the key here."""

    id: int
    account_id: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    proven: bool
    """Whether the second factor was given, or none was needed."""


@dataclass(frozen=True, slots=True)
class Failures:
    """How often in a row somebody failed, and when last."""

    count: int = 0
    last_at: datetime | None = None


NOTHING: Mapping[str, Failures] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did what to what. ``actor`` is the name as it was then; ``address`` where the request came from."""

    at: datetime
    actor: str
    act: str
    object: str = ""
    detail: str = ""
    address: str = ""
    account_id: int | None = None
    id: int = 0


class AccountStore(Protocol):
    """Where accounts, sessions, failures and the audit log are kept. Blocking."""

    def any_account(self) -> bool:
        """Whether there is an account, usable or not."""
        ...

    def account(self, login: str) -> Account | None:
        """The account of a login name."""
        ...

    def accounts(self) -> Sequence[Account]:
        """All, by login name."""
        ...

    def add(self, new: NewAccount, at: datetime, *, first: bool = False) -> int | None:
        """Its id; None where the login name is taken, or where it should be the ``first`` and there is one. NameTaken
        where somebody who may sign in has that name."""
        ...

    def change(self, account_id: int, **values: object) -> None:
        """Set columns of an account."""
        ...

    def change_unless_last(self, account_id: int, **values: object) -> bool:
        """The same; False, and nothing is changed, where nobody would be left who may keep the accounts. NameTaken
        where somebody would sign in again whose name meanwhile somebody else has."""
        ...

    def change_if_same(self, judged: Account, **values: object) -> bool:
        """The same; False, and nothing is changed, where the account is not any more as it was ``judged``: another
        password or second factor, or disabled."""
        ...

    def use_code(self, account_id: int, step: int) -> bool:
        """Mark the code of a step of time as used; False where it, or a later one, was used before."""
        ...

    def open(
        self, token_hash: str, session: Session, judged: Account, *, instead_of: int | None, everywhere: bool
    ) -> bool:
        """Keep a new session (its id is given by the store) ``instead_of`` another, or (``everywhere``) of all others.
        False, and nothing is changed, where that one has ended or the account is not any more as it was ``judged``."""
        ...

    def session(self, token_hash: str) -> tuple[Session, Account] | None:
        """A session that was not revoked, with its account."""
        ...

    def sessions(self, account_id: int) -> Sequence[Session]:
        """Those of an account that were not revoked, the newest first."""
        ...

    def seen(self, sightings: Mapping[int, datetime]) -> None:
        """When a page of each session was open last, by its id."""
        ...

    def revoke(self, account_id: int, at: datetime, session_id: int | None = None) -> int:
        """End one session of an account, or all; how many ended."""
        ...

    def failures(self, keys: Sequence[str]) -> dict[str, Failures]:
        """What is known of each key."""
        ...

    def count(self, keys: Sequence[str], at: datetime) -> tuple[timedelta, dict[str, Failures]]:
        """Count one failure more for each key, unless it is to wait for one: for how long, and what was known before.
        All in one transaction."""
        ...

    def forgive(self, keys: Sequence[str], back: Mapping[str, Failures] = NOTHING) -> None:
        """Forget the failures of the keys, and of all whose names begin with theirs and a colon; take one back of each
        key of ``back``, which says what was known before it."""
        ...

    def tidy(self, before: datetime, most: int) -> None:
        """Forget failures that happened before a time, and the oldest of more than so many."""
        ...

    def addresses(self, account_id: int) -> set[str]:
        """Where an account was signed in from, as long as that is kept."""
        ...

    def record(self, line: AuditLine) -> None:
        """Write a line of the audit log."""
        ...

    def audit(self, limit: int = 200, before: int | None = None) -> Sequence[AuditLine]:
        """The newest lines first, those before an id."""
        ...

    def prune(self, before: datetime) -> None:
        """Forget sessions that ended and failures that happened before a time."""
        ...
