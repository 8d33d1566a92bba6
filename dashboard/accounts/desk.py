"""Signing in, step by step. Everything here blocks: the routes call it in threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from dashboard.accounts import devices, lockout, names, passwords
from dashboard.accounts.actor import Actor, Role
from dashboard.accounts.audit import Audit
from dashboard.accounts.lockout import Origin
from dashboard.accounts.passwords import Passwords
from dashboard.accounts.records import Account, AccountStore, NewAccount, Session
from dashboard.accounts.recovery import RecoveryStore
from dashboard.accounts.second_step import SecondStep
from dashboard.accounts.sessions import Sessions, Signed, Step, needs_code
from dashboard.accounts.settings import AccountSettings
from dashboard.accounts.tries import NOBODY, Tries
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
    device: str = ""
    """What the browser keeps besides, to be known again (``devices``); empty before somebody is in."""


Outcome = Taken | Refused
OVER = Refused("accounts.over")
"""Somebody has changed the account, or ended the session, since what was given was looked at."""


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
        self.tries = Tries(store, self.audit, now)
        self.has_accounts = False
        """Whether there is known to be an account; once there is one, there always is."""

    def any_account(self) -> bool:
        """Whether there is an account, usable or not."""
        self.has_accounts = self.has_accounts or self.store.any_account()
        return self.has_accounts

    def origin(self, account: Account | None, address: str, device: str) -> Origin:
        """Where a try for an account comes from; ``device`` is what the browser kept of ``Taken.device``."""
        known = devices.of(device, account)
        if known or account is None or not address:
            return Origin(address, known)
        places = {lockout.place(each) for each in self.store.addresses(account.id)}
        return Origin(address, home=lockout.place(address) in places)

    def known_from(self, login: str, address: str, device: str = "") -> bool:
        """Whether the account was signed in before in this browser or from this address. Only reads."""
        return self.origin(self.store.account(normal(login)), address, device).known

    def sign_in(
        self, login: str, password: str, address: str, device: str = "", before: Signed | None = None
    ) -> Outcome:
        """The first step; the session ``before`` ends where it succeeds. What is said to one who is refused does not
        depend on whether there is such an account."""
        login = normal(login)
        account = self.store.account(login)
        begun = self.tries.begin(lockout.keys(login, self.origin(account, address, device)), account, address)
        if isinstance(begun, timedelta):
            return Refused("accounts.wait", begun)
        fits = self.passwords.fits(account.password_hash if account else None, password)
        if account is None or not fits or account.disabled_at is not None:
            self.audit.failed(account.login if account else NOBODY, "sign_in_failed", address=address)
            return Refused("accounts.wrong")
        self.tries.right(begun)
        renewed = self._renewed(account, password)
        opened = self._begin(renewed, address, device) if renewed else OVER
        if isinstance(opened, Refused):
            return Refused("accounts.wrong")  # a reset came in between: that was the password until then
        if before is not None and before.session is not None:
            self.sessions.end(before.session.account_id, before.session.id)
        return opened

    def give_code(self, signed: Signed, code: str, address: str, device: str = "") -> Outcome:
        """The second step of one who has a second factor."""
        account = _account(signed)
        given = partial(self.second.fits, account, code, address)
        refused = self._try_code(account, given, address, device)
        return refused or self._proven(signed, account, address, device)

    def enrol(
        self, signed: Signed, secret: str, code: str, address: str, device: str = "", password: str = ""
    ) -> Outcome:
        """Take a second factor, where there is none: the code shows that the telephone has the secret. One who is in
        gives the password once more: at a screen that was left open nobody shuts out its owner."""
        account = _account(signed)
        if signed.step is Step.IN and (refused := self._try_password(account, password, address, device)):
            return refused
        given = partial(self.second.shows, account, secret, code)
        if refused := self._try_code(account, given, address, device):
            return refused
        try:
            sealed = self.second.sealed(account, secret)
        except VaultError as error:
            return Refused(error.key)
        if account.totp_secret or not self.store.change_if_same(account, totp_secret=sealed):
            return OVER
        self.audit.record(account.actor, "code_set", account.login, address=address)
        made = self.second.new_codes(account, address)
        taken = self._proven(signed, replace(account, totp_secret=sealed), address, device)
        return replace(taken, codes=made) if isinstance(taken, Taken) else taken

    def new_codes(self, signed: Signed, password: str, address: str, device: str = "") -> tuple[str, ...] | Refused:
        """New recovery codes in place of those there were, for one who gives the password once more."""
        account = _account(signed)
        refused = self._try_password(account, password, address, device)
        return refused or self.second.new_codes(account, address)

    def change_password(self, signed: Signed, old: str, new: str, address: str, device: str = "") -> Outcome:
        """A new password of one's own; every other session of the account ends."""
        account = _account(signed)
        if refused := self._try_password(account, old, address, device):
            return refused
        why = "accounts.password_same" if old == new else passwords.refused(new, account.login, account.name)
        if why:
            return Refused(why)
        changed = replace(account, password_hash=self.passwords.hashed(new), must_change=False)
        if not self.store.change_if_same(account, password_hash=changed.password_hash, must_change=False):
            return OVER
        self.audit.record(account.actor, "password_changed", account.login, address=address)
        return self._proven(signed, changed, address, device, everywhere=True)

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

    def first_account(self, login: str, name: str, password: str, address: str, device: str = "") -> Outcome:
        """The first administrator; refused where there is an account already."""
        login, name = normal(login), names.tidy(name) or normal(login)
        why = bad_login(login) or names.refused(name) or passwords.refused(password, login, name)
        if why:
            return Refused(why)
        new = NewAccount(login, name, Role.ADMINISTRATOR, self.passwords.hashed(password))
        if self.store.add(new, self.now(), first=True) is None:
            return Refused("accounts.setup_over")
        account = self.store.account(new.login)
        assert account is not None
        self.audit.record(account.actor, "first_account", account.login, address=address)
        return self._begin(account, address, device)

    def _try_password(self, account: Account, given: str, address: str, device: str) -> Refused | None:
        """None where it is the password of one who is signed in."""
        begun = self.tries.begin(lockout.keys(account.login, self.origin(account, address, device)), account, address)
        if isinstance(begun, timedelta):
            return Refused("accounts.wait", begun)
        if not self.passwords.fits(account.password_hash, given):
            return Refused("accounts.old_wrong")
        self.tries.right(begun)
        return None

    def _try_code(self, account: Account, fits: Callable[[], bool], address: str, device: str) -> Refused | None:
        """None where the code is right."""
        keys = lockout.code_keys(account.id, self.origin(account, address, device))
        begun = self.tries.begin(keys, account, address)
        if isinstance(begun, timedelta):
            return Refused("accounts.wait", begun)
        try:
            right = fits()
        except VaultError as error:
            self.tries.right(begun)  # nothing was guessed: the house cannot check any code
            return Refused(error.key)
        if right:
            self.tries.right(begun)
            return None
        self.audit.record(account.actor, "code_failed", account.login, address=address)
        return Refused("accounts.code_wrong")

    def _renewed(self, account: Account, password: str) -> Account | None:
        """The account with its password hashed as it is done now; None where somebody has changed it meanwhile."""
        if not self.passwords.outdated(account.password_hash):
            return account
        renewed = replace(account, password_hash=self.passwords.hashed(password))
        return renewed if self.store.change_if_same(account, password_hash=renewed.password_hash) else None

    def _proven(
        self, signed: Signed, account: Account, address: str, device: str, *, everywhere: bool = False
    ) -> Outcome:
        """A new token at each step up, so that one that was seen before is worth nothing."""
        opened = self.sessions.open(account, address, proven=True, instead_of=signed.session, everywhere=everywhere)
        return self._in(account, opened, address, device)

    def _begin(self, account: Account, address: str, device: str) -> Outcome:
        opened = self.sessions.open(account, address, proven=not needs_code(account, self.settings))
        return self._in(account, opened, address, device)

    def _in(self, account: Account, opened: tuple[str, Session] | None, address: str, device: str) -> Outcome:
        if opened is None:
            return OVER
        token, session = opened
        seconds = round((session.expires_at - session.created_at).total_seconds())
        if not session.proven:
            return Taken(token, seconds)
        self.store.prune(self.now() - KEPT)
        self.store.change(account.id, signed_in_at=self.now())
        self.audit.record(account.actor, "sign_in", account.login, address=address)
        return Taken(token, seconds, device=devices.with_account(device, account))


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
