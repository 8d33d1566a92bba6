"""The chronology: one ordered record of everything that happened, written with what it tells of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, func, or_, select

from alerts.chronology.wanted import EVERYTHING, PAGE, Wanted
from alerts.records import Entry
from alerts.store.tables import chronology, deliveries, message_transitions, transitions

__all__ = ["EVERYTHING", "PAGE", "SqlChronology", "Wanted", "count", "enter", "entries", "entry_of", "newest"]

ACTORS_OF = 5_000
"""Lines back in which those who wrote of late are looked for."""


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


def newest(
    connection: Connection, wanted: Wanted = EVERYTHING, limit: int = PAGE, before_seq: int | None = None
) -> list[Entry]:
    """The lines before one, the newest first."""
    asked = _narrowed(select(chronology), wanted).order_by(chronology.c.seq.desc()).limit(limit)
    if before_seq is not None:
        asked = asked.where(chronology.c.seq < before_seq)
    return [entry_of(row) for row in connection.execute(asked)]


def count(connection: Connection, wanted: Wanted = EVERYTHING, after_seq: int = 0) -> int:
    """How many lines are wanted after one."""
    asked = _narrowed(select(func.count()).select_from(chronology), wanted).where(chronology.c.seq > after_seq)
    return connection.scalar(asked) or 0


class SqlChronology:
    """The chronology for those who read it: chronology.wanted.ChronologyLog."""

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

    def newest(self, wanted: Wanted = EVERYTHING, limit: int = PAGE, before_seq: int | None = None) -> list[Entry]:
        """The lines before one, the newest first."""
        with self._engine.connect() as connection:
            return newest(connection, wanted, limit, before_seq)

    def count(self, wanted: Wanted = EVERYTHING, after_seq: int = 0) -> int:
        """How many lines are wanted after one."""
        with self._engine.connect() as connection:
            return count(connection, wanted, after_seq)

    def last_seq(self) -> int:
        """The number of the newest line, 0 before the first."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.max(chronology.c.seq))) or 0

    def counts(self, wanted: Wanted = EVERYTHING) -> dict[str, int]:
        """How many lines are wanted, by kind."""
        asked = _narrowed(select(chronology.c.kind, func.count().label("number")), wanted).group_by(chronology.c.kind)
        with self._engine.connect() as connection:
            return {row.kind: row.number for row in connection.execute(asked)}

    def actors(self) -> list[str]:
        """Who wrote of late, by name."""
        late = select(chronology.c.actor).order_by(chronology.c.seq.desc()).limit(ACTORS_OF).subquery()
        with self._engine.connect() as connection:
            found = connection.scalars(select(late.c.actor).distinct())
            return sorted(each for each in found if each)


def entry_of(row: Row[Any]) -> Entry:
    """The line of a row."""
    return Entry(**{name: getattr(row, name) for name in Entry.__dataclass_fields__})


def _narrowed(asked: Select[Any], wanted: Wanted) -> Select[Any]:
    return asked.where(*_conditions(wanted))


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield chronology.c.at >= wanted.since
    if wanted.until is not None:
        yield chronology.c.at < wanted.until
    if wanted.incident_id is not None:
        yield _of_incident(wanted.incident_id)
    for column in ("station_id", "kind", "actor"):
        if values := getattr(wanted, f"{column}s"):
            yield chronology.c[column].in_(values)
    if wanted.templates:
        yield chronology.c.detail["line"].as_string().in_(wanted.templates)
    if wanted.text:
        yield or_(
            *(column.icontains(wanted.text, autoescape=True) for column in (chronology.c.text, chronology.c.actor))
        )


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
