"""Refused messages: kept whole where they are small, bounded in number and in bytes, and counted for good.

A device gone wild must neither fill the disk nor push out what others sent: of one topic and for one reason only so
much is kept a day, and what is passed over is counted. The oldest go first where all together are too many.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from ingest.readings import DeadLetter
from ingest.store.protocol import BusyTopic, DeadLetterSummary
from ingest.store.tables import UtcTime, dead_letters, metadata, writing

MOST_PER_TOPIC, MOST_BYTES_PER_TOPIC = 1_000, 4_000_000
"""Kept of one topic and day."""
MOST_PER_REASON, MOST_BYTES_PER_REASON = 50_000, 64_000_000
"""Kept for one reason and day."""
MOST, MOST_BYTES = 100_000, 256_000_000
"""Kept in all; beyond, ``prune_dead_letters`` removes the oldest."""
MOST_PER_TURN = 5_000
COUNTED_FOR = timedelta(days=30)
BUSIEST = 10
EVERY_TOPIC = "*"

dead_letter_days = Table(
    "dead_letter_days",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("reason", String(40), primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("kept", Integer, nullable=False),
    Column("kept_bytes", Integer, nullable=False),
    Column("passed_over", Integer, nullable=False),
    Column("newest_at", UtcTime, nullable=False),
)
"""What was refused on a day (in UTC) of a topic, and in the row of EVERY_TOPIC all of it. A topic of which nothing
could be kept any more has no row of its own: their number is bounded by what is kept."""

dead_letter_totals = Table(
    "dead_letter_totals",
    metadata,
    Column("reason", String(40), primary_key=True),
    Column("refused", Integer, nullable=False),
    Column("passed_over", Integer, nullable=False),
    Column("retried", Integer, nullable=False),
    Column("newest_at", UtcTime, nullable=False),
)
"""Since the beginning: all that were refused, those of them not kept, those that a retry made good."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters are asked for; all of them by default. ``topic`` may have ``*`` for any characters."""

    ids: Collection[int] = ()
    reason: str | None = None
    topic: str | None = None
    since: datetime | None = None


def keep_dead_letters(connection: Connection, letters: Sequence[DeadLetter]) -> int:
    """Count letters and keep those for which there is room, in the caller's transaction; how many were refused."""
    if letters:
        room = _Room(connection)
        chosen = [each for each in letters if room.takes(each)]
        if chosen:
            connection.execute(dead_letters.insert(), [_row(each) for each in chosen])
        room.write()
    return len(letters)


@dataclass
class _Day:
    """The counts of a topic, or of all topics, on one day."""

    kept: int = 0
    kept_bytes: int = 0
    passed_over: int = 0
    newest_at: datetime | None = None

    def has_room(self, size_bytes: int, most: int, most_bytes: int) -> bool:
        return self.kept < most and self.kept_bytes + size_bytes <= most_bytes

    def count(self, letter: DeadLetter, kept: bool) -> None:
        self.kept += kept
        self.kept_bytes += len(letter.head) if kept else 0
        self.passed_over += not kept
        self.newest_at = max(self.newest_at or letter.received_at, letter.received_at)


class _Room:
    """The counts that a batch of letters touches: read once, kept here, written once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._days: dict[tuple[str, str, str], _Day] = {}
        self._refused: dict[str, _Day] = {}

    def takes(self, letter: DeadLetter) -> bool:
        """Whether a letter is to be kept; it is counted either way."""
        size = len(letter.head)
        of_topic, of_all = self._day(letter, letter.topic), self._day(letter, EVERY_TOPIC)
        takes = of_topic.has_room(size, MOST_PER_TOPIC, MOST_BYTES_PER_TOPIC) and of_all.has_room(
            size, MOST_PER_REASON, MOST_BYTES_PER_REASON
        )
        for counts in (of_topic, of_all, self._refused.setdefault(letter.reason, _Day())):
            counts.count(letter, takes)
        return takes

    def write(self) -> None:
        """Write the counts back."""
        for (day, reason, topic), counts in self._days.items():
            if topic == EVERY_TOPIC or counts.kept:
                _replace(self._connection, dead_letter_days, _day_row(day, reason, topic, counts))
        for reason, counts in self._refused.items():
            _add_to_totals(self._connection, reason, counts)

    def _day(self, letter: DeadLetter, topic: str) -> _Day:
        key = (f"{letter.received_at.astimezone(UTC):%Y-%m-%d}", letter.reason, topic)
        if key not in self._days:
            day = dead_letter_days.c
            wanted = select(dead_letter_days).where(day.day == key[0], day.reason == key[1], day.topic == topic)
            row = self._connection.execute(wanted).first()
            self._days[key] = _Day(row.kept, row.kept_bytes, row.passed_over, row.newest_at) if row else _Day()
        return self._days[key]


def _day_row(day: str, reason: str, topic: str, counts: _Day) -> dict[str, Any]:
    return {
        "day": day,
        "reason": reason,
        "topic": topic,
        "kept": counts.kept,
        "kept_bytes": counts.kept_bytes,
        "passed_over": counts.passed_over,
        "newest_at": counts.newest_at,
    }


def _add_to_totals(connection: Connection, reason: str, counts: _Day) -> None:
    row = connection.execute(select(dead_letter_totals).where(dead_letter_totals.c.reason == reason)).first()
    values = {
        "reason": reason,
        "refused": (row.refused if row else 0) + counts.kept + counts.passed_over,
        "passed_over": (row.passed_over if row else 0) + counts.passed_over,
        "retried": row.retried if row else 0,
        "newest_at": counts.newest_at,
    }
    _replace(connection, dead_letter_totals, values)


def _replace(connection: Connection, table: Table, values: dict[str, Any]) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table).values(values)
    keys = [column.name for column in table.primary_key]
    changes = {name: value for name, value in values.items() if name not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=changes))


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


def summary(connection: Connection) -> DeadLetterSummary:
    """The counts of all that was refused since the beginning, and the topics that were busiest in the last days."""
    totals = list(connection.execute(select(dead_letter_totals).order_by(dead_letter_totals.c.reason)))
    counted = select(dead_letters.c.reason, func.count().label("letters")).group_by(dead_letters.c.reason)
    return DeadLetterSummary(
        counts={row.reason: row.refused for row in totals},
        kept={row.reason: row.letters for row in connection.execute(counted)},
        passed_over={row.reason: row.passed_over for row in totals if row.passed_over},
        retried={row.reason: row.retried for row in totals if row.retried},
        newest_at=max((row.newest_at for row in totals), default=None),
        busiest=tuple(_busiest(connection)),
    )


def _busiest(connection: Connection) -> Iterable[BusyTopic]:
    day = dead_letter_days.c
    count = func.sum(day.kept + day.passed_over)
    query = (
        select(day.topic, count.label("refused"), func.sum(day.passed_over).label("passed_over"))
        .add_columns(func.max(day.newest_at).label("newest_at"))
        .where(day.topic != EVERY_TOPIC)
        .group_by(day.topic)
        .order_by(count.desc(), day.topic)
        .limit(BUSIEST)
    )
    for row in connection.execute(query):
        yield BusyTopic(row.topic, row.refused, row.passed_over, row.newest_at)


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
