"""The writing side of the log: a batch in one durable transaction, each observation once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ingest.pipeline import UNDATED
from ingest.readings import Quality, Reading
from ingest.store import rows
from ingest.store.protocol import Appended, Batch, Unavailable
from ingest.store.tables import camera_reports, dead_letters, latest_readings, readings, stills, writing

REDELIVERED_WITHIN = timedelta(days=1)
"""A broker redelivers within a session; beyond a day an alike message is another one."""

Key = tuple[str, str, str]
"""(gauge, quantity, observation key)"""


class SqlAppender:
    """Appends to the log of a database. One process writes at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def append(self, batch: Batch) -> Appended:
        """Write all of a batch or nothing; Unavailable where the database cannot write now."""
        try:
            return self._append(batch)
        except (DataError, IntegrityError):
            raise
        except (DBAPIError, PoolTimeout) as error:
            raise Unavailable(str(error)) from error

    def _append(self, batch: Batch) -> Appended:
        with writing(self._engine) as connection:
            fresh = _append_readings(connection, batch.readings)
            return Appended(
                readings=len(fresh),
                duplicates=len(batch.readings) - len(fresh),
                reports=_insert_new(connection, camera_reports, [rows.row_of_report(each) for each in batch.reports]),
                stills=_insert_new(connection, stills, [rows.row_of_still(each) for each in batch.stills]),
                dead_letters=_insert_dead_letters(connection, batch),
            )


def _append_readings(connection: Connection, batch: Sequence[Reading]) -> list[Reading]:
    if not batch:
        return []
    keyed = _with_first_keys(connection, batch)
    fresh = unseen(keyed, _revisions(connection, keyed))
    if fresh:
        last = connection.scalar(select(func.max(readings.c.seq))) or 0
        fresh = [replace(each, seq=last + number) for number, each in enumerate(fresh, start=1)]
        connection.execute(readings.insert(), [rows.row_of_reading(each) for each in fresh])
        _update_latest(connection, fresh)
    return fresh


def unseen(batch: Iterable[Reading], known: dict[Key, list[float]]) -> list[Reading]:
    """The readings that say something new, with their revision. ``known`` holds the values by key, oldest first.

    The same value again is a repeat. Another value is a correction, unless the broker says that it
    delivers an old message again: then a value that any revision had is a repeat as well.
    """
    fresh = []
    values = defaultdict(list, {key: list(each) for key, each in known.items()})
    for reading in batch:
        before = values[_key(reading)]
        if before and (reading.value == before[-1] or (reading.redelivered and reading.value in before)):
            continue
        fresh.append(replace(reading, revision=len(before)))
        before.append(reading.value)
    return fresh


def _key(reading: Reading) -> Key:
    return (reading.gauge_id, reading.quantity, reading.key)


def _revisions(connection: Connection, batch: Sequence[Reading]) -> dict[Key, list[float]]:
    columns = (readings.c.gauge_id, readings.c.quantity, readings.c.key)
    found = connection.execute(
        select(*columns, readings.c.value)
        .where(tuple_(*columns).in_([_key(each) for each in batch]))
        .order_by(readings.c.revision)
    )
    known: dict[Key, list[float]] = defaultdict(list)
    for gauge_id, quantity, key, value in found:
        known[(gauge_id, quantity, key)].append(value)
    return known


def _with_first_keys(connection: Connection, batch: Sequence[Reading]) -> list[Reading]:
    """Give a redelivered observation without a believed time the key that it had when it came first, if it did."""
    return [
        _with_first_key(connection, each) if each.redelivered and each.key.startswith(UNDATED) else each
        for each in batch
    ]


def _with_first_key(connection: Connection, reading: Reading) -> Reading:
    alike = reading.key.rpartition(":")[0] + ":"
    first = connection.scalar(
        select(readings.c.key)
        .where(
            readings.c.gauge_id == reading.gauge_id,
            readings.c.quantity == reading.quantity,
            readings.c.key.startswith(alike, autoescape=True),
            readings.c.received_at >= reading.received_at - REDELIVERED_WITHIN,
        )
        .order_by(readings.c.seq.desc())
        .limit(1)
    )
    return replace(reading, key=first) if first else reading


@dataclass
class _Newest:
    """The newest reading of a gauge and the newest good one, as far as the batch has been gone through."""

    newest: Reading | None = None
    good: Reading | None = None

    def see(self, reading: Reading) -> None:
        if _gives_way(self.newest, reading):
            self.newest = reading
        if reading.quality is Quality.GOOD and _gives_way(self.good, reading):
            self.good = reading


def _gives_way(known: Reading | None, reading: Reading) -> bool:
    """Whether a reading is newer. One known from after its receipt was dated by a clock of ours that was set back."""
    if known is None or reading.observed_at >= known.observed_at:
        return True
    return known.observed_at > reading.received_at


def _update_latest(connection: Connection, fresh: Sequence[Reading]) -> None:
    newest = _newest_known(connection, {(each.gauge_id, each.quantity) for each in fresh})
    for reading in fresh:
        newest[(reading.gauge_id, reading.quantity)].see(reading)
    values = [
        {
            "gauge_id": gauge_id,
            "quantity": quantity,
            "seq": each.newest.seq,
            "good_seq": each.good.seq if each.good else None,
        }
        for (gauge_id, quantity), each in newest.items()
        if each.newest is not None
    ]
    insert = _insert(connection, latest_readings)
    upsert = insert.on_conflict_do_update(
        index_elements=["gauge_id", "quantity"],
        set_={"seq": insert.excluded.seq, "good_seq": insert.excluded.good_seq},
    )
    connection.execute(upsert, values)


def _newest_known(connection: Connection, gauges: set[tuple[str, Any]]) -> dict[tuple[str, str], _Newest]:
    newest: dict[tuple[str, str], _Newest] = defaultdict(_Newest)
    found = connection.execute(
        select(readings)
        .join(latest_readings, readings.c.seq.in_([latest_readings.c.seq, latest_readings.c.good_seq]))
        .where(tuple_(latest_readings.c.gauge_id, latest_readings.c.quantity).in_(list(gauges)))
    )
    for reading in map(rows.reading_of, found):
        newest[(reading.gauge_id, reading.quantity)].see(reading)
    return newest


def _insert_new(connection: Connection, table: Table, values: list[dict[str, Any]]) -> int:
    """Insert what is not there yet; a redelivered report or still is passed over."""
    written = 0
    for row in values:
        written += connection.execute(_insert(connection, table).values(row).on_conflict_do_nothing()).rowcount
    return written


def _insert(connection: Connection, table: Table) -> Any:
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def _insert_dead_letters(connection: Connection, batch: Batch) -> int:
    if batch.dead_letters:
        connection.execute(dead_letters.insert(), [rows.row_of_dead_letter(each) for each in batch.dead_letters])
    return len(batch.dead_letters)
