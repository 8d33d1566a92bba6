"""The audit log: who signed in, failed, was locked out, changed what."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from dashboard.accounts.actor import Actor
from dashboard.accounts.records import AccountStore, AuditLine

log = logging.getLogger(__name__)

MOST_AN_HOUR = 60
"""Lines of one kind and origin that anybody can cause who is allowed nothing: nobody fills the disk with them."""
HOUR = timedelta(hours=1)
REFUSED = 400
MORE = "more of this hour are not written"
MOST_ORIGINS = 2000


class Sparing:
    """So many lines an hour of each origin; the last of them says that there may have been more."""

    def __init__(self, most: int = MOST_AN_HOUR) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[datetime, int]] = {}

    def detail(self, origin: str, detail: str, now: datetime) -> str | None:
        """What the line says; None where it is not written."""
        with self._lock:
            since, count = self._counts.pop(origin, (now, 0))
            if not timedelta(0) <= now - since < HOUR:
                since, count = now, 0
            self._counts[origin] = (since, count + 1)
            if len(self._counts) > MOST_ORIGINS:
                del self._counts[next(iter(self._counts))]
        if count + 1 == self._most:
            return f"{detail}; {MORE}" if detail else MORE
        return detail if count < self._most else None


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
        self._sparing = Sparing()

    def record(self, actor: Actor | str, act: str, on: str = "", detail: str = "", address: str = "") -> None:
        """Write a line. ``actor`` as text is somebody who is not signed in; ``on`` is what was acted on.

        Never a password, a code, or what was sent.
        """
        who = (actor, None) if isinstance(actor, str) else (actor.name, _number(actor))
        self._store.record(AuditLine(self._now(), who[0], act, on, detail, address, who[1]))

    def done(self, actor: Actor | str, act: str, on: str = "", detail: str = "", address: str = "") -> None:
        """Write what was done already: where that cannot be, it is in the server's log, and whoever did it is answered.
        A password or a token that was made would otherwise hold and be shown to nobody."""
        try:
            self.record(actor, act, on, detail, address)
        except Exception:
            by = actor if isinstance(actor, str) else actor.name
            log.exception("a line of the audit log is lost: %s of %s by %s", act, on, by)

    def failed(self, login: str, act: str, detail: str = "", address: str = "") -> None:
        """Write that somebody who is not signed in failed, if it is not too often. ``login`` is that of an account, or
        something else that nobody can make up."""
        if (said := self._sparing.detail(f"failed {login}", detail, self._now())) is not None:
            self.record(login, act, detail=said, address=address)

    def wrote(self, actor: Actor, what: str, status: int, address: str = "") -> None:
        """Write that a request that changes something was answered; refused ones (400 and above) if they are not too
        many. Status 0 is one whose answer broke off."""
        detail: str | None = str(status)
        if status >= REFUSED:
            detail = self._sparing.detail(f"wrote {actor.account_id} {actor.name}", str(status), self._now())
        if detail is not None:
            self.record(actor, "write", what, detail, address)

    def lines(self, limit: int = 200, before: int | None = None) -> Sequence[AuditLine]:
        """The newest first, those before an id."""
        return self._store.audit(limit, before)


def _number(actor: Actor) -> int | None:
    """The number of an account; programs have none."""
    return actor.account_id if actor.account_id > 0 else None
