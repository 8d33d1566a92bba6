"""Second factors at the start of a house: the key is made, secrets from before it are sealed, and what cannot be opened
is said."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from dashboard.accounts.records import AccountStore
from dashboard.accounts.vault import Closed, Vault, VaultError, is_sealed

log = logging.getLogger(__name__)

RESTORE = "put the file back from where you keep it, or give each a new second factor: mizumori user reset LOGIN"


def prepare(store: AccountStore, vault: Vault) -> None:
    """Make the key where nothing was sealed yet, and seal what is not. What is wrong is logged and stops nothing: who
    needs no code signs in as always, and nobody else does without."""
    with_code = [each for each in store.accounts() if each.totp_secret]
    try:
        if not any(is_sealed(each.totp_secret) for each in with_code):
            vault.make_key()
        for each in with_code:
            if not is_sealed(each.totp_secret):
                store.change(each.id, totp_secret=vault.seal(each.totp_secret, each.login))
    except (OSError, VaultError) as error:
        log.error("second factors cannot be sealed: %s", error)
        return
    if wrong := closed([(each.login, each.totp_secret) for each in with_code], vault):
        log.error("%s", wrong)


def closed(kept: Sequence[tuple[str, str]], vault: Vault) -> str:
    """A sentence that says whose second factor cannot be opened and what to do; empty where all can. ``kept`` are login
    names with what is kept of their secrets."""
    shut: dict[str, str] = {}
    for login, secret in kept:
        try:
            vault.open(secret, login)
        except VaultError as error:
            shut[login] = str(error) + (_of_another(error.why))
    if not shut:
        return ""
    why = "; ".join(dict.fromkeys(shut.values()))
    return f"the second factor of {', '.join(shut)} cannot be checked: {why}; {RESTORE}"


def _of_another(why: Closed) -> str:
    return " (the key of another house or an older one)" if why is Closed.WRONG else ""
