"""Where the health of the devices is kept: a small state a gauge, and how far the log was folded into it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import Column, Connection, Engine, Integer, Row, String, Table, Text, delete, select, update

from ingest.health.fold import GaugeState, from_json, to_json
from ingest.readings import Vitals
from ingest.store.protocol import HealthChanges
from ingest.store.tables import UtcTime, metadata, writing
from ingest.store.upsert import insert_into, put
from ingest.store.vitals import vitals_after

log = logging.getLogger(__name__)

MOST_IDS = 500

gauge_health = Table(
    "gauge_health",
    metadata,
    Column("gauge_id", String(64), primary_key=True),
    Column("revision", Integer, nullable=False, index=True),
    Column("state", Text, nullable=False),
)

health_progress = Table(
    "health_progress",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reading_seq", Integer, nullable=False),
    Column("vitals_seq", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("turned_at", UtcTime, nullable=False),
)
"""One row: how far both logs are folded, the number of the newest change, and when somebody looked last."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the logs are folded. ``turned_at`` is None before the first turn."""

    reading_seq: int = 0
    vitals_seq: int = 0
    revision: int = 0
    turned_at: datetime | None = None


class SqlHealth:
    """The health of the devices in a database: one keeper writes, anybody reads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def progress(self) -> Progress:
        """How far the keeper is."""
        with self._engine.connect() as connection:
            return _progress(connection)

    def vitals_after(self, seq: int, limit: int) -> list[Vitals]:
        """What devices said of themselves after ``seq``, in order of sequence."""
        with self._engine.connect() as connection:
            return vitals_after(connection, seq, limit)

    def states(self, gauge_ids: Collection[str]) -> dict[str, GaugeState]:
        """The states of some gauges; those without one are left out."""
        found: dict[str, GaugeState] = {}
        with self._engine.connect() as connection:
            for some in _some(gauge_ids):
                rows = connection.execute(select(gauge_health).where(gauge_health.c.gauge_id.in_(some)))
                found.update(_states(rows))
        return found

    def keep(self, before: Progress, after: Progress, states: Mapping[str, GaugeState]) -> bool:
        """Write states and progress together; False, and nothing is written, where another keeper was faster."""
        changed = replace(after, revision=before.revision + bool(states))
        rows = [
            {"gauge_id": gauge_id, "revision": changed.revision, "state": to_json(state)}
            for gauge_id, state in states.items()
        ]
        with writing(self._engine) as connection:
            if not _advanced(connection, before, changed):
                return False
            put(connection, gauge_health, rows)
        return True

    def retain(self, gauge_ids: Collection[str]) -> int:
        """Forget every other gauge; how many were forgotten."""
        with self._engine.connect() as connection:
            known = connection.scalars(select(gauge_health.c.gauge_id)).all()
        gone = sorted(set(known) - set(gauge_ids))
        if gone:
            with writing(self._engine) as connection:
                for some in _some(gone):
                    connection.execute(delete(gauge_health).where(gauge_health.c.gauge_id.in_(some)))
        return len(gone)

    def changed_after(self, revision: int) -> HealthChanges:
        """The states that were written after a revision, and how far the keeper is."""
        with self._engine.connect() as connection:
            now = _progress(connection)
            rows = connection.execute(select(gauge_health).where(gauge_health.c.revision > revision))
            return HealthChanges(now.revision, now.reading_seq, now.turned_at, _states(rows))


def _some(gauge_ids: Collection[str]) -> Iterator[list[str]]:
    """The ids in portions that a statement takes."""
    listed = list(gauge_ids)
    return (listed[start : start + MOST_IDS] for start in range(0, len(listed), MOST_IDS))


def _progress(connection: Connection) -> Progress:
    row = connection.execute(select(health_progress)).first()
    return Progress(row.reading_seq, row.vitals_seq, row.revision, row.turned_at) if row else Progress()


def _states(rows: Iterable[Row[tuple[str, int, str]]]) -> dict[str, GaugeState]:
    found = {}
    for row in rows:
        try:
            found[row.gauge_id] = from_json(row.state)
        except ValidationError as error:
            log.warning("the state of %s cannot be read and begins anew: %s", row.gauge_id, error)
    return found


def _advanced(connection: Connection, before: Progress, after: Progress) -> bool:
    """Whether this keeper was the one that moved the cursors."""
    values = {
        "reading_seq": after.reading_seq,
        "vitals_seq": after.vitals_seq,
        "revision": after.revision,
        "turned_at": after.turned_at,
    }
    if before.turned_at is None:
        insert = insert_into(connection, health_progress).values(id=1, **values)
        return connection.execute(insert.on_conflict_do_nothing()).rowcount == 1
    moved = connection.execute(
        update(health_progress)
        .where(
            health_progress.c.reading_seq == before.reading_seq,
            health_progress.c.vitals_seq == before.vitals_seq,
            health_progress.c.revision == before.revision,
        )
        .values(values)
    )
    return moved.rowcount == 1
