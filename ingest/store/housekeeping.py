"""What is not kept for ever: stills and reports of cameras beyond their days or their room, but no evidence.

Readings are never removed here. Rows go first: a crash in between leaves a file without a row, which the sweep finds
(ingest/store/still_sweep.py), never a row without its file.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Exists,
    Table,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from ingest.store.looks import forget, pointed_at, to_keep
from ingest.store.past.locks import camera_locks
from ingest.store.tables import camera_latest, camera_reports, stills, writing

log = logging.getLogger(__name__)

GB = 1_000_000_000
MOST_PER_TURN = 2_000
SAMPLES = 100
"""Stills whose files are looked at to learn how much the copies add to what the rows say."""


def prune(engine: Engine, before: datetime, remove_image: Callable[[str], None]) -> int:
    """Remove stills and reports received before a time; the number of stills removed.

    The newest still and report of each camera stay, however old: they are its last known state; so does the picture of
    its normal day. Locked evidence stays as well: what was taken, or came, in the locked span of its camera.
    """
    found = _removable(engine, stills.c.received_at < before)
    with writing(engine) as connection:
        old = _forget(connection, found)
        connection.execute(
            delete(camera_reports).where(
                camera_reports.c.received_at < before,
                camera_reports.c.seq.not_in(
                    select(func.max(camera_reports.c.seq)).group_by(camera_reports.c.camera_id)
                ),
                camera_reports.c.seq.not_in(_known(camera_latest.c.report_seq)),
                ~_is_locked(camera_reports, camera_reports.c.reported_at),
                ~_is_locked(camera_reports, camera_reports.c.received_at),
            )
        )
    for row in old:
        remove_image(row.file)
    return len(old)


class Old(NamedTuple):
    """A still that goes."""

    seq: int
    file: str
    size_bytes: int


class Images(Protocol):
    """The files of the stills."""

    def remove(self, file: str) -> None:
        """Remove one and its copies."""
        ...

    def kept_bytes(self, file: str) -> int:
        """What one and its copies take on the disk."""
        ...


def make_room(engine: Engine, most_bytes: int, images: Images) -> int:
    """Remove the oldest stills beyond what all of them and their copies may take; how many bytes of stills went.

    What is evidence, and the last of each camera, stays whatever it takes.
    """
    while weigh(engine, images) == MOST_PER_TURN:
        pass
    left = excess = excess_bytes(engine, most_bytes, images)
    while left > 0:
        removed = _shrink(engine, left, images)
        left -= removed
        if not removed:
            log.error("evidence alone takes more than the stills may: %.1f GB too much; see cameras.kept_gb", left / GB)
            break
    return excess - max(left, 0)


def weigh(engine: Engine, images: Images) -> int:
    """Write down what the files of some stills take whose rows do not say it, as those of a former version; how many.

    They would count for nothing, and all of them go before anything else that is too much.
    """
    with engine.connect() as connection:
        unknown = select(stills.c.seq, stills.c.file).where(stills.c.size_bytes == 0).limit(MOST_PER_TURN)
        sizes = [{"of": row.seq, "size": max(1, images.kept_bytes(row.file))} for row in connection.execute(unknown)]
    if sizes:
        own = update(stills).where(stills.c.seq == bindparam("of")).values(size_bytes=bindparam("size"))
        with writing(engine) as connection:
            connection.execute(own, sizes)
    return len(sizes)


def excess_bytes(engine: Engine, most_bytes: int, images: Images) -> int:
    """By how much all stills are more than they may be, in the bytes of their rows; 0 where they are not.

    What the copies add is learned from the files of some stills, spread over all: looking at every file would take a
    city's disk minutes.
    """
    with engine.connect() as connection:
        first, last, total = connection.execute(
            select(func.min(stills.c.seq), func.max(stills.c.seq), func.sum(stills.c.size_bytes))
        ).one()
        if not total:
            return 0
        picked = {first + (last - first) * step // (SAMPLES - 1) for step in range(SAMPLES)}
        sample = connection.execute(select(stills.c.file, stills.c.size_bytes).where(stills.c.seq.in_(picked))).all()
    said = sum(row.size_bytes for row in sample)
    share = max(1.0, sum(images.kept_bytes(row.file) for row in sample) / said) if said else 1.0
    return max(0, round(float(total) - most_bytes / share))


def _shrink(engine: Engine, excess: int, images: Images) -> int:
    """One turn of removing the oldest; 0 bytes where nothing more may be removed."""
    found = list(_until(excess, _removable(engine)))
    with writing(engine) as connection:
        gone = _forget(connection, found)
    for row in gone:
        images.remove(row.file)
    return sum(max(row.size_bytes, 1) for row in gone)


def _removable(engine: Engine, *more: ColumnElement[bool]) -> list[Old]:
    """The oldest stills that may be removed, by receipt. Looked for without holding up who writes: in a large log it
    takes a second."""
    wanted = (
        select(stills.c.seq, stills.c.file, stills.c.size_bytes)
        .where(
            *more,
            stills.c.seq.not_in(to_keep()),
            ~_is_locked(stills, stills.c.taken_at),
            ~_is_locked(stills, stills.c.received_at),
        )
        .order_by(stills.c.seq)
        .limit(MOST_PER_TURN)
    )
    with engine.connect() as connection:
        return [Old(row.seq, row.file, row.size_bytes) for row in connection.execute(wanted)]


def _until(excess: int, oldest: Sequence[Old]) -> Iterator[Old]:
    for row in oldest:
        if excess <= 0:
            return
        excess -= max(row.size_bytes, 1)
        yield row


def _forget(connection: Connection, found: Sequence[Old]) -> list[Old]:
    """Remove the rows of what was found, but for what became evidence, shown or chosen since; those that went."""
    wanted = select(stills.c.seq).where(
        stills.c.seq.in_([row.seq for row in found]),
        stills.c.seq.not_in(pointed_at()),
        ~_is_locked(stills, stills.c.taken_at),
        ~_is_locked(stills, stills.c.received_at),
    )
    seqs = set(connection.scalars(wanted))
    connection.execute(delete(stills).where(stills.c.seq.in_(seqs)))
    forget(connection, list(seqs))
    return [row for row in found if row.seq in seqs]


def _known(column: Column[int]) -> Any:
    """The numbers in a column, for a NOT IN: one NULL among them would make it true of nothing."""
    return select(column).where(column.is_not(None))


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
