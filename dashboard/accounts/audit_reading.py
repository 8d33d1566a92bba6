"""What one asks the audit log. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dashboard.accounts.records import AuditLine

ACTS = (
    *("sign_in", "sign_in_failed", "locked_out", "sign_out", "code_failed", "code_set", "code_removed"),
    *("recovery_made", "recovery_used"),
    *("password_changed", "session_ended", "first_account", "account_added", "account_changed"),
    *("account_disabled", "account_enabled", "account_reset", "token_added", "token_revoked", "write"),
)
"""Acts that have words; others are shown by their names."""


@dataclass(frozen=True, slots=True)
class AuditWanted:
    """Which lines: from ``since`` on, before ``until``, of an act, with these in who did it, in where it came from and
    in any of its words; None or empty: any."""

    since: datetime | None = None
    until: datetime | None = None
    act: str = ""
    actor: str = ""
    address: str = ""
    text: str = ""


class AuditLog(Protocol):
    """Who reads the audit log. Blocking."""

    def lines(self, wanted: AuditWanted, limit: int, before: int | None = None) -> Sequence[AuditLine]:
        """The newest first, those before a number."""
        ...


class NoAudit:
    """Where nothing is written, for nobody signs in."""

    def lines(self, wanted: AuditWanted, limit: int, before: int | None = None) -> Sequence[AuditLine]:
        """None."""
        del wanted, limit, before
        return ()
