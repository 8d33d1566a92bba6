"""Which observation a message is that the broker delivers again, where its key cannot tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection, func, select

from ingest.pipeline import UNDATED
from ingest.readings import Reading
from ingest.store.tables import readings

REDELIVERED_AMONG = 20_000
"""A broker delivers again what was among the last rows when the connection broke: at most the 1,000 messages that it
sends ahead. Its packet numbers begin anew after 65,535 messages, so beyond those rows an alike message is another one.
A number of rows, not a time: a clock may be set, and ingest may be away for days."""

Said: TypeAlias = tuple[str, str, datetime, float]
"""(gauge, quantity, the device's time, value)"""
Delivery: TypeAlias = tuple[str, str, str]
"""(gauge, quantity, beginning of the key)"""


def with_first_keys(connection: Connection, batch: Sequence[Reading]) -> Sequence[Reading]:
    """Give every redelivered observation the key that it had when it came first, if it did."""
    if not any(each.redelivered for each in batch):
        return batch
    after = (connection.scalar(select(func.max(readings.c.seq))) or 0) - REDELIVERED_AMONG
    keys = _last_keys(connection, {each.gauge_id for each in batch if each.redelivered and each.device_at}, after)
    beside: dict[Delivery, str] = {}
    keyed = []
    for each in batch:
        found = _with_first_key(connection, each, beside, keys, after) if each.redelivered else each
        keyed.append(found)
        # What waited while the connection broke is in one batch with its own repetition, and not in the log yet.
        if found.key.startswith(UNDATED):
            beside[_delivery(found)] = found.key
        if found.device_at is not None:
            keys[(found.gauge_id, found.quantity, found.device_at, found.value)] = found.key
    return keyed


def _delivery(reading: Reading) -> Delivery:
    """What a message that is delivered again repeats: all of the key of an undated reading but the time of receipt."""
    return (reading.gauge_id, reading.quantity, reading.key.rpartition(":")[0] + ":")


def _with_first_key(
    connection: Connection, reading: Reading, beside: Mapping[Delivery, str], keys: Mapping[Said, str], after: int
) -> Reading:
    first = None
    if reading.key.startswith(UNDATED):
        first = beside.get(_delivery(reading)) or _alike(connection, reading, after)
    if first is None and reading.device_at is not None:
        first = _judged_otherwise(reading, keys)
    return replace(reading, key=first) if first else reading


def _alike(connection: Connection, reading: Reading, after: int) -> str | None:
    """The last key with the same packet number and content."""
    *_, alike = _delivery(reading)
    # Written so that SQLite finds the few alike ones in the index of the keys: by the index of the gauge it would go
    # through all rows of the gauge, for every message that is delivered again, and hold the write lock for seconds.
    among, gauge_id = readings.c.seq + 0, readings.c.gauge_id + ""
    key: str | None = connection.scalar(
        select(readings.c.key)
        .where(
            # A range and not a pattern: a range can use the index, whatever the database's rules of comparison.
            readings.c.key.between(alike, alike + "~"),
            gauge_id == reading.gauge_id,
            readings.c.quantity == reading.quantity,
            among > after,
        )
        .order_by(among.desc())
        .limit(1)
    )
    return key


def _judged_otherwise(reading: Reading, keys: Mapping[Said, str]) -> str | None:
    """The key of the same word of the device, if its time was doubted then and is believed now, or the reverse.

    That happens where our own clock was set in between. Where both are doubted the time says nothing: a device whose
    clock stands still says the same of all its observations.
    """
    assert reading.device_at is not None
    key = keys.get((reading.gauge_id, reading.quantity, reading.device_at, reading.value))
    if key is None or key.startswith(UNDATED) == reading.key.startswith(UNDATED):
        return None
    return key


def _last_keys(connection: Connection, gauge_ids: set[str], after: int) -> dict[Said, str]:
    """The keys of the last dated rows of these gauges."""
    if not gauge_ids:
        return {}
    columns = (readings.c.gauge_id, readings.c.quantity, readings.c.device_at, readings.c.value, readings.c.key)
    found = connection.execute(
        select(*columns).where(readings.c.seq > after, readings.c.device_at.is_not(None)).order_by(readings.c.seq)
    )
    return {(row[0], row[1], row[2], row[3]): row[4] for row in found if row[0] in gauge_ids}
