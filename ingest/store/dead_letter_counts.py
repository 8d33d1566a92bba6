"""The counts of refused messages: how many of a topic and of a reason were kept on a day, and totals for good.

They decide what is still kept, so they are read and written in the transaction that keeps the letters: each batch with
one question and two statements, since a device gone wild writes fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, Connection, Integer, String, Table, Text, func, select

from ingest.readings import DeadLetter
from ingest.store.protocol import BusyTopic, DeadLetterSummary
from ingest.store.tables import UtcTime, dead_letters, metadata
from ingest.store.upsert import put

MOST_PER_TOPIC, MOST_BYTES_PER_TOPIC = 1_000, 4_000_000
"""Kept of one topic and day."""
MOST_PER_REASON, MOST_BYTES_PER_REASON = 50_000, 64_000_000
"""Kept for one reason and day."""
COUNTED_FOR = timedelta(days=30)
BUSIEST = 10
EVERY_TOPIC = "*"
ASKED_AT_ONCE = 500

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


Key = tuple[str, str, str]
"""(day, reason, topic)"""


@dataclass
class _Counts:
    """The counts of a topic on a day, of all topics on a day, or of a reason."""

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


def choose(connection: Connection, letters: Sequence[DeadLetter]) -> list[DeadLetter]:
    """Those of the letters for which there is room, in the caller's transaction; all of them are counted."""
    days = _days(connection, letters)
    totals: dict[str, _Counts] = {}
    chosen = []
    for letter in letters:
        topic, every = days[_key(letter, letter.topic)], days[_key(letter, EVERY_TOPIC)]
        size = len(letter.head)
        takes = topic.has_room(size, MOST_PER_TOPIC, MOST_BYTES_PER_TOPIC)
        takes = takes and every.has_room(size, MOST_PER_REASON, MOST_BYTES_PER_REASON)
        for counts in (topic, every, totals.setdefault(letter.reason, _Counts())):
            counts.count(letter, takes)
        if takes:
            chosen.append(letter)
    _write_days(connection, days)
    _write_totals(connection, totals)
    return chosen


def _key(letter: DeadLetter, topic: str) -> Key:
    return (f"{letter.received_at.astimezone(UTC):%Y-%m-%d}", letter.reason, topic)


def _days(connection: Connection, letters: Sequence[DeadLetter]) -> dict[Key, _Counts]:
    """The counts that the letters touch, as they are in the database."""
    found = {_key(each, topic): _Counts() for each in letters for topic in (each.topic, EVERY_TOPIC)}
    day = dead_letter_days.c
    dates, reasons = {key[0] for key in found}, {key[1] for key in found}
    topics = sorted({key[2] for key in found})
    for start in range(0, len(topics), ASKED_AT_ONCE):
        some = topics[start : start + ASKED_AT_ONCE]
        wanted = select(dead_letter_days).where(day.day.in_(dates), day.reason.in_(reasons), day.topic.in_(some))
        for row in connection.execute(wanted):
            if (row.day, row.reason, row.topic) in found:
                counts = _Counts(row.kept, row.kept_bytes, row.passed_over, row.newest_at)
                found[(row.day, row.reason, row.topic)] = counts
    return found


def _write_days(connection: Connection, days: dict[Key, _Counts]) -> None:
    rows = [
        {"day": day, "reason": reason, "topic": topic}
        | {name: getattr(counts, name) for name in ("kept", "kept_bytes", "passed_over", "newest_at")}
        for (day, reason, topic), counts in days.items()
        if topic == EVERY_TOPIC or counts.kept
    ]
    put(connection, dead_letter_days, rows)


def _write_totals(connection: Connection, counted: dict[str, _Counts]) -> None:
    known = {row.reason: row for row in connection.execute(select(dead_letter_totals))}
    rows = []
    for reason, counts in counted.items():
        row = known.get(reason)
        rows.append(
            {
                "reason": reason,
                "refused": (row.refused if row else 0) + counts.kept + counts.passed_over,
                "passed_over": (row.passed_over if row else 0) + counts.passed_over,
                "retried": row.retried if row else 0,
                "newest_at": counts.newest_at,
            }
        )
    put(connection, dead_letter_totals, rows)


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
