"""Refused messages: kept whole where they are small, bounded in number and in bytes, and counted for good.

A device gone wild must neither fill the disk nor push out what others sent: of one topic and for one reason only so
much is kept a day, and what is passed over is counted. The oldest go first where all together are too many.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, func, select, update

from ingest.readings import DeadLetter
from ingest.store.dead_letter_counts import COUNTED_FOR, choose, dead_letter_days, dead_letter_totals
from ingest.store.tables import dead_letters, writing

MOST, MOST_BYTES = 100_000, 256_000_000
"""Kept in all; beyond, ``prune_dead_letters`` removes the oldest."""
MOST_PER_TURN = 5_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters are asked for; all of them by default. ``topic`` may have ``*`` for any characters."""

    ids: Collection[int] = ()
    reason: str | None = None
    topic: str | None = None
    since: datetime | None = None


def keep_dead_letters(connection: Connection, letters: Sequence[DeadLetter]) -> int:
    """Count letters and keep those for which there is room, in the caller's transaction; how many were refused."""
    if letters and (chosen := choose(connection, letters)):
        connection.execute(dead_letters.insert(), [_row(each) for each in chosen])
    return len(letters)


def prune_dead_letters(engine: Engine, now: datetime, most: int = MOST, most_bytes: int = MOST_BYTES) -> int:
    """Remove the oldest letters beyond what is kept in all, at most MOST_PER_TURN; how many were removed."""
    with writing(engine) as connection:
        oldest_day = f"{(now - COUNTED_FOR).astimezone(UTC):%Y-%m-%d}"
        connection.execute(delete(dead_letter_days).where(dead_letter_days.c.day < oldest_day))
        beyond = _newest_too_many(connection, most, most_bytes)
        old = select(dead_letters.c.id).where(dead_letters.c.id <= beyond).order_by(dead_letters.c.id)
        return connection.execute(delete(dead_letters).where(dead_letters.c.id.in_(old.limit(MOST_PER_TURN)))).rowcount


def _newest_too_many(connection: Connection, most: int, most_bytes: int) -> int:
    """The id of the newest letter that is too many; 0 where none is."""
    newest_first = dead_letters.c.id.desc()
    running = select(
        dead_letters.c.id,
        func.row_number().over(order_by=newest_first).label("number"),
        func.sum(func.length(dead_letters.c.head)).over(order_by=newest_first).label("bytes"),
    ).subquery()
    too_many = (running.c.number > most) | (running.c.bytes > most_bytes)
    return connection.scalar(select(func.max(running.c.id)).where(too_many)) or 0


class DeadLetters:
    """The refused messages of a database, for people and for a retry."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, wanted: Wanted, limit: int = 100, before_id: int | None = None) -> list[DeadLetter]:
        """Letters, newest first; ``before_id`` goes on where the last call ended."""
        query = select(dead_letters).where(*_conditions(wanted)).order_by(dead_letters.c.id.desc()).limit(limit)
        if before_id is not None:
            query = query.where(dead_letters.c.id < before_id)
        with self._engine.connect() as connection:
            return [_letter(row) for row in connection.execute(query)]

    def made_good(self, letter: DeadLetter) -> bool:
        """Remove a letter whose message was kept after all; False where somebody else did so already."""
        with writing(self._engine) as connection:
            if not connection.execute(delete(dead_letters).where(dead_letters.c.id == letter.id)).rowcount:
                return False
            totals = dead_letter_totals.c
            connection.execute(
                update(dead_letter_totals).where(totals.reason == letter.reason).values(retried=totals.retried + 1)
            )
        return True

    def still_refused(self, letter: DeadLetter, reason: str, detail: str) -> None:
        """Write why a letter is refused today."""
        with writing(self._engine) as connection:
            connection.execute(
                update(dead_letters).where(dead_letters.c.id == letter.id).values(reason=reason, detail=detail)
            )


def _conditions(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if wanted.ids:
        yield dead_letters.c.id.in_(list(wanted.ids))
    if wanted.reason is not None:
        yield dead_letters.c.reason == wanted.reason
    if wanted.topic is not None:
        pattern = wanted.topic.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("*", "%")
        yield dead_letters.c.topic.like(pattern, escape="\\")
    if wanted.since is not None:
        yield dead_letters.c.received_at >= wanted.since


def _row(letter: DeadLetter) -> dict[str, Any]:
    envelope = {
        "packet_id": letter.packet_id,
        "redelivered": letter.redelivered,
        "retained": letter.retained,
        "properties": dict(letter.properties),
    }
    return {
        "received_at": letter.received_at,
        "topic": letter.topic,
        "reason": letter.reason,
        "detail": letter.detail,
        "head": letter.head,
        "size_bytes": letter.size_bytes,
        "envelope": envelope,
    }


def _letter(row: Row[Any]) -> DeadLetter:
    return DeadLetter(
        topic=row.topic,
        received_at=row.received_at,
        reason=row.reason,
        detail=row.detail,
        head=row.head,
        size_bytes=row.size_bytes,
        id=row.id,
        **(row.envelope or {}),
    )
