"""Making and revoking tokens of programs, as an administrator does. Blocking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dashboard.accounts import names
from dashboard.accounts.actor import Actor, Role
from dashboard.accounts.audit import Audit
from dashboard.accounts.keeping import KeepingError
from dashboard.accounts.tokens import ROLES, Token, TokenStore, hash_of, made
from ingest.clock import JST

LONGEST_NAME = 60
LONGEST = timedelta(days=2 * 366)
"""A token that holds for longer outlives whoever knows what it is for."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """What a token is asked for with. ``last_day`` is the last day in Japan on which it opens anything."""

    name: str
    role: Role
    last_day: date
    departments: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()


class TokenKeeper:
    """Keeps the tokens; ``by`` is who does it, for the audit log. ``changed`` is called after each act."""

    def __init__(
        self,
        store: TokenStore,
        audit: Audit,
        now: Callable[[], datetime],
        by: Actor | str,
        where: str = "mizumori user token",
        *,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._audit = audit
        self._now = now
        self._by = by
        self._where = where
        self._changed = changed

    def add(self, asked: NewToken) -> str:
        """A new token, to be shown this once. KeepingError says why not."""
        now, name = self._now(), names.tidy(asked.name)
        ends = datetime.combine(asked.last_day + timedelta(days=1), time(), JST)
        if why := _refused(name, asked.role, ends, now):
            raise KeepingError(why)
        by = self._by if isinstance(self._by, str) else self._by.name
        secret = made()
        token = Token(0, name, asked.role, by, now, ends, asked.departments, asked.areas)
        if not self._store.add(token, hash_of(secret)):
            raise KeepingError("accounts.token_name_taken")
        self._said("token_added", name, f"{asked.role} until {asked.last_day:%Y-%m-%d}")
        return secret

    def revoke(self, token: Token) -> None:
        """It opens nothing from now on. KeepingError where that was so before."""
        if not self._store.revoke(token.id, self._now()):
            raise KeepingError("accounts.token_over")
        self._said("token_revoked", token.name)

    def tokens(self) -> Sequence[Token]:
        """All, the newest first, those that ended too."""
        return self._store.tokens()

    def _said(self, act: str, name: str, detail: str = "") -> None:
        self._audit.done(self._by, act, name, detail, self._where)
        self._changed()


def last_day(token: Token) -> date:
    """The last day in Japan on which it opens anything."""
    return token.expires_at.astimezone(JST).date() - timedelta(days=1)


def _refused(name: str, role: Role, ends: datetime, now: datetime) -> str | None:
    if len(name) > LONGEST_NAME or names.refused(name):
        return "accounts.token_name_bad"
    if role not in ROLES:
        return "accounts.token_role"
    if not now < ends <= now + LONGEST:
        return "accounts.token_until"
    return None
