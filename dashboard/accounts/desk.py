"""Signing in, step by step. Everything here blocks: the routes call it in threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dashboard.accounts import lockout, passwords
from dashboard.accounts.actor import Actor, Role
from dashboard.accounts.audit import Audit
from dashboard.accounts.passwords import Passwords
from dashboard.accounts.records import Account, AccountStore, NewAccount
from dashboard.accounts.recovery import RecoveryStore
from dashboard.accounts.second_step import SecondStep
from dashboard.accounts.sessions import Sessions, Signed, needs_code
from dashboard.accounts.settings import AccountSettings
from dashboard.accounts.vault import Vault, VaultError

KEPT = timedelta(days=30)
"""How long ended sessions and old failures are kept."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a step did not go on: a key of the catalogue, and how long to wait where that is why."""

    key: str
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Taken:
    """A session's token for the cookie."""

    token: str
    seconds: int
    """How long the browser keeps it."""
    codes: tuple[str, ...] = ()
    """New recovery codes, to be shown this once."""


Outcome = Taken | Refused


class AccountDesk:
    """The accounts of a house and what people do with their own."""

    def __init__(
        self,
        store: AccountStore,
        settings: AccountSettings,
        now: Callable[[], datetime],
        hasher: Passwords | None = None,
        *,
        codes: RecoveryStore,
        vault: Vault,
    ) -> None:
        self.store = store
        self.settings = settings
        self.now = now
        self.passwords = hasher or Passwords()
        self.sessions = Sessions(store, settings, now)
        self.audit = Audit(store, now)
        self.vault = vault
        self.second = SecondStep(store, codes, vault, self.audit, now)

    def sign_in(self, login: str, password: str, address: str) -> Outcome:
        """The first step. What is said to one who is refused does not depend on whether there is such an account."""
        login = normal(login)
        keys = lockout.keys(login, address)
        if wait := self._wait(keys, login, address):
            return wait
        account = self.store.account(login)
        fits = self.passwords.fits(account.password_hash if account else None, password)
        if account is None or not fits or account.disabled_at is not None:
            self.store.failed(keys, self.now())
            self.audit.record(login, "sign_in_failed", address=address)
            return Refused("accounts.wrong")
        self.store.forgive(keys[:2])
        if self.passwords.outdated(account.password_hash):
            self.store.change(account.id, password_hash=self.passwords.hashed(password))
        return self._begin(account, address, proven=not needs_code(account, self.settings))

    def give_code(self, signed: Signed, code: str, address: str) -> Outcome:
        """The second step of one who has a second factor."""
        account = _account(signed)
        if wait := self._wait((lockout.code_key(account.id),), account.login, address):
            return wait
        try:
            fits = self.second.fits(account, code, address)
        except VaultError as error:
            return Refused(error.key)
        return self._proven(signed, address) if fits else self._wrong_code(account, address)

    def enrol(self, signed: Signed, secret: str, code: str, address: str) -> Outcome:
        """Take a second factor: the code shows that the telephone has the secret."""
        account = _account(signed)
        if wait := self._wait((lockout.code_key(account.id),), account.login, address):
            return wait
        if not self.second.shows(account, secret, code):
            return self._wrong_code(account, address)
        try:
            self.store.change(account.id, totp_secret=self.second.sealed(account, secret))
        except VaultError as error:
            return Refused(error.key)
        self.audit.record(account.actor, "code_set", account.login, address=address)
        made = self.second.new_codes(account, address)
        return replace(self._proven(signed, address), codes=made)

    def new_codes(self, signed: Signed, password: str, address: str) -> tuple[str, ...] | Refused:
        """New recovery codes in place of those there were, for one who gives the password once more."""
        account = _account(signed)
        keys = lockout.keys(account.login, address)
        if wait := self._wait(keys, account.login, address):
            return wait
        if not self.passwords.fits(account.password_hash, password):
            self.store.failed(keys, self.now())
            return Refused("accounts.old_wrong")
        return self.second.new_codes(account, address)

    def change_password(self, signed: Signed, old: str, new: str, address: str) -> Outcome:
        """A new password of one's own; every other session of the account ends."""
        account = _account(signed)
        keys = lockout.keys(account.login, address)
        if wait := self._wait(keys, account.login, address):
            return wait
        if not self.passwords.fits(account.password_hash, old):
            self.store.failed(keys, self.now())
            return Refused("accounts.old_wrong")
        why = "accounts.password_same" if old == new else passwords.refused(new, account.login, account.name)
        if why:
            return Refused(why)
        self.store.change(account.id, password_hash=self.passwords.hashed(new), must_change=False)
        self.audit.record(account.actor, "password_changed", account.login, address=address)
        return self._proven(signed, address, everywhere=True)

    def sign_out(self, signed: Signed, address: str) -> None:
        """End this session."""
        account = _account(signed)
        if signed.session is not None:
            self.sessions.end(account.id, signed.session.id)
        self.audit.record(account.actor, "sign_out", account.login, address=address)

    def end_session(self, signed: Signed, session_id: int | None, address: str) -> int:
        """End one session of one's own, or (None) all."""
        account = _account(signed)
        ended = self.sessions.end(account.id, session_id)
        self.audit.record(account.actor, "session_ended", account.login, f"{ended}", address)
        return ended

    def first_account(self, login: str, name: str, password: str, address: str) -> Outcome:
        """The first administrator; refused where there is an account already."""
        why = bad_login(login) or passwords.refused(password, login, name)
        if why:
            return Refused(why)
        new = NewAccount(
            normal(login), name.strip() or normal(login), Role.ADMINISTRATOR, self.passwords.hashed(password)
        )
        if self.store.add(new, self.now(), first=True) is None:
            return Refused("accounts.setup_over")
        account = self.store.account(new.login)
        assert account is not None
        self.audit.record(account.actor, "first_account", account.login, address=address)
        return self._begin(account, address, proven=not needs_code(account, self.settings))

    def _wait(self, keys: tuple[str, ...], login: str, address: str) -> Refused | None:
        left = lockout.wait(self.store.failures(keys), self.now())
        if left <= timedelta(0):
            return None
        self.audit.record(login, "locked_out", detail=f"{left.total_seconds():.0f} s", address=address)
        return Refused("accounts.wait", left)

    def _wrong_code(self, account: Account, address: str) -> Refused:
        self.store.failed((lockout.code_key(account.id),), self.now())
        self.audit.record(account.actor, "code_failed", account.login, address=address)
        return Refused("accounts.code_wrong")

    def _proven(self, signed: Signed, address: str, *, everywhere: bool = False) -> Taken:
        """A new token at each step up, so that one that was seen before is worth nothing."""
        account = _account(signed)
        self.store.forgive((lockout.code_key(account.id),))
        self.sessions.end(account.id, None if everywhere or signed.session is None else signed.session.id)
        return self._begin(account, address, proven=True)

    def _begin(self, account: Account, address: str, *, proven: bool) -> Taken:
        token, session = self.sessions.open(account, address, proven=proven)
        if proven:
            self.store.prune(self.now() - KEPT)
            self.store.change(account.id, signed_in_at=self.now())
            self.audit.record(account.actor, "sign_in", account.login, address=address)
        return Taken(token, round((session.expires_at - session.created_at).total_seconds()))


def normal(login: str) -> str:
    """A login name as it is kept: without spaces around, small letters."""
    return login.strip().casefold()[:64]


def bad_login(login: str) -> str | None:
    """Why a login name is not taken, as a key of the catalogue."""
    kept = normal(login)
    fine = kept and all(each.isascii() and (each.isalnum() or each in "._-@") for each in kept)
    return None if fine else "accounts.login_bad"


def nobody_named(name: str) -> Actor:
    """Everybody, where there are no accounts: nobody's name is known, and everything is allowed."""
    return Actor(0, "", name, Role.ADMINISTRATOR)


def _account(signed: Signed) -> Account:
    assert signed.account is not None, "without accounts there is no page of an account"
    return signed.account
