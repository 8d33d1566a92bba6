"""A real database for tests of ingest."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, select

from ingest.pipeline import observation_key
from ingest.readings import DeadLetter, Quality, Reading
from ingest.sight.look import Look
from ingest.store.cameras import keep_look
from ingest.store.dead_letters import DeadLetters, Wanted
from ingest.store.registry import registry_items
from ingest.store.rows import still_of
from ingest.store.tables import metadata, open_database, stills, stills_waiting, writing
from ingest.store.waiting import end_wait
from tests.ingest.cities import NOON, reading_message


def database(folder: Path) -> Engine:
    """A fresh database file with all tables of ingest."""
    assert registry_items.metadata is metadata
    engine = open_database(f"sqlite:///{folder / 'test.db'}")
    metadata.create_all(engine)
    return engine


def reading(
    stage_m: float,
    minute: float = 0,
    *,
    gauge: str = "fujii-01",
    quality: Quality = Quality.GOOD,
    redelivered: bool = False,
) -> Reading:
    """A reading dated by its device, ``minute`` minutes after noon."""
    at = NOON + timedelta(minutes=minute)
    key = observation_key(at, reading_message("{}"))
    received_at = NOON + timedelta(days=1)  # all of them: what is older than another one is late
    return Reading(gauge, stage_m, at, received_at, key, quality=quality, device_at=at, redelivered=redelivered)


def look_at_all(engine: Engine, now: datetime | None = None) -> None:
    """Look at every still that was not looked at, and find it good: when it came, or ``now``."""
    with writing(engine) as connection:
        waiting = connection.execute(
            select(stills).join(stills_waiting, stills.c.seq == stills_waiting.c.still_seq).order_by(stills.c.seq)
        )
        seen = [still_of(row) for row in waiting]
        for still in seen:
            look = Look(still.seq, still.camera_id, still.taken_at, now or still.received_at)
            keep_look(connection, look, still.received_at)
        end_wait(connection, [still.seq for still in seen])


def newest_letters(engine: Engine, limit: int = 100) -> list[DeadLetter]:
    """Refused messages, newest first."""
    return DeadLetters(engine).find(Wanted(), limit)


def undated(stage_m: float, received_at: datetime, packet_id: int, *, redelivered: bool = False) -> Reading:
    """A reading without a time of its own, as the broker delivered it."""
    arrived = reading_message(
        f'{{"stage_m": {stage_m}}}', received_at=received_at, packet_id=packet_id, redelivered=redelivered
    )
    key = observation_key(None, arrived)
    return Reading("fujii-01", stage_m, received_at, received_at, key, redelivered=redelivered)
