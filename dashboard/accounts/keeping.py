"""Keeping the accounts: adding, disabling and resetting them, as an administrator does. Blocking."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dashboard.accounts import lockout, names, passwords
from dashboard.accounts.actor import Actor, Role
from dashboard.accounts.audit import Audit
from dashboard.accounts.desk import bad_login, normal
from dashboard.accounts.passwords import Passwords
from dashboard.accounts.records import Account, AccountStore, NameTaken, NewAccount


class KeepingError(Exception):
    """Why an account cannot be kept so: a key of the catalogue below ``accounts``."""


class Keeper:
    """Changes the accounts of others; ``by`` is who does it, for the audit log. ``changed`` is called after each act.

    A server that runs meanwhile takes a change over within two seconds.
    """

    def __init__(
        self,
        store: AccountStore,
        hasher: Passwords,
        now: Callable[[], datetime],
        by: Actor | str,
        where: str = "mizumori user",
        *,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._hasher = hasher
        self._now = now
        self._by = by
        self._where = where
        self._changed = changed
        self._audit = Audit(store, now)

    def add(self, new: NewAccount, password: str) -> None:
        """Add an account; the hash of ``new`` is made here. KeepingError says why not."""
        login, name = normal(new.login), names.tidy(new.name)
        named = bad_login(new.login) or names.refused(name)
        if why := _bad_role(new) or named or passwords.refused(password, login, name):
            raise KeepingError(why)
        whole = replace(new, login=login, name=name, password_hash=self._hasher.hashed(password))
        try:
            added = self._store.add(whole, self._now())
        except NameTaken as error:
            raise KeepingError("accounts.name_taken") from error
        if added is None:
            raise KeepingError("accounts.login_taken")
        self._said("account_added", login, f"{new.role}")

    def change(
        self,
        account: Account,
        role: Role | None = None,
        departments: Sequence[str] | None = None,
        areas: Sequence[str] | None = None,
        *,
        disabled: bool | None = None,
    ) -> int:
        """Another role, other departments or areas, disabled or not, all of it or nothing; what is None stays as it is.
        How many sessions ended. KeepingError says why not."""
        given = {"role": role, "departments": departments, "areas": areas}
        values: dict[str, object] = {name: value for name, value in given.items() if value is not None}
        after = _with(account, values)
        if values and (why := _bad_role(after)):
            raise KeepingError(why)
        if disabled is not None:
            values["disabled_at"] = self._now() if disabled else None
        self._set(account, values)
        ended = self._store.revoke(account.id, self._now()) if disabled else 0
        if _scope(after) != _scope(account):
            self._said("account_changed", account.login, f"{_scope(account)} → {_scope(after)}")
        if disabled is not None:
            self._said("account_disabled" if disabled else "account_enabled", account.login)
        return ended

    def disable(self, account: Account) -> int:
        """Let somebody sign in no more; how many sessions ended. KeepingError for the last administrator."""
        return self.change(account, disabled=True)

    def enable(self, account: Account) -> None:
        """Let somebody sign in again, with the password there was. KeepingError says why not."""
        self.change(account, disabled=False)

    def reset(self, account: Account, password: str, *, made: bool, second_factor: bool) -> int:
        """A new password, which a ``made`` one makes its owner change, and with ``second_factor`` a new second factor
        too; how many sessions ended. Waits after failures are over. KeepingError says why not."""
        if why := passwords.refused(password, account.login, account.name):
            raise KeepingError(why)
        values: dict[str, object] = {"password_hash": self._hasher.hashed(password), "must_change": made}
        if second_factor:
            values |= {"totp_secret": "", "totp_step": 0}
        self._store.change(account.id, **values)
        self._store.forgive(lockout.of_account(account.login, account.id))
        ended = self._store.revoke(account.id, self._now())
        self._said("account_reset", account.login, "with the second factor" if second_factor else "password only")
        return ended

    def forget_second_factor(self, account: Account) -> int:
        """Let somebody set up a new second factor with the password there is; how many sessions ended."""
        self._store.change(account.id, totp_secret="", totp_step=0)
        ended = self._store.revoke(account.id, self._now())
        self._said("code_removed", account.login)
        return ended

    def end_sessions(self, account: Account) -> int:
        """Sign somebody out everywhere; how many sessions ended."""
        ended = self._store.revoke(account.id, self._now())
        self._said("session_ended", account.login, f"{ended}")
        return ended

    def _set(self, account: Account, values: Mapping[str, object]) -> None:
        try:
            changed = self._store.change_unless_last(account.id, **values)
        except NameTaken as error:
            raise KeepingError("accounts.name_taken") from error
        if not changed:
            raise KeepingError("accounts.last_administrator")

    def _said(self, act: str, login: str, detail: str = "") -> None:
        self._audit.done(self._by, act, login, detail, self._where)
        self._changed()


def _with(account: Account, values: Mapping[str, Any]) -> Account:
    lists = {name: tuple(values[name]) for name in ("departments", "areas") if name in values}
    return replace(account, **{**values, **lists})


def _bad_role(account: Account | NewAccount) -> str | None:
    """Why a role does not go with the rest, as a key of the catalogue."""
    if account.wall and account.role is not Role.VIEWER:
        return "accounts.wall_viewer"
    if account.role is Role.ADMINISTRATOR and (account.departments or account.areas):
        return "accounts.administrator_everywhere"
    return None


def _scope(account: Account) -> str:
    return ", ".join((account.role, *account.departments, *account.areas))
