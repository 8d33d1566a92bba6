"""The tables of the present and how its database is opened."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    create_engine,
    event,
    false,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData()


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC datetimes in and out; SQLite itself keeps no offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without offset, keep the others as UTC."""
        del dialect
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without offset cannot be stored")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the offset back."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """Microseconds since 1970 of an aware time, exact."""
    return (at - EPOCH) // MICROSECOND


class Instant(TypeDecorator[datetime]):
    """Aware UTC datetimes in and out, in SQLite kept as microseconds since 1970.

    For the tables that take every reading: a third of the size of a text, in the row and in each index, and as much
    faster to write.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """A number in SQLite, the database's own type elsewhere."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse a time without offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without offset cannot be stored")
        return microseconds(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The time, in UTC."""
        if value is None:
            return None
        return EPOCH + timedelta(microseconds=value) if dialect.name == "sqlite" else value.astimezone(UTC)


readings = Table(
    "readings",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("gauge_id", String(64), nullable=False),
    Column("quantity", String(32), nullable=False),
    Column("key", String(80), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("value", Float, nullable=False),
    Column("observed_at", Instant, nullable=False),
    Column("device_at", Instant),
    Column("device_seq", BigInteger),
    Column("received_at", Instant, nullable=False),
    Column("quality", String(16), nullable=False),
    Column("reasons", String(128), nullable=False),
    # The key comes first: it begins with the time, so that new rows of all gauges meet on few pages of the index.
    UniqueConstraint("key", "gauge_id", "quantity", "revision"),
    Index("readings_by_time", "gauge_id", "observed_at"),
    Index("readings_by_observed", "observed_at"),
    sqlite_autoincrement=True,
)

latest_readings = Table(
    "latest_readings",
    metadata,
    Column("gauge_id", String(64), primary_key=True),
    Column("quantity", String(32), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("observed_at", Instant, nullable=False),
    Column("good_seq", Integer),
    Column("good_observed_at", Instant),
)

camera_reports = Table(
    "camera_reports",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("camera_id", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("reported_at", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("fps", Float),
    Column("temperature_c", Float),
    Column("storage_pct", Float),
    Column("battery_pct", Float),
    Column("battery_v", Float),
    UniqueConstraint("camera_id", "reported_at", "state"),
    sqlite_autoincrement=True,
)

stills = Table(
    "stills",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("camera_id", String(64), nullable=False),
    Column("taken_at", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("file", String(200), nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("clock_suspect", Integer, nullable=False),
    Column("size_bytes", Integer, nullable=False, server_default="0"),
    Column("clock_stands", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("camera_id", "taken_at", "file"),
    Index("stills_by_receipt", "received_at"),
    sqlite_autoincrement=True,
)

stills_waiting = Table(
    "stills_waiting",
    metadata,
    Column("still_seq", Integer, primary_key=True, autoincrement=False),
    Column("camera_id", String(64), nullable=False),
    Column("taken_at", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Index("stills_waiting_by_time", "camera_id", "taken_at"),
)
"""The stills that nobody has looked at yet."""

looks = Table(
    "looks",
    metadata,
    Column("still_seq", Integer, primary_key=True, autoincrement=False),
    Column("camera_id", String(64), nullable=False),
    Column("taken_at", UtcTime, nullable=False),
    Column("looked_at", UtcTime, nullable=False),
    Column("usable", Boolean, nullable=False),
    Column("refused", String(200), nullable=False),
    Column("faults", String(100), nullable=False),
    Column("seen", String(100), nullable=False),
    Column("figures", JSON, nullable=False),
    Column("miniature", LargeBinary, nullable=False),
    Column("unjudged", String(16), nullable=False, server_default=""),
    Index("looks_by_time", "camera_id", "taken_at"),
)
"""What was seen in each still, written in any order: what waits is in ``stills_waiting``."""

camera_latest = Table(
    "camera_latest",
    metadata,
    Column("camera_id", String(64), primary_key=True),
    Column("report_seq", Integer),
    Column("reported_at", UtcTime),
    Column("shown_seq", Integer),
    Column("shown_at", UtcTime),
    Column("still_at", UtcTime),
    Column("heard_at", UtcTime),
)
"""Of each camera the newest report, the newest still that can be shown, by their own times, and the last receipts."""

camera_memory = Table(
    "camera_memory",
    metadata,
    Column("camera_id", String(64), primary_key=True),
    Column("memory", LargeBinary, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("reference_file", String(200), nullable=False),
    Column("reference_at", UtcTime),
    Column("reference_by", String(200), nullable=False),
    Column("reference_due", Boolean, nullable=False),
)
"""What recognition remembers of each camera, and which still somebody chose as its picture of a normal day:
``reference_due`` until that went into the memory."""

camera_requests = Table(
    "camera_requests",
    metadata,
    Column("camera_id", String(64), primary_key=True),
    Column("asked_at", UtcTime, nullable=False),
    Column("answered_at", UtcTime),
    Column("failing_since", UtcTime),
    Column("failures", Integer, nullable=False),
    Column("cause", String(40), nullable=False),
    Column("sentence", String(500), nullable=False),
)
"""How the requests for the stills of a camera go, written when they begin to fail, at each failure and at the end."""

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("received_at", UtcTime, nullable=False),
    Column("topic", Text, nullable=False),
    Column("reason", String(40), nullable=False, index=True),
    Column("detail", Text, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("envelope", JSON),
    Index("dead_letters_by_reason", "reason", "received_at"),
    sqlite_autoincrement=True,
)


def open_database(url: str) -> Engine:
    """An engine on the present. Use ``writing(engine)`` for a transaction that writes."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _make_durable)
        event.listen(engine, "begin", _begin)
    return engine


def writing(engine: Engine) -> AbstractContextManager[Connection]:
    """A transaction that holds the write lock from its first statement: sequence numbers follow commit order."""
    return engine.execution_options(writes=True).begin()


def _make_durable(connection: Any, _: object) -> None:
    # The driver's own implicit BEGIN comes too late to protect a read that a write depends on.
    connection.isolation_level = None
    # Checkpoints of 16 MB write a page of an index once for many commits; the cache holds the pages in use.
    for pragma in (
        *("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"),
        *("wal_autocheckpoint=4000", "cache_size=-16000"),
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
