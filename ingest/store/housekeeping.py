"""What is not kept for ever: camera stills and reports beyond their days, but for those that are evidence.

Readings are never removed here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Column, Engine, Exists, Table, delete, exists, func, or_, select

from ingest.store.looks import forget, to_keep
from ingest.store.past.locks import camera_locks
from ingest.store.tables import camera_reports, stills, writing

MOST_PER_TURN = 2_000


def prune(engine: Engine, before: datetime, remove_image: Callable[[str], None]) -> int:
    """Remove stills and reports received before a time; the number of stills removed.

    Rows go first: a crash in between leaves a file without a row, never a row without its file.
    The newest still and report of each camera stay, however old: they are its last known state; so does its reference.
    Locked evidence stays as well: what was taken, or came, in the locked span of its camera.
    """
    with writing(engine) as connection:
        old = connection.execute(
            select(stills.c.seq, stills.c.file)
            .where(
                stills.c.received_at < before,
                stills.c.seq.not_in(to_keep()),
                ~_is_locked(stills, stills.c.taken_at),
                ~_is_locked(stills, stills.c.received_at),
            )
            .limit(MOST_PER_TURN)
        ).all()
        gone = [row.seq for row in old]
        connection.execute(delete(stills).where(stills.c.seq.in_(gone)))
        forget(connection, gone)
        newest = select(func.max(camera_reports.c.seq)).group_by(camera_reports.c.camera_id)
        connection.execute(
            delete(camera_reports).where(
                camera_reports.c.received_at < before,
                camera_reports.c.seq.not_in(newest),
                ~_is_locked(camera_reports, camera_reports.c.reported_at),
                ~_is_locked(camera_reports, camera_reports.c.received_at),
            )
        )
    for row in old:
        remove_image(row.file)
    return len(old)


def _is_locked(table: Table, at: Column[datetime]) -> Exists:
    """Whether a time of a row lies in a locked span of its camera."""
    return (
        exists()
        .where(
            camera_locks.c.released_at.is_(None),
            camera_locks.c.camera_id == table.c.camera_id,
            camera_locks.c.since <= at,
            or_(camera_locks.c.until.is_(None), camera_locks.c.until >= at),
        )
        .correlate(table)
    )
