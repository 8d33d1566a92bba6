"""What is given besides the password: a code of the telephone, or one of those kept for the day when it is lost.
Blocking."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from dashboard.accounts import recovery, second_factor
from dashboard.accounts.audit import Audit
from dashboard.accounts.records import Account, AccountStore
from dashboard.accounts.recovery import Left, RecoveryStore
from dashboard.accounts.vault import Vault, VaultError

log = logging.getLogger(__name__)


class SecondStep:
    """The second factors of a house."""

    def __init__(
        self, store: AccountStore, codes: RecoveryStore, vault: Vault, audit: Audit, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._codes = codes
        self._vault = vault
        self._audit = audit
        self._now = now

    def fits(self, account: Account, given: str, address: str) -> bool:
        """Whether it is a code of the account that was not used before; from now on it is used. VaultError where the
        secret of the telephone cannot be opened: nobody is let in for that."""
        if recovery.looks_like_one(given):
            return self._recovers(account, given, address)
        try:
            return self.shows(account, self._vault.open(account.totp_secret, account.login), given)
        except VaultError as error:
            log.error("the code of %s cannot be checked: %s", account.login, error)
            raise

    def shows(self, account: Account, secret: str, given: str) -> bool:
        """Whether a telephone with this secret shows the code, and nobody has used it."""
        step = second_factor.step_of(secret, given, self._now())
        return step is not None and self._store.use_code(account.id, step)

    def sealed(self, account: Account, secret: str) -> str:
        """A new secret as it is kept. VaultError where there is no key."""
        return self._vault.seal(secret, account.login)

    def new_codes(self, account: Account, address: str) -> tuple[str, ...]:
        """New recovery codes, to be shown once; those from before are worth nothing from now on."""
        made = recovery.made()
        hashes = tuple(recovery.hash_of(account.id, each) for each in made)
        self._codes.replace(account.id, hashes, self._now())
        self._audit.record(account.actor, "recovery_made", account.login, f"{len(made)}", address)
        return made

    def left(self, account: Account) -> Left:
        """What is left of the recovery codes."""
        return self._codes.left(account.id)

    def _recovers(self, account: Account, given: str, address: str) -> bool:
        used = self._codes.use(account.id, recovery.hash_of(account.id, given), self._now())
        if used:
            left = self._codes.left(account.id).count
            self._audit.record(account.actor, "recovery_used", account.login, f"{left} left", address)
        return used
