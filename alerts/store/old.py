"""The tables of the alerts, and the transactions on them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    func,
    or_,
    select,
    update,
)

from alerts.records import Delivery, Outcome, Transition
from alerts.rules import LevelState
from ingest.store.tables import UtcTime, metadata, writing

alert_states = Table(
    "alert_states",
    metadata,
    Column("gauge_id", String(64), primary_key=True),
    Column("hazard", Integer, nullable=False),
    Column("unconfirmed", Boolean, nullable=False),
    Column("observed_at", UtcTime),
    Column("below", Text, nullable=False),
)

alert_cursors = Table(
    "alert_cursors",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("seq", Integer, nullable=False),
)

transitions = Table(
    "transitions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("gauge_id", String(64), nullable=False, index=True),
    Column("station_id", String(64), nullable=False),
    Column("from_hazard", Integer, nullable=False),
    Column("to_hazard", Integer, nullable=False),
    Column("stage_m", Float, nullable=False),
    Column("observed_at", UtcTime, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("reading_seq", Integer, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("unconfirmed", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("transition_id", Integer, ForeignKey("transitions.id"), nullable=False, index=True),
    Column("recipient_id", String(64), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("address", String(500), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("settled_at", UtcTime),
    Column("error", Text, nullable=False),
    Index("deliveries_due", "channel", "outcome", "due_at"),
    sqlite_autoincrement=True,
)

CURSOR = "level"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A transition and the deliveries that it causes; their ids are given when they are written."""

    transition: Transition
    deliveries: Sequence[Delivery]


class SqlAlerts:
    """The alerts in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cursor(self) -> int:
        """The last sequence number of the log that the rule has considered."""
        with self._engine.connect() as connection:
            return _cursor(connection)

    def states(self, gauge_ids: set[str]) -> dict[str, LevelState]:
        """The alert state of gauges; those that never had one are absent."""
        with self._engine.connect() as connection:
            found = connection.execute(select(alert_states).where(alert_states.c.gauge_id.in_(gauge_ids)))
            return {row.gauge_id: _state_of(row) for row in found}

    def record(self, cursor: int, seq: int, states: Mapping[str, LevelState], recorded: Sequence[Recorded]) -> bool:
        """States, transitions, deliveries and the cursor in one transaction: all of it, or nothing.

        Nothing, and False, where the cursor is no longer at ``cursor``: another engine has considered the same.
        """
        with writing(self._engine) as connection:
            if _cursor(connection) != cursor:
                return False
            for each in recorded:
                _insert(connection, each)
            _replace_states(connection, states)
            connection.execute(alert_cursors.delete().where(alert_cursors.c.name == CURSOR))
            connection.execute(alert_cursors.insert().values(name=CURSOR, seq=seq))
        return True

    def lease(self, channel: str, now: datetime, without: Collection[str] = ()) -> Delivery | None:
        """Take the next delivery of a channel that is due, and mark it as being sent.

        New ones come before those that have failed already. A new one is always due: a clock that is set back must
        not hold it. ``without`` names recipients to be passed over.
        """
        due = (
            select(deliveries)
            .where(
                deliveries.c.channel == channel,
                deliveries.c.outcome == Outcome.PENDING,
                or_(deliveries.c.due_at <= now, deliveries.c.attempts == 0),
                deliveries.c.recipient_id.not_in(without),
            )
            .order_by(deliveries.c.attempts, deliveries.c.due_at, deliveries.c.id)
            .limit(1)
        )
        with self._engine.connect() as connection:
            if connection.execute(due).first() is None:
                return None  # the usual case, which needs no write lock
        with writing(self._engine) as connection:
            row = connection.execute(due).first()
            if row is None:
                return None
            leased = replace(_delivery_of(row), outcome=Outcome.SENDING, attempts=row.attempts + 1)
            _settle(connection, leased)
            return leased

    def settle(self, delivery: Delivery) -> None:
        """Write what became of a delivery."""
        with writing(self._engine) as connection:
            _settle(connection, delivery)

    def interrupted(self) -> list[Delivery]:
        """Deliveries that were being sent when the process ended: whether they arrived is unknown."""
        with self._engine.connect() as connection:
            found = connection.execute(select(deliveries).where(deliveries.c.outcome == Outcome.SENDING))
            return [_delivery_of(row) for row in found]

    def delivery_counts(self) -> dict[str, int]:
        """How many deliveries there are, by outcome."""
        counted = select(deliveries.c.outcome, func.count().label("count_")).group_by(deliveries.c.outcome)
        with self._engine.connect() as connection:
            return {row.outcome: row.count_ for row in connection.execute(counted)}

    def oldest_waiting(self) -> datetime | None:
        """When the change was recorded whose message waits longest; None where none waits."""
        waiting = deliveries.c.outcome.in_([Outcome.PENDING, Outcome.SENDING])
        joined = deliveries.join(transitions, transitions.c.id == deliveries.c.transition_id)
        with self._engine.connect() as connection:
            found = connection.scalar(select(func.min(transitions.c.recorded_at)).select_from(joined).where(waiting))
        return found if isinstance(found, datetime) else None

    def failed_since(self, since: datetime) -> int:
        """Deliveries that were given up since a time."""
        failed = (deliveries.c.outcome == Outcome.FAILED) & (deliveries.c.settled_at >= since)
        with self._engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(deliveries).where(failed)) or 0

    def give_up_unsettled(self, now: datetime, error: str) -> int:
        """Send none of what waits or was being sent: its outcome becomes unknown; how many there were."""
        unsettled = deliveries.c.outcome.in_([Outcome.PENDING, Outcome.SENDING])
        values = {"outcome": Outcome.UNKNOWN, "settled_at": now, "error": error}
        with writing(self._engine) as connection:
            return connection.execute(update(deliveries).where(unsettled).values(values)).rowcount

    def last_transition_id(self) -> int:
        """The end of the record."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.max(transitions.c.id))) or 0

    def transitions(self, limit: int = 100, gauge_id: str | None = None) -> list[Transition]:
        """The newest transitions first, of one gauge or of all."""
        wanted = select(transitions).order_by(transitions.c.id.desc()).limit(limit)
        if gauge_id is not None:
            wanted = wanted.where(transitions.c.gauge_id == gauge_id)
        with self._engine.connect() as connection:
            return [_transition_of(row) for row in connection.execute(wanted)]

    def current(self) -> dict[str, Transition]:
        """The newest transition of every gauge that ever had one, by gauge: its alert is at ``to_hazard``."""
        newest = select(func.max(transitions.c.id)).group_by(transitions.c.gauge_id)
        with self._engine.connect() as connection:
            found = connection.execute(select(transitions).where(transitions.c.id.in_(newest)))
            return {row.gauge_id: _transition_of(row) for row in found}

    def transitions_after(self, transition_id: int) -> list[Transition]:
        """The transitions recorded after one, oldest first."""
        wanted = select(transitions).where(transitions.c.id > transition_id).order_by(transitions.c.id)
        with self._engine.connect() as connection:
            return [_transition_of(row) for row in connection.execute(wanted)]

    def deliveries_of(self, transition_ids: list[int]) -> list[Delivery]:
        """The deliveries that some transitions caused."""
        wanted = select(deliveries).where(deliveries.c.transition_id.in_(transition_ids)).order_by(deliveries.c.id)
        with self._engine.connect() as connection:
            return [_delivery_of(row) for row in connection.execute(wanted)]


def _cursor(connection: Connection) -> int:
    return connection.scalar(select(alert_cursors.c.seq).where(alert_cursors.c.name == CURSOR)) or 0


def _insert(connection: Connection, recorded: Recorded) -> None:
    row = _columns(recorded.transition)
    transition_id = connection.scalar(transitions.insert().values(row).returning(transitions.c.id))
    for delivery in recorded.deliveries:
        connection.execute(deliveries.insert().values(_columns(replace(delivery, transition_id=transition_id))))


def _columns(record: Transition | Delivery) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__ if name != "id"}


def _replace_states(connection: Connection, states: Mapping[str, LevelState]) -> None:
    if not states:
        return
    connection.execute(alert_states.delete().where(alert_states.c.gauge_id.in_(list(states))))
    connection.execute(alert_states.insert(), [_row_of_state(gauge_id, each) for gauge_id, each in states.items()])


def _row_of_state(gauge_id: str, state: LevelState) -> dict[str, Any]:
    below = {str(level): since.isoformat() for level, since in state.below.items()}
    return {
        "gauge_id": gauge_id,
        "hazard": state.hazard,
        "unconfirmed": state.unconfirmed,
        "observed_at": state.observed_at,
        "below": json.dumps(below),
    }


def _state_of(row: Row[Any]) -> LevelState:
    below = {int(level): datetime.fromisoformat(since) for level, since in json.loads(row.below).items()}
    return LevelState(row.hazard, row.unconfirmed, row.observed_at, below)


def _settle(connection: Connection, delivery: Delivery) -> None:
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery.id)
        .values(
            outcome=delivery.outcome,
            attempts=delivery.attempts,
            due_at=delivery.due_at,
            settled_at=delivery.settled_at,
            error=delivery.error,
        )
    )


def _transition_of(row: Row[Any]) -> Transition:
    return Transition(**{name: getattr(row, name) for name in Transition.__dataclass_fields__})


def _delivery_of(row: Row[Any]) -> Delivery:
    values = {name: getattr(row, name) for name in Delivery.__dataclass_fields__}
    return Delivery(**{**values, "outcome": Outcome(row.outcome)})
