"""Tries with a password or a code: counted before they are looked at, taken back when they were right. Blocking."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.accounts import lockout
from dashboard.accounts.audit import Audit
from dashboard.accounts.records import Account, AccountStore, Failures

MOST_COUNTS = 20_000
"""Counts of failures that are kept: strangers make them up."""
TIDY_EVERY = 200
MOST_TOLD = 2000
NOBODY = "?"
"""Who tried, in the audit log, where there is no such account: people type their password into the wrong field."""


@dataclass(frozen=True, slots=True)
class Try:
    """A try that may be looked at. It is counted as a failure until it is said to be right."""

    before: Mapping[str, Failures]


class Tries:
    """Who may try now. Waits and counts are one transaction: tries that come together do not pass together."""

    def __init__(self, store: AccountStore, audit: Audit, now: Callable[[], datetime]) -> None:
        self._store = store
        self._audit = audit
        self._now = now
        self._lock = threading.Lock()
        self._told: dict[str, datetime | None] = {}
        self._counted = 0

    def begin(self, keys: tuple[str, ...], account: Account | None, address: str) -> Try | timedelta:
        """The try, or how long it is to wait. Nothing is written for one who must wait, but once a wait into the audit
        log."""
        now, known = self._now(), self._store.failures(keys)
        if not (left := lockout.wait(known, now)):
            left, known = self._store.count(keys, now)
        if not left:
            self._tidy(now)
            return Try(known)
        self._tell(lockout.longest(known, now), known, account, left, address)
        return left

    def right(self, made: Try) -> None:
        """It was right: forget the failures, of an address that others share only this one."""
        own = [key for key in made.before if not lockout.shared(key)]
        self._store.forgive(own, {key: made.before[key] for key in made.before if lockout.shared(key)})

    def _tell(
        self, key: str, known: Mapping[str, Failures], account: Account | None, left: timedelta, address: str
    ) -> None:
        last_at = known[key].last_at
        with self._lock:
            if self._told.get(key) == last_at:
                return
            self._told.pop(key, None)
            self._told[key] = last_at
            if len(self._told) > MOST_TOLD:
                del self._told[next(iter(self._told))]
        self._audit.failed(account.login if account else NOBODY, "locked_out", f"{left.total_seconds():.0f} s", address)

    def _tidy(self, now: datetime) -> None:
        with self._lock:
            self._counted += 1
            if self._counted % TIDY_EVERY:
                return
        self._store.tidy(now - lockout.FORGOTTEN_AFTER, MOST_COUNTS)
