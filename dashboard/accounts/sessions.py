"""Sessions: who a browser's cookie belongs to, for how long."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from dashboard.accounts.actor import Actor
from dashboard.accounts.records import Account, AccountStore, Session
from dashboard.accounts.settings import AccountSettings

HALF_HOLDS = timedelta(minutes=10)
"""How long somebody may take between the password and the second factor."""
SEEN_EVERY = timedelta(minutes=1)
REMEMBERED_S = 2.0
"""A session that ended in another process is known here after this."""
MOST_REMEMBERED = 2000


class Step(Enum):
    """What is still to do before somebody is in."""

    CODE = "code"
    ENROL = "enrol"
    PASSWORD = "password"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody with a session, and how far; ``csrf`` is the word by which pages of this session prove themselves."""

    actor: Actor
    step: Step = Step.IN
    csrf: str = ""
    session: Session | None = None
    account: Account | None = None


def step(account: Account, session: Session, settings: AccountSettings) -> Step:
    """What is still to do. A role that needs a second factor needs it from the moment on when it is given. Pure."""
    if not account.totp_secret and needs_code(account, settings):
        return Step.ENROL
    if not session.proven:
        return Step.CODE if account.totp_secret else Step.ENROL
    return Step.PASSWORD if account.must_change else Step.IN


def needs_code(account: Account, settings: AccountSettings) -> bool:
    """Whether the account signs in with a code: it has one, or its role must. Pure."""
    return bool(account.totp_secret) or account.role in settings.require_second_factor_for


def stands(account: Account, session: Session, settings: AccountSettings, now: datetime) -> bool:
    """Whether a session still holds. Pure."""
    idle = timedelta(minutes=settings.idle_minutes)
    left_open = account.wall or now - session.seen_at <= idle
    return account.disabled_at is None and now < session.expires_at and left_open


def csrf_of(token: str) -> str:
    """The word that proves pages of a session: made of its token, which no page and no script can read."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def hash_of(token: str) -> str:
    """What is kept of a token. It is 256 random bits: one round is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


class Sessions:
    """Opens, finds and ends sessions. Blocking, and may be asked from several threads."""

    def __init__(self, store: AccountStore, settings: AccountSettings, now: Callable[[], datetime]) -> None:
        self._store = store
        self._settings = settings
        self._now = now
        self._lock = threading.Lock()
        self._remembered: dict[str, tuple[float, Signed | None]] = {}

    def open(self, account: Account, address: str, *, proven: bool) -> tuple[str, Session]:
        """A new session: its token for the cookie, and what is kept."""
        token, now = secrets.token_urlsafe(32), self._now()
        session = Session(0, account.id, now, now, now + self._holds(account, proven), address, proven)
        self._store.open(hash_of(token), session)
        return token, session

    def _holds(self, account: Account, proven: bool) -> timedelta:
        if not proven:
            return HALF_HOLDS
        return timedelta(hours=self._settings.wall_hours if account.wall else self._settings.hours)

    def find(self, token: str) -> Signed | None:
        """Who a token belongs to; None for nobody."""
        key = hash_of(token)
        known = self._remembered.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        found = self._read(token, key)
        with self._lock:
            if len(self._remembered) > MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = (time.monotonic() + REMEMBERED_S, found)
        return found

    def _read(self, token: str, key: str) -> Signed | None:
        kept, now = self._store.session(key), self._now()
        if kept is None or not stands(kept[1], kept[0], self._settings, now):
            return None
        session, account = kept
        if now - session.seen_at > SEEN_EVERY:
            self._store.seen(session.id, now)
        return Signed(account.actor, step(account, session, self._settings), csrf_of(token), session, account)

    def end(self, account_id: int, session_id: int | None = None) -> int:
        """End one session of an account, or all of them; how many ended."""
        ended = self._store.revoke(account_id, self._now(), session_id)
        self.forget()
        return ended

    def forget(self) -> None:
        """Read every session anew: an account changed."""
        with self._lock:
            self._remembered.clear()
