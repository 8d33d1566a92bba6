"""The audit log: who signed in, failed, was locked out, changed what."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from dashboard.accounts.actor import Actor
from dashboard.accounts.records import AccountStore, AuditLine

log = logging.getLogger(__name__)


class Audit:
    """Writes and reads the audit log. Blocking.

    Acts: ``sign_in``, ``sign_in_failed``, ``locked_out``, ``sign_out``, ``code_failed``, ``code_set``,
    ``recovery_made``, ``recovery_used``,
    ``password_changed``, ``session_ended``, ``account_added``, ``account_disabled``, ``account_enabled``,
    ``account_reset``, ``first_account``, and ``write`` for a request that changed something, refused ones too.
    """

    def __init__(self, store: AccountStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def record(self, actor: Actor | str, act: str, on: str = "", detail: str = "", address: str = "") -> None:
        """Write a line. ``actor`` as text is somebody who is not signed in; ``on`` is what was acted on.

        Never a password, a code, or what was sent.
        """
        who = (actor, None) if isinstance(actor, str) else (actor.name, _number(actor))
        self._store.record(AuditLine(self._now(), who[0], act, on, detail, address, who[1]))

    def lines(self, limit: int = 200, before: int | None = None) -> Sequence[AuditLine]:
        """The newest first, those before an id."""
        return self._store.audit(limit, before)


def _number(actor: Actor) -> int | None:
    """The number of an account; programs have none."""
    return actor.account_id if actor.account_id > 0 else None
