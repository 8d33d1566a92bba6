"""What is not kept for ever: camera stills and reports beyond their days.

Readings are never removed here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine, delete, func, select

from ingest.store.tables import camera_reports, stills, writing

MOST_PER_TURN = 2_000


def prune(engine: Engine, before: datetime, remove_image: Callable[[str], None]) -> int:
    """Remove stills and reports received before a time; the number of stills removed.

    Rows go first: a crash in between leaves a file without a row, never a row without its file.
    The newest still and report of each camera stay, however old: they are its last known state.
    """
    with writing(engine) as connection:
        newest = select(func.max(stills.c.seq)).group_by(stills.c.camera_id)
        old = connection.execute(
            select(stills.c.seq, stills.c.file)
            .where(stills.c.received_at < before, stills.c.seq.not_in(newest))
            .limit(MOST_PER_TURN)
        ).all()
        connection.execute(delete(stills).where(stills.c.seq.in_([row.seq for row in old])))
        newest = select(func.max(camera_reports.c.seq)).group_by(camera_reports.c.camera_id)
        connection.execute(
            delete(camera_reports).where(camera_reports.c.received_at < before, camera_reports.c.seq.not_in(newest))
        )
    for row in old:
        remove_image(row.file)
    return len(old)
