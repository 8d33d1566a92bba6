"""Checks of the accounts: whether second factors can be checked, and their key is kept well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dashboard.accounts.sealing import closed
from dashboard.accounts.vault import Vault, is_sealed
from deploy.monitor.signs import Check, State

NAME = "second factors"


def check_second_factors(kept: Sequence[tuple[str, str]], vault: Vault) -> Iterable[Check]:
    """``kept`` are login names with what is kept of their secrets. Nothing where nobody has a second factor."""
    if not kept:
        return
    plain = [login for login, secret in kept if not is_sealed(secret)]
    if wrong := closed(kept, vault):
        yield Check(NAME, State.FAILED, wrong)
    elif vault.open_to_others():
        sentence = f"other users of this machine may read {vault.key_file}: chmod 600 {vault.key_file}"
        yield Check(NAME, State.DEGRADED, sentence)
    elif plain:
        sentence = f"of {', '.join(plain)} not sealed yet: the next start of the dashboard does it"
        yield Check(NAME, State.DEGRADED, sentence)
    else:
        yield Check(NAME, State.OK, f"{len(kept)} can be checked with {vault.key_file}; keep a copy of it")
