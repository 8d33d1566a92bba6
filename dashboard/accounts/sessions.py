"""Sessions: who a browser's cookie belongs to, for how long."""

from __future__ import annotations

import hashlib
import hmac
import logging
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
from dashboard.accounts.sightings import Sightings

log = logging.getLogger(__name__)

HALF_HOLDS = timedelta(minutes=10)
"""How long somebody may take between the password and the second factor."""
SEEN_EVERY = timedelta(minutes=1)
REMEMBERED_S = 2.0
"""A session that ended in another process is known here after this."""
MOST_REMEMBERED = 2000
UNREAD_HOLDS_S = 15 * 60.0
"""For so long somebody who was in stays so while the database cannot be read: the pages show the last picture then, and
say so."""


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


def stands(account: Account, session: Session, settings: AccountSettings, now: datetime, seen_at: datetime) -> bool:
    """Whether a session still holds whose page was open last at ``seen_at``. Pure."""
    idle = timedelta(minutes=settings.idle_minutes)
    left_open = account.wall or now - seen_at <= idle
    return account.disabled_at is None and now < session.expires_at and left_open


def csrf_of(token: str) -> str:
    """The word that proves pages of a session: made of its token, which no page and no script can read."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def hash_of(token: str) -> str:
    """What is kept of a token. It is 256 random bits: one round is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Remembered:
    read_at_s: float
    signed: Signed


class Sessions:
    """Opens, finds and ends sessions. Blocking, and may be asked from several threads."""

    def __init__(self, store: AccountStore, settings: AccountSettings, now: Callable[[], datetime]) -> None:
        self._store = store
        self._settings = settings
        self._now = now
        self._lock = threading.Lock()
        self._remembered: dict[str, _Remembered] = {}
        self._unreadable = False
        self.sightings: Sightings[datetime] = Sightings(store.seen, "whose pages are open")

    def open(
        self,
        account: Account,
        address: str,
        *,
        proven: bool,
        instead_of: Session | None = None,
        everywhere: bool = False,
    ) -> tuple[str, Session] | None:
        """A new session ``instead_of`` another, or (``everywhere``) of all others: its token for the cookie, and what
        is kept. None where that one has ended, or somebody has changed the account since it was looked at."""
        token, now = secrets.token_urlsafe(32), self._now()
        session = Session(0, account.id, now, now, now + self._holds(account, proven), address, proven)
        before = instead_of.id if instead_of else None
        if not self._store.open(hash_of(token), session, account, instead_of=before, everywhere=everywhere):
            return None
        if instead_of or everywhere:
            self.forget()
        return token, session

    def _holds(self, account: Account, proven: bool) -> timedelta:
        if not proven:
            return HALF_HOLDS
        return timedelta(hours=self._settings.wall_hours if account.wall else self._settings.hours)

    def known(self, token: str) -> Signed | None:
        """Who a token belongs to, where that was read a moment ago; None where it must be read. Does not block."""
        found = self._remembered.get(hash_of(token))
        return found.signed if found and time.monotonic() - found.read_at_s < REMEMBERED_S else None

    def find(self, token: str) -> Signed | None:
        """Who a token belongs to; None for nobody. While the database cannot be read: who it was a while ago, else it
        raises what the database raises."""
        if fresh := self.known(token):
            return fresh
        key = hash_of(token)
        before = self._remembered.get(key)
        try:
            found = self._read(token, key)
        except Exception:
            if before is None or time.monotonic() - before.read_at_s > UNREAD_HOLDS_S:
                raise
            self._say_unreadable()
            return before.signed
        self._unreadable = False
        self._remember(key, found)
        return found

    def _say_unreadable(self) -> None:
        if not self._unreadable:
            log.exception("the accounts cannot be read; whoever is signed in stays so for a quarter of an hour")
        self._unreadable = True

    def _remember(self, key: str, found: Signed | None) -> None:
        """Nobody is not remembered: strangers' tokens would push out those of people."""
        with self._lock:
            self._remembered.pop(key, None)
            if found is not None:
                self._remembered[key] = _Remembered(time.monotonic(), found)
            if len(self._remembered) > MOST_REMEMBERED:
                del self._remembered[next(iter(self._remembered))]

    def _read(self, token: str, key: str) -> Signed | None:
        kept, now = self._store.session(key), self._now()
        if kept is None:
            return None
        session, account = kept
        seen_at = max(session.seen_at, self.sightings.last(session.id) or session.seen_at)
        if not stands(account, session, self._settings, now, seen_at):
            return None
        if now - seen_at > SEEN_EVERY:
            self.sightings.note(session.id, now)
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
