"""The chronology: one ordered record of everything that happened, written with what it tells of."""

from __future__ import annotations

from sqlalchemy import Connection

from alerts.records import Entry
from alerts.store.tables import chronology


def enter(connection: Connection, *entries: Entry) -> None:
    """Write entries, in the transaction of what they tell of."""
    rows = [
        {name: getattr(each, name) for name in Entry.__dataclass_fields__ if name not in ("seq", "detail")}
        | {"detail": dict(each.detail)}
        for each in entries
    ]
    if rows:
        connection.execute(chronology.insert(), rows)
