"""The audit log read from the database: audit_reading.AuditLog."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Engine, or_, select

from dashboard.accounts.audit_reading import AuditWanted
from dashboard.accounts.records import AuditLine
from dashboard.accounts.tables import audit

WORDS = ("actor", "act", "object", "detail", "address")


class SqlAudit:
    """The audit log for those who read it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def lines(self, wanted: AuditWanted, limit: int, before: int | None = None) -> Sequence[AuditLine]:
        """The newest first, those before a number."""
        asked = select(audit).where(*_conditions(wanted, before)).order_by(audit.c.id.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [AuditLine(**row._mapping) for row in connection.execute(asked)]


def _conditions(wanted: AuditWanted, before: int | None) -> Iterator[ColumnElement[bool]]:
    if before is not None:
        yield audit.c.id < before
    if wanted.since is not None:
        yield audit.c.at >= wanted.since
    if wanted.until is not None:
        yield audit.c.at < wanted.until
    if wanted.act:
        yield audit.c.act == wanted.act
    for name in ("actor", "address"):
        if written := getattr(wanted, name):
            yield audit.c[name].icontains(written, autoescape=True)
    if wanted.text:
        yield or_(*(audit.c[name].icontains(wanted.text, autoescape=True) for name in WORDS))
