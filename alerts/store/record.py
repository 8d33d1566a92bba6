"""The record of the alerts: where each one stands, every transition, and how far the log was considered."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, Row, func, select

from alerts.records import STAGE, Delivery, Incident, Transition
from alerts.rules.findings import UNTOLD, Cause
from alerts.rules.kept import Alert, from_json, to_json
from alerts.store.deliveries import delivery_of
from alerts.store.tables import cursors, deliveries, incidents, message_transitions, standings, transitions
from ingest.store.upsert import put

log = logging.getLogger(__name__)

Key: TypeAlias = tuple[str, str]
"""Rule and subject."""
LEVEL_CHANGES = tuple(each.value for each in Cause if each not in UNTOLD)


class SqlRecord:
    """What may be read of the record."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def alerts(self) -> dict[Key, Alert]:
        """Every alert that is kept, by rule and subject."""
        with self._engine.connect() as connection:
            return dict(_alerts(connection.execute(select(standings))))

    def cursor(self, name: str) -> int:
        """How far a reader of the log or of the transitions is."""
        with self._engine.connect() as connection:
            return cursor(connection, name)

    def last_transition_id(self) -> int:
        """The end of the record."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.max(transitions.c.id))) or 0

    def transitions(self, limit: int = 100, subject_id: str | None = None) -> list[Transition]:
        """The newest transitions of the rule of the stage first, of one gauge or of all."""
        wanted = (
            select(transitions)
            .where(transitions.c.rule == STAGE, transitions.c.cause.in_(LEVEL_CHANGES))
            .order_by(transitions.c.id.desc())
            .limit(limit)
        )
        if subject_id is not None:
            wanted = wanted.where(transitions.c.subject_id == subject_id)
        with self._engine.connect() as connection:
            return [transition_of(row) for row in connection.execute(wanted)]

    def current(self) -> dict[str, Transition]:
        """The newest transition of the rule of the stage of every gauge that ever had one, by gauge."""
        newest = (
            select(func.max(transitions.c.id)).where(transitions.c.rule == STAGE).group_by(transitions.c.subject_id)
        )
        with self._engine.connect() as connection:
            found = connection.execute(select(transitions).where(transitions.c.id.in_(newest)))
            return {row.subject_id: transition_of(row) for row in found}

    def waiting(self) -> list[Incident]:
        """The open incidents that nobody has acknowledged at their present level, the worst first: all of them."""
        wanted = (
            select(incidents)
            .where(incidents.c.closed_at.is_(None), incidents.c.acknowledged_level < incidents.c.level)
            .order_by(incidents.c.level.desc(), incidents.c.id)
        )
        with self._engine.connect() as connection:
            return [Incident(**dict(row._mapping)) for row in connection.execute(wanted)]

    def waiting_since(self, waiting: Sequence[Incident]) -> dict[int, datetime]:
        """By number of an incident, since when it waits: since it first rose above what was acknowledged."""
        begun = func.coalesce(incidents.c.acknowledged_at, incidents.c.opened_at)
        wanted = (
            select(transitions.c.incident_id, func.min(transitions.c.recorded_at))
            .join(incidents, incidents.c.id == transitions.c.incident_id)
            .where(transitions.c.incident_id.in_([each.id for each in waiting]))
            .where(transitions.c.to_level > incidents.c.acknowledged_level, transitions.c.recorded_at >= begun)
            .group_by(transitions.c.incident_id)
        )
        with self._engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(wanted)}

    def transitions_after(self, transition_id: int, limit: int | None = None) -> list[Transition]:
        """The transitions recorded after one, oldest first."""
        wanted = select(transitions).where(transitions.c.id > transition_id).order_by(transitions.c.id).limit(limit)
        with self._engine.connect() as connection:
            return [transition_of(row) for row in connection.execute(wanted)]

    def deliveries_of(self, transition_ids: list[int]) -> dict[int, list[Delivery]]:
        """The deliveries that told of some transitions, by transition."""
        joined = deliveries.join(message_transitions, message_transitions.c.message_id == deliveries.c.message_id)
        wanted = (
            select(deliveries, message_transitions.c.transition_id)
            .select_from(joined)
            .where(message_transitions.c.transition_id.in_(transition_ids))
            .order_by(deliveries.c.id)
        )
        found: dict[int, list[Delivery]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(wanted):
                found.setdefault(row.transition_id, []).append(delivery_of(row))
        return found


def cursor(connection: Connection, name: str) -> int:
    """How far a reader is, within the caller's transaction."""
    return connection.scalar(select(cursors.c.seq).where(cursors.c.name == name)) or 0


def move_cursor(connection: Connection, name: str, seq: int) -> None:
    """Remember how far a reader is now."""
    put(connection, cursors, [{"name": name, "seq": seq}])


def add_transitions(connection: Connection, found: Sequence[Transition]) -> list[int]:
    """Write transitions in order; their ids."""
    if not found:
        return []
    rows = [_columns(each) for each in found]
    insert = transitions.insert().returning(transitions.c.id, sort_by_parameter_order=True)
    return list(connection.scalars(insert, rows))


def keep_alerts(connection: Connection, alerts: Mapping[Key, Alert]) -> None:
    """Write where alerts stand now."""
    rows = [
        {
            "rule": rule,
            "subject_id": subject_id,
            "station_id": each.station_id,
            "level": each.standing.level,
            "told": each.told,
            "standing": to_json(each.standing),
        }
        for (rule, subject_id), each in alerts.items()
    ]
    put(connection, standings, rows)


def transition_of(row: Row[Any]) -> Transition:
    """The transition of a row."""
    return Transition(**{name: getattr(row, name) for name in Transition.__dataclass_fields__})


def _alerts(rows: Any) -> Any:
    for row in rows:
        try:
            standing = from_json(row.standing)
        except ValidationError as error:
            # Losing a danger silently would be the worst: whoever reads this must act.
            log.error("the alert %s of %s cannot be read and begins anew: %s", row.rule, row.subject_id, error)
            continue
        yield (row.rule, row.subject_id), Alert(row.station_id, standing, row.told)


def _columns(transition: Transition) -> dict[str, Any]:
    row = {name: getattr(transition, name) for name in Transition.__dataclass_fields__ if name != "id"}
    return {**row, "detail": dict(transition.detail)}
