"""Keeping the accounts: adding, disabling and resetting them, as an administrator does. Blocking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from dashboard.accounts import lockout, passwords
from dashboard.accounts.audit import Audit
from dashboard.accounts.desk import bad_login, normal
from dashboard.accounts.passwords import Passwords
from dashboard.accounts.records import Account, AccountStore, NewAccount


class KeepingError(Exception):
    """Why an account cannot be kept so: a key of the catalogue below ``accounts``."""


class Keeper:
    """Changes the accounts of others; ``by`` names who does it, for the audit log.

    A server that runs meanwhile takes a change over within two seconds.
    """

    def __init__(
        self, store: AccountStore, hasher: Passwords, now: Callable[[], datetime], by: str, where: str = "mizumori user"
    ) -> None:
        self._store = store
        self._hasher = hasher
        self._now = now
        self._by = by
        self._where = where
        self._audit = Audit(store, now)

    def add(self, new: NewAccount, password: str) -> None:
        """Add an account; the hash of ``new`` is made here. KeepingError says why not."""
        login = normal(new.login)
        if why := bad_login(new.login) or passwords.refused(password, login, new.name):
            raise KeepingError(why)
        whole = replace(new, login=login, password_hash=self._hasher.hashed(password))
        if self._store.add(whole, self._now()) is None:
            raise KeepingError("accounts.login_taken")
        self._said("account_added", login, f"{new.role}")

    def disable(self, account: Account) -> int:
        """Let somebody sign in no more; how many sessions ended."""
        self._store.change(account.id, disabled_at=self._now())
        self._said("account_disabled", account.login)
        return self._store.revoke(account.id, self._now())

    def enable(self, account: Account) -> None:
        """Let somebody sign in again, with the password there was."""
        self._store.change(account.id, disabled_at=None)
        self._said("account_enabled", account.login)

    def reset(self, account: Account, password: str, *, made: bool, second_factor: bool) -> int:
        """A new password, which a ``made`` one makes its owner change, and with ``second_factor`` a new second factor
        too; how many sessions ended. Waits after failures are over. KeepingError says why not."""
        if why := passwords.refused(password, account.login, account.name):
            raise KeepingError(why)
        values: dict[str, object] = {"password_hash": self._hasher.hashed(password), "must_change": made}
        if second_factor:
            values |= {"totp_secret": "", "totp_step": 0}
        self._store.change(account.id, **values)
        self._store.forgive((lockout.login_key(account.login), lockout.code_key(account.id)))
        self._said("account_reset", account.login, "with the second factor" if second_factor else "password only")
        return self._store.revoke(account.id, self._now())

    def _said(self, act: str, login: str, detail: str = "") -> None:
        self._audit.record(self._by, act, login, detail, self._where)
