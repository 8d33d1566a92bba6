"""The chronology: one ordered record of everything that happened, written with what it tells of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, func, or_, select

from alerts.records import Entry
from alerts.store.tables import chronology, deliveries, message_transitions, transitions

PAGE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: from ``since`` on, before ``until``, of an incident, of stations, of kinds; None or empty: any.

    Of an incident are also the messages that tell of several, with their deliveries: who was told stands there.
    """

    since: datetime | None = None
    until: datetime | None = None
    incident_id: int | None = None
    station_ids: Sequence[str] = ()
    kinds: Sequence[str] = ()


EVERYTHING = Wanted()


def enter(connection: Connection, *entries: Entry) -> list[int]:
    """Write entries, in the transaction of what they tell of; their numbers."""
    rows = [
        {name: getattr(each, name) for name in Entry.__dataclass_fields__ if name not in ("seq", "detail")}
        | {"detail": dict(each.detail)}
        for each in entries
    ]
    if not rows:
        return []
    return list(connection.scalars(chronology.insert().returning(chronology.c.seq, sort_by_parameter_order=True), rows))


def entries(connection: Connection, wanted: Wanted = EVERYTHING, after_seq: int = 0, limit: int = PAGE) -> list[Entry]:
    """The lines that are wanted, in the order in which they were written, after the last one that the caller has."""
    asked = _narrowed(select(chronology), wanted).where(chronology.c.seq > after_seq)
    return [entry_of(row) for row in connection.execute(asked.order_by(chronology.c.seq).limit(limit))]


def newest(connection: Connection, wanted: Wanted = EVERYTHING, limit: int = PAGE) -> list[Entry]:
    """The newest lines first."""
    asked = _narrowed(select(chronology), wanted).order_by(chronology.c.seq.desc()).limit(limit)
    return [entry_of(row) for row in connection.execute(asked)]


def count(connection: Connection, wanted: Wanted = EVERYTHING) -> int:
    """How many lines are wanted."""
    return connection.scalar(_narrowed(select(func.count()).select_from(chronology), wanted)) or 0


class SqlChronology:
    """The chronology for those who read it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def whole(self, wanted: Wanted = EVERYTHING) -> Iterator[Entry]:
        """Every line that is wanted, page by page: a long one never lies in memory whole."""
        seq = 0
        while page := self.page(wanted, seq):
            yield from page
            seq = page[-1].seq

    def page(self, wanted: Wanted = EVERYTHING, after_seq: int = 0, limit: int = PAGE) -> list[Entry]:
        """The next lines after one."""
        with self._engine.connect() as connection:
            return entries(connection, wanted, after_seq, limit)

    def newest(self, wanted: Wanted = EVERYTHING, limit: int = PAGE) -> list[Entry]:
        """The newest lines first."""
        with self._engine.connect() as connection:
            return newest(connection, wanted, limit)

    def count(self, wanted: Wanted = EVERYTHING) -> int:
        """How many lines are wanted."""
        with self._engine.connect() as connection:
            return count(connection, wanted)


def entry_of(row: Row[Any]) -> Entry:
    """The line of a row."""
    return Entry(**{name: getattr(row, name) for name in Entry.__dataclass_fields__})


def _narrowed(asked: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.since is not None:
        asked = asked.where(chronology.c.at >= wanted.since)
    if wanted.until is not None:
        asked = asked.where(chronology.c.at < wanted.until)
    if wanted.incident_id is not None:
        asked = asked.where(_of_incident(wanted.incident_id))
    if wanted.station_ids:
        asked = asked.where(chronology.c.station_id.in_(wanted.station_ids))
    if wanted.kinds:
        asked = asked.where(chronology.c.kind.in_(wanted.kinds))
    return asked


def _of_incident(incident_id: int) -> ColumnElement[bool]:
    told = (
        select(message_transitions.c.message_id)
        .join(transitions, transitions.c.id == message_transitions.c.transition_id)
        .where(transitions.c.incident_id == incident_id)
    )
    handed = select(deliveries.c.id).where(deliveries.c.message_id.in_(told))
    return or_(
        chronology.c.incident_id == incident_id,
        (chronology.c.kind == "message") & chronology.c.ref_id.in_(told),
        (chronology.c.kind == "delivery") & chronology.c.ref_id.in_(handed),
    )
