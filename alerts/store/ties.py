"""The stills that are tied to changes of alerts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from alerts.pictures.tied import Tied
from alerts.store.tables import transition_stills
from ingest.store.upsert import put


def tie(connection: Connection, tied: Mapping[int, Tied]) -> None:
    """Tie stills to transitions, by their ids, in the caller's transaction; one takes the place of another."""
    put(connection, transition_stills, [{"transition_id": each, **_columns(still)} for each, still in tied.items()])


def tied_to(connection: Connection, transition_ids: Collection[int]) -> dict[int, Tied]:
    """The stills of transitions, by their ids; one without a still is absent."""
    wanted = select(transition_stills).where(transition_stills.c.transition_id.in_(transition_ids))
    return {row.transition_id: _tied(row) for row in connection.execute(wanted)}


class SqlTies:
    """The ties of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, transition_ids: Collection[int]) -> dict[int, Tied]:
        """The stills of transitions, by their ids."""
        if not transition_ids:
            return {}
        with self._engine.connect() as connection:
            return tied_to(connection, transition_ids)


def _columns(tied: Tied) -> dict[str, Any]:
    values = {name: getattr(tied, name) for name in Tied.__dataclass_fields__}
    return {**values, "faults": ",".join(tied.faults)}


def _tied(row: Row[Any]) -> Tied:
    values = {name: getattr(row, name) for name in Tied.__dataclass_fields__}
    return Tied(**{**values, "faults": tuple(row.faults.split(",")) if row.faults else ()})
