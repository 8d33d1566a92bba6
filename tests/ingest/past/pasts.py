"""Readings as the log gives them, and the past in a file."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from ingest.readings import Quality, Reading, Reason
from ingest.store.past import sqlite
from ingest.store.past.instants import own_key
from ingest.store.past.protocol import Past
from ingest.store.past.sqlite import SqlitePast
from ingest.store.tables import microseconds, open_database
from tests.ingest.cities import NOON

YEARS = (NOON - timedelta(days=3650), NOON + timedelta(days=3650))
_SEQ: Iterator[int] = itertools.count(1)


def sqlite_past(folder: Path) -> SqlitePast:
    """A fresh file."""
    engine = open_database(f"sqlite:///{folder / 'past.db'}")
    sqlite.metadata.create_all(engine)
    return SqlitePast(engine)


def dated(
    value: float,
    at: datetime = NOON,
    gauge: str = "fujii-01",
    quality: Quality = Quality.GOOD,
    revision: int = 0,
    reasons: tuple[Reason, ...] = (),
    device_seq: int | None = None,
) -> Reading:
    """A reading that its device dated and whose time is believed."""
    return Reading(
        gauge_id=gauge,
        value=value,
        observed_at=at,
        received_at=at + timedelta(seconds=1.000001),
        key=own_key(microseconds(at)),
        quality=quality,
        reasons=reasons,
        device_at=at,
        device_seq=device_seq,
        seq=next(_SEQ),
        revision=revision,
    )


def undated(value: float, key: str, at: datetime = NOON, device_at: datetime | None = None) -> Reading:
    """A reading that counts at its receipt."""
    return Reading("fujii-01", value, at, at, key, device_at=device_at, seq=next(_SEQ))


def everything(past: Past, gauge: str = "fujii-01") -> set[Reading]:
    """All that the past has of a gauge; fails where anything is there twice."""
    rows = past.rows(gauge, [YEARS])
    assert len(rows) == len(set(rows))
    return set(rows)
