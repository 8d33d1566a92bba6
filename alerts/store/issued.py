"""Issued alert levels in the database: each entry a row, nothing changed afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select

from alerts.chronology.words import STAFF, line
from alerts.issued import Announced, IssuedLevel, WrongIssue, check, standing
from alerts.store.chronology import enter
from alerts.store.tables import issued_levels
from ingest.clock import Clock
from ingest.stations import Registry, named
from ingest.store.tables import writing

KIND = "issued"
"""The kind of the entries in the chronology."""


class SqlIssuedLevels:
    """``registry`` gives the one in service; ``drill`` marks what is entered as an exercise."""

    def __init__(self, engine: Engine, registry: Callable[[], Registry], clock: Clock, *, drill: bool = False) -> None:
        self._engine = engine
        self._registry = registry
        self._clock = clock
        self._drill = drill

    def mark(self) -> int:
        """It grows with every entry."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.max(issued_levels.c.id))) or 0

    def in_force(self) -> list[IssuedLevel]:
        """What stands now, the gravest first."""
        with self._engine.connect() as connection:
            return _in_force(connection, self._drill)

    def newest(self, limit: int = 50) -> list[IssuedLevel]:
        """What was entered, the newest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(issued_levels).order_by(issued_levels.c.id.desc()).limit(limit))
            return [_of(row) for row in rows]

    def enter(self, by: str, announced: Announced) -> IssuedLevel:
        """Keep an announcement, with its line of the chronology."""
        now, registry = self._clock.now(), self._registry()
        tidy = replace(announced, issued_by=" ".join(announced.issued_by.split()))
        place = _place(tidy, registry)
        with writing(self._engine) as connection:
            check(tidy, _in_force(connection, self._drill), now)
            made = IssuedLevel(tidy, by, now, self._drill)
            kept = replace(made, id=connection.execute(_insert(made)).scalar_one())
            values = {
                "issued_level": tidy.level,
                "place": place,
                "issued_by": tidy.issued_by,
                "issued_at": tidy.issued_at,
                "area": tidy.area,
            }
            name = "issued" if tidy.level else "issued_lifted"
            enter(connection, line(now, KIND, name, values, actor=by, station_id=tidy.station_id, ref_id=kept.id))
        return kept


def _place(announced: Announced, registry: Registry) -> str:
    """The place in the language of the city's staff; WrongIssue where there is none of that name."""
    if announced.station_id:
        if announced.station_id not in registry.stations:
            raise WrongIssue(f"there is no station {announced.station_id}", "place")
        return named(registry.stations[announced.station_id].name, STAFF)
    if announced.area and announced.area not in registry.areas:
        raise WrongIssue(f"there is no area {announced.area}", "place")
    return announced.area or named(registry.city.name, STAFF)


def _insert(made: IssuedLevel) -> Any:
    asked = made.announced
    return (
        issued_levels.insert()
        .values(
            level=asked.level,
            area=asked.area,
            station_id=asked.station_id,
            issued_by=asked.issued_by,
            issued_at=asked.issued_at,
            entered_by=made.entered_by,
            entered_at=made.entered_at,
            drill=made.drill,
        )
        .returning(issued_levels.c.id)
    )


def _in_force(connection: Connection, drill: bool) -> list[IssuedLevel]:
    """An exercise and the real thing never take each other's place."""
    newest = (
        select(func.max(issued_levels.c.id))
        .where(issued_levels.c.drill.is_(drill))
        .group_by(issued_levels.c.area, issued_levels.c.station_id)
    )
    rows = connection.execute(select(issued_levels).where(issued_levels.c.id.in_(newest)).order_by(issued_levels.c.id))
    return standing(_of(row) for row in rows)


def _of(row: Row[Any]) -> IssuedLevel:
    announced = Announced(row.level, row.issued_by, row.issued_at, row.area, row.station_id)
    return IssuedLevel(announced, row.entered_by, row.entered_at, row.drill, row.id)
