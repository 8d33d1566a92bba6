"""Stills that the broker delivers again and that have no time of their own: only their content says that they are kept.

Taken for new, the same picture twice in a row would look like that of a frozen camera.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from ingest.readings import Still
from ingest.store.tables import stills

AMONG = 2_000
"""A broker delivers again what was among the last messages when the connection broke: no more than it sends ahead."""


def not_kept_yet(connection: Connection, received: Sequence[Still]) -> list[Still]:
    """The stills without those that are there already by their content."""
    return [each for each in received if not (each.repeated and _is_there(connection, each))]


def _is_there(connection: Connection, still: Still) -> bool:
    newest = select(func.max(stills.c.seq)).scalar_subquery()
    content = still.file.rpartition("-")[2]
    found = select(stills.c.seq).where(
        stills.c.camera_id == still.camera_id,
        stills.c.seq > newest - AMONG,
        stills.c.file.endswith(f"-{content}", autoescape=True),
    )
    return connection.execute(found.limit(1)).first() is not None
