"""Silences and maintenance in the database, within the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, select, update

from alerts.records import Maintenance, Silence
from alerts.store.tables import maintenance, silences


def silences_in_force(connection: Connection, at: datetime) -> list[Silence]:
    """Those that mute at a time."""
    return [silence_of(row) for row in connection.execute(_in_force(silences, at))]


def maintenance_in_force(connection: Connection, at: datetime) -> list[Maintenance]:
    """The work that goes on at a time."""
    return [maintenance_of(row) for row in connection.execute(_in_force(maintenance, at))]


def add_silence(connection: Connection, silence: Silence) -> int:
    """Keep a new one; its id."""
    row = _columns(silence) | {"station_ids": list(silence.station_ids), "rules": list(silence.rules)}
    made: int = connection.execute(silences.insert().values(row).returning(silences.c.id)).scalar_one()
    return made


def add_maintenance(connection: Connection, work: Maintenance) -> int:
    """Keep a new one; its id."""
    row = _columns(work) | {"gauge_ids": list(work.gauge_ids)}
    made: int = connection.execute(maintenance.insert().values(row).returning(maintenance.c.id)).scalar_one()
    return made


def silence(connection: Connection, silence_id: int) -> Silence | None:
    """One silence, held until the end of the transaction."""
    row = connection.execute(select(silences).where(silences.c.id == silence_id).with_for_update()).one_or_none()
    return None if row is None else silence_of(row)


def one_maintenance(connection: Connection, maintenance_id: int) -> Maintenance | None:
    """One maintenance, held until the end of the transaction."""
    wanted = select(maintenance).where(maintenance.c.id == maintenance_id).with_for_update()
    row = connection.execute(wanted).one_or_none()
    return None if row is None else maintenance_of(row)


def end_silence(connection: Connection, silence_id: int, ends_at: datetime, by: str) -> None:
    """Let it end at a time, by a person."""
    values = {"ends_at": ends_at, "ended_by": by}
    connection.execute(update(silences).where(silences.c.id == silence_id).values(values))


def end_maintenance(connection: Connection, maintenance_id: int, ends_at: datetime, by: str = "") -> None:
    """Let it end at another time; ``by`` whom, where that is before its time."""
    values = {"ends_at": ends_at, "ended_by": by}
    connection.execute(update(maintenance).where(maintenance.c.id == maintenance_id).values(values))


def silences_since(connection: Connection, since: datetime) -> list[Silence]:
    """Those that had not ended at a time, the planned ones included; the newest first."""
    return [silence_of(row) for row in connection.execute(_not_ended(silences, since))]


def maintenance_since(connection: Connection, since: datetime) -> list[Maintenance]:
    """Those that had not ended at a time, the planned ones included; the newest first."""
    return [maintenance_of(row) for row in connection.execute(_not_ended(maintenance, since))]


class SqlMutes:
    """Silences and work on gauges for those who read them: desks.MuteLog, records.MaintenanceLog."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def silence(self, silence_id: int) -> Silence | None:
        """One silence, None where there is none of that number."""
        with self._engine.connect() as connection:
            return silence(connection, silence_id)

    def silences(self, since: datetime) -> list[Silence]:
        """Those that had not ended at a time, the planned ones included; the newest first."""
        with self._engine.connect() as connection:
            return silences_since(connection, since)

    def one_maintenance(self, maintenance_id: int) -> Maintenance | None:
        """One piece of work, None where there is none of that number."""
        with self._engine.connect() as connection:
            return one_maintenance(connection, maintenance_id)

    def maintenance(self, since: datetime) -> list[Maintenance]:
        """What had not ended at a time, the planned ones included; the newest first."""
        with self._engine.connect() as connection:
            return maintenance_since(connection, since)

    def maintenance_noted(self, since: datetime, after: int) -> list[Maintenance]:
        """The same, and what was noted after the work of a number, however long ago it ended."""
        wanted = select(maintenance).where((maintenance.c.ends_at > since) | (maintenance.c.id > after))
        with self._engine.connect() as connection:
            return [maintenance_of(row) for row in connection.execute(wanted.order_by(maintenance.c.id.desc()))]


def silence_of(row: Row[Any]) -> Silence:
    """The silence of a row."""
    values = {name: getattr(row, name) for name in Silence.__dataclass_fields__}
    return Silence(**values | {"station_ids": tuple(row.station_ids), "rules": tuple(row.rules)})


def maintenance_of(row: Row[Any]) -> Maintenance:
    """The maintenance of a row."""
    values = {name: getattr(row, name) for name in Maintenance.__dataclass_fields__}
    return Maintenance(**values | {"gauge_ids": tuple(row.gauge_ids)})


def _columns(each: Silence | Maintenance) -> dict[str, Any]:
    return {name: getattr(each, name) for name in each.__dataclass_fields__ if name != "id"}


def _in_force(table: Table, at: datetime) -> Any:
    return select(table).where(table.c.begins_at <= at, table.c.ends_at > at).order_by(table.c.id)


def _not_ended(table: Table, since: datetime) -> Any:
    return select(table).where(table.c.ends_at > since).order_by(table.c.id.desc())
