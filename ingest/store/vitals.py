"""What devices said of themselves, as a log of its own: written with the batch that brought it, pruned after days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Connection, Engine, Float, Integer, Row, String, Table, delete, select

from ingest.readings import Vitals
from ingest.store.tables import UtcTime, metadata, writing

MOST_PER_TURN = 5_000

vitals = Table(
    "vitals",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("gauge_id", String(64), nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("battery_pct", Float),
    Column("battery_v", Float),
    Column("rssi_dbm", Float),
    Column("snr_db", Float),
    Column("gateways", JSON, nullable=False),
    sqlite_autoincrement=True,
)


def insert_vitals(connection: Connection, said: Sequence[Vitals]) -> int:
    """Append to the log within the caller's transaction (of ``writing``); how many rows.

    A redelivered message brings its vitals again, with their old time: nothing counts them, and nothing takes them for
    the present.
    """
    if said:
        connection.execute(vitals.insert(), [_row(each) for each in said])
    return len(said)


def vitals_after(connection: Connection, seq: int, limit: int) -> list[Vitals]:
    """What came after ``seq``, in order of sequence."""
    found = connection.execute(select(vitals).where(vitals.c.seq > seq).order_by(vitals.c.seq).limit(limit))
    return [_vitals(row) for row in found]


def prune_vitals(engine: Engine, before: datetime) -> int:
    """Remove what was received before a time, oldest first and at most MOST_PER_TURN rows; how many were removed."""
    with writing(engine) as connection:
        oldest = connection.execute(
            select(vitals.c.seq, vitals.c.received_at).order_by(vitals.c.seq).limit(MOST_PER_TURN)
        )
        old = [row.seq for row in oldest if row.received_at < before]
        if old:
            connection.execute(delete(vitals).where(vitals.c.seq.in_(old)))
    return len(old)


def _row(said: Vitals) -> dict[str, Any]:
    return {
        "gauge_id": said.gauge_id,
        "received_at": said.received_at,
        "battery_pct": said.battery_pct,
        "battery_v": said.battery_v,
        "rssi_dbm": said.rssi_dbm,
        "snr_db": said.snr_db,
        "gateways": list(said.gateways),
    }


def _vitals(row: Row[Any]) -> Vitals:
    return Vitals(
        gauge_id=row.gauge_id,
        received_at=row.received_at,
        battery_pct=row.battery_pct,
        battery_v=row.battery_v,
        rssi_dbm=row.rssi_dbm,
        snr_db=row.snr_db,
        gateways=tuple(row.gateways),
        seq=row.seq,
    )
