"""The writing side of the log: a batch in one durable transaction, each observation once.

Most batches hold nothing but new observations, so they are written without looking first: the unique constraint on
the observation is the judge. Only where it objects, or where a message says that it is not new, is looked up what
is there already.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, Table, func, select, tuple_
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ingest.readings import Reading
from ingest.store import rows
from ingest.store.cameras import note_reports, note_stills
from ingest.store.dead_letters import keep_dead_letters
from ingest.store.protocol import Appended, Batch, Unavailable
from ingest.store.redelivered import with_first_keys
from ingest.store.repeated_stills import not_kept_yet
from ingest.store.statements import Statements
from ingest.store.tables import camera_reports, readings, writing
from ingest.store.upsert import insert_into
from ingest.store.vitals import insert_vitals
from ingest.store.waiting import keep_stills

Key: TypeAlias = tuple[str, str, str]
"""(observation key, gauge, quantity)"""
Said: TypeAlias = tuple[float, str]
"""(value, quality) of a revision"""
Fresh: TypeAlias = tuple[Reading, int]
"""A reading that says something new, and its revision"""
ASKED_AT_ONCE = 5_000
"""Keys in one statement: SQLite takes 32,766 parameters unless it was built for more, and a batch of messages that
bring a device's stored history holds more readings than that."""


class SqlAppender:
    """Appends to the log of a database. One process writes at a time, and of its threads one after the other: those who
    wait for SQLite's own lock would sleep longer than it is held."""

    def __init__(self, engine: Engine, fence: Callable[[Connection], None] | None = None) -> None:
        """``fence`` is asked first in every transaction and raises where this process may write no more."""
        self._engine = engine
        self._fence = fence
        self._writing = threading.Lock()
        self._statements = Statements.of(engine.dialect)

    def append(self, batch: Batch) -> Appended:
        """Write all of a batch or nothing; Unavailable where the database cannot write now."""
        try:
            with self._writing:
                return self._append(batch)
        except (DataError, IntegrityError):
            raise
        except (DBAPIError, PoolTimeout) as error:
            raise Unavailable(str(error)) from error

    def _append(self, batch: Batch) -> Appended:
        with writing(self._engine) as connection:
            if self._fence is not None:
                self._fence(connection)
            fresh = self._append_readings(connection, batch.readings)
            insert_vitals(connection, batch.vitals)
            pictures = not_kept_yet(connection, batch.stills)
            appended = Appended(
                readings=fresh,
                duplicates=len(batch.readings) - fresh,
                reports=_insert_new(connection, camera_reports, [rows.row_of_report(each) for each in batch.reports]),
                stills=keep_stills(connection, pictures),
                dead_letters=keep_dead_letters(connection, batch.dead_letters),
            )
            note_reports(connection, batch.reports, late=batch.late)
            note_stills(connection, batch.stills, late=batch.late)
            return appended

    def _append_readings(self, connection: Connection, batch: Sequence[Reading]) -> int:
        if not batch:
            return 0
        keyed = with_first_keys(connection, batch)
        doubtful = {key_of(each) for each in keyed if _is_doubtful(each)}
        fresh = unseen(keyed, _revisions(connection, doubtful)) if doubtful else [(each, 0) for each in keyed]
        try:
            with connection.begin_nested():
                self._insert(connection, fresh)
        except IntegrityError:
            # Something that claimed to be new is there already: look everything up.
            fresh = unseen(keyed, _revisions(connection, {key_of(each) for each in keyed}))
            self._insert(connection, fresh)
        return len(fresh)

    def _insert(self, connection: Connection, fresh: Sequence[Fresh]) -> None:
        if not fresh:
            return
        last = connection.scalar(select(func.max(readings.c.seq))) or 0
        numbered = [(each, last + number, revision) for number, (each, revision) in enumerate(fresh, start=1)]
        self._statements.write(connection, numbered)


def key_of(reading: Reading) -> Key:
    """What names an observation in the log."""
    return (reading.key, reading.gauge_id, reading.quantity)


def _is_doubtful(reading: Reading) -> bool:
    """Whether a reading itself says that there may be an earlier one of the same observation."""
    return reading.redelivered or reading.requalified


def unseen(batch: Iterable[Reading], known: dict[Key, list[Said]]) -> list[Fresh]:
    """The readings that say something new, with their revision. ``known`` holds what was said by key, oldest first.

    The same value again is a repeat. Another value is a correction, unless the broker says that it
    delivers an old message again: then a value that any revision had is a repeat as well.
    A requalification needs something to requalify, and says something new where it changes the quality.
    """
    fresh: list[Fresh] = []
    said = {key: list(each) for key, each in known.items()}
    for reading in batch:
        key = (reading.key, reading.gauge_id, reading.quantity)
        before = said.get(key)
        if before is None:
            if not reading.requalified:
                said[key] = [(reading.value, reading.quality)]
                fresh.append((reading, 0))
        elif _is_news(reading, before):
            fresh.append((reading, len(before)))
            before.append((reading.value, reading.quality))
    return fresh


def _is_news(reading: Reading, before: Sequence[Said]) -> bool:
    if reading.requalified:
        return before[-1][0] == reading.value and before[-1][1] != reading.quality
    if reading.redelivered:
        return all(reading.value != value for value, _ in before)
    return reading.value != before[-1][0]


def _revisions(connection: Connection, keys: Collection[Key]) -> dict[Key, list[Said]]:
    columns = (readings.c.key, readings.c.gauge_id, readings.c.quantity)
    known: dict[Key, list[Said]] = defaultdict(list)
    listed = list(keys)
    for start in range(0, len(listed), ASKED_AT_ONCE):
        found = connection.execute(
            select(*columns, readings.c.value, readings.c.quality)
            .where(tuple_(*columns).in_(listed[start : start + ASKED_AT_ONCE]))
            .order_by(readings.c.revision)
        )
        for key, gauge_id, quantity, value, quality in found:
            known[(key, gauge_id, quantity)].append((value, quality))
    return known


def _insert_new(connection: Connection, table: Table, values: list[dict[str, Any]]) -> int:
    """Insert what is not there yet; a redelivered report is passed over."""
    written = 0
    for row in values:
        written += connection.execute(insert_into(connection, table).values(row).on_conflict_do_nothing()).rowcount
    return written
