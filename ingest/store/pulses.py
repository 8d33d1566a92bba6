"""The signs of life of all processes in the database, and how much of their disks was free over the last days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Row,
    String,
    Table,
    and_,
    delete,
    func,
    select,
    update,
)

from ingest.pulse import Basis, Part, Pulse, Trouble
from ingest.store.tables import UtcTime, metadata, writing
from ingest.store.upsert import put

KEPT = timedelta(days=7)
"""A process that has not been heard for so long is nobody's concern any more."""
SAMPLE_EVERY = timedelta(hours=1)
SAMPLES_KEPT = timedelta(days=14)

pulses = Table(
    "pulses",
    metadata,
    Column("process", String(200), primary_key=True),
    Column("part", String(32), primary_key=True),
    Column("shown", String(200), nullable=False),
    Column("host", String(200), nullable=False),
    Column("version", String(64), nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("beat", BigInteger, nullable=False),
    Column("standing_by", Boolean, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("troubles", JSON, nullable=False),
    Column("basis", JSON),
)
"""One row for each part of each process that ran in the last days."""

disk_samples = Table(
    "disk_samples",
    metadata,
    Column("host", String(200), primary_key=True),
    Column("folder", String(400), primary_key=True),
    Column("at", UtcTime, primary_key=True),
    Column("free_bytes", BigInteger, nullable=False),
)
"""How much was free, once an hour."""

_TROUBLES = TypeAdapter(tuple[Trouble, ...])
_BASIS = TypeAdapter(Basis)
Samples = Mapping[tuple[str, str], Sequence[tuple[datetime, int]]]
"""By host and folder: times and free bytes, the oldest first."""


class SqlPulses:
    """The signs of life in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def beat(self, mine: Sequence[Pulse]) -> None:
        """Write those of one process, and forget what is long gone, in one transaction."""
        with writing(self._engine) as connection:
            put(connection, pulses, [_row(each) for each in mine])
            if mine:
                connection.execute(delete(pulses).where(pulses.c.at < mine[0].at - KEPT))
            for each in mine:
                _sample(connection, each)

    def end(self, process: str, at: datetime) -> None:
        """Write that a process ends in order."""
        with writing(self._engine) as connection:
            connection.execute(update(pulses).where(pulses.c.process == process).values(ended=True, at=at))

    def all(self) -> list[Pulse]:
        """Those of every process that was heard in the last days."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(pulses).order_by(pulses.c.part, pulses.c.started_at))
            return [found for row in rows if (found := _pulse(row)) is not None]

    def samples(self) -> Samples:
        """What was free over the last days."""
        found: dict[tuple[str, str], list[tuple[datetime, int]]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(select(disk_samples).order_by(disk_samples.c.at)):
                found.setdefault((row.host, row.folder), []).append((row.at, row.free_bytes))
        return found


def _sample(connection: Connection, pulse: Pulse) -> None:
    for disk in pulse.basis.disks if pulse.basis else ():
        here = and_(disk_samples.c.host == pulse.host, disk_samples.c.folder == disk.folder)
        last = connection.scalar(select(func.max(disk_samples.c.at)).where(here))
        if last is not None and timedelta(0) <= pulse.at - last < SAMPLE_EVERY:
            continue
        row = {"host": pulse.host, "folder": disk.folder, "at": pulse.at, "free_bytes": disk.free_bytes}
        put(connection, disk_samples, [row])
        connection.execute(delete(disk_samples).where(here, disk_samples.c.at < pulse.at - SAMPLES_KEPT))


def _row(pulse: Pulse) -> dict[str, Any]:
    values = {name: getattr(pulse, name) for name in Pulse.__dataclass_fields__}
    troubles = _TROUBLES.dump_python(pulse.troubles, mode="json")
    basis = None if pulse.basis is None else _BASIS.dump_python(pulse.basis, mode="json")
    return {**values, "troubles": troubles, "basis": basis}


def _pulse(row: Row[Any]) -> Pulse | None:
    """A row as a pulse; None for one of another version of this program that this one does not understand."""
    values = {name: getattr(row, name) for name in Pulse.__dataclass_fields__}
    try:
        troubles = _TROUBLES.validate_python(row.troubles)
        basis = None if row.basis is None else _BASIS.validate_python(row.basis)
        return Pulse(**{**values, "part": Part(row.part), "troubles": troubles, "basis": basis})
    except (ValidationError, ValueError):
        return None
