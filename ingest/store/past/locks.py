"""Evidence: spans of time of a gauge or a camera that nothing may remove until somebody lets go of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Column, Connection, Engine, Index, Integer, String, Table, Text, select, update

from ingest.store.past.protocol import Span
from ingest.store.tables import Instant, UtcTime, metadata, writing

evidence_locks = Table(
    "evidence_locks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("gauge_id", String(64), nullable=False),
    Column("since", Instant, nullable=False),  # as the readings' times are, which they are compared with
    Column("until", Instant),
    Column("by", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("released_at", UtcTime),
    Column("released_by", String(200)),
    Index("evidence_locks_by_gauge", "gauge_id"),
    Index("evidence_locks_by_holder", "by"),
    sqlite_autoincrement=True,
)

camera_locks = Table(
    "camera_locks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("camera_id", String(64), nullable=False),
    Column("since", UtcTime, nullable=False),  # as the stills' times are
    Column("until", UtcTime),
    Column("by", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("released_at", UtcTime),
    Column("released_by", String(200)),
    Index("camera_locks_by_camera", "camera_id"),
    Index("camera_locks_by_holder", "by"),
    sqlite_autoincrement=True,
)
"""The same for the stills and reports of cameras."""


@dataclass(frozen=True, slots=True)
class Locked:
    """What is locked together."""

    gauge_ids: Sequence[str] = ()
    camera_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """Who locks, why, and when that was said."""

    by: str
    reason: str
    at: datetime


FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Lock:
    """What a gauge observed in [since, until] is evidence; without ``until`` everything from ``since`` on."""

    id: int
    gauge_id: str
    since: datetime
    until: datetime | None
    by: str
    reason: str
    at: datetime

    @property
    def span(self) -> Span:
        """The locked time."""
        return self.since, self.until or FOR_EVER


class SqlLocks:
    """The locks of a database. A lock holds until it is released; nothing else ends it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def lock(
        self, gauge_ids: Sequence[str], since: datetime, until: datetime | None, by: str, reason: str, at: datetime
    ) -> list[int]:
        """Lock a span of gauges, all of them or none; the numbers of the locks."""
        with writing(self._engine) as connection:
            return lock(connection, Locked(gauge_ids), since, until, Said(by, reason, at))

    def locks(self, gauge_id: str | None = None) -> list[Lock]:
        """The locks that hold, of one gauge or of all."""
        with self._engine.connect() as connection:
            found = holding(connection)
        return [each for each in found if gauge_id in (None, each.gauge_id)]

    def release(self, lock_id: int, by: str, at: datetime) -> bool:
        """Let go of a lock; False where it does not hold any more. Who held it and who let go stays written."""
        wanted = (evidence_locks.c.id == lock_id) & evidence_locks.c.released_at.is_(None)
        with writing(self._engine) as connection:
            done = connection.execute(update(evidence_locks).where(wanted).values(released_at=at, released_by=by))
        return done.rowcount == 1

    def spans(self) -> Mapping[str, Sequence[Span]]:
        """The locked spans by gauge."""
        by_gauge: dict[str, list[Span]] = defaultdict(list)
        for each in self.locks():
            by_gauge[each.gauge_id].append(each.span)
        return by_gauge


def lock(connection: Connection, what: Locked, since: datetime, until: datetime | None, said: Said) -> list[int]:
    """Lock a span of gauges and cameras within the caller's transaction; the numbers of the locks of gauges."""
    if until is not None and until < since:
        raise ValueError("a lock ends after it begins")
    return lock_open_ended(connection, [(what, since, said)], until)


def lock_open_ended(
    connection: Connection, wanted: Sequence[tuple[Locked, datetime, Said]], until: datetime | None = None
) -> list[int]:
    """Many locks at once, without an end where none is given; the numbers of those of gauges."""
    gauges, cameras = [], []
    for what, since, said in wanted:
        values = {"since": since, "until": until, "by": said.by, "reason": said.reason, "at": said.at}
        gauges += [{"gauge_id": each, **values} for each in what.gauge_ids]
        cameras += [{"camera_id": each, **values} for each in what.camera_ids]
    if cameras:
        connection.execute(camera_locks.insert(), cameras)
    if not gauges:
        return []
    return list(connection.scalars(evidence_locks.insert().returning(evidence_locks.c.id), gauges))


def end_locks(connection: Connection, by: str, until: datetime) -> int:
    """Give the open-ended locks of somebody an end, within the caller's transaction; they go on holding what lies
    before it. How many there were."""
    return sum(
        connection.execute(
            update(table)
            .where(table.c.by == by, table.c.until.is_(None), table.c.released_at.is_(None))
            .values(until=until)
        ).rowcount
        for table in (evidence_locks, camera_locks)
    )


def holding(connection: Connection) -> list[Lock]:
    """The locks that hold, within the caller's transaction."""
    wanted = select(evidence_locks).where(evidence_locks.c.released_at.is_(None)).order_by(evidence_locks.c.id)
    return [
        Lock(row.id, row.gauge_id, row.since, row.until, row.by, row.reason, row.at)
        for row in connection.execute(wanted)
    ]
