"""The deliveries: what is to be sent to whom, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from alerts.records import Delivery, Message, Outcome
from alerts.store.tables import deliveries, message_transitions, messages


def add(connection: Connection, message: Message, to: Sequence[Delivery]) -> int:
    """Write a message with its deliveries, in the transaction of what it tells of; the message's id.

    The deliveries get the message's id, and its time as ``created_at``.
    """
    row = {name: getattr(message, name) for name in messages.c.keys() if name != "id"}  # noqa: SIM118
    message_id: int = connection.execute(messages.insert().values(row).returning(messages.c.id)).scalar_one()
    told = [{"message_id": message_id, "transition_id": each} for each in dict.fromkeys(message.transition_ids)]
    if told:
        connection.execute(message_transitions.insert(), told)
    if to:
        rows = [_row_of(replace(each, message_id=message_id, created_at=message.at)) for each in to]
        connection.execute(deliveries.insert(), rows)
    return message_id


def delivery_of(row: Row[Any]) -> Delivery:
    """The delivery of a row."""
    values = {name: getattr(row, name) for name in Delivery.__dataclass_fields__}
    return Delivery(**{**values, "outcome": Outcome(row.outcome)})


def _row_of(delivery: Delivery) -> dict[str, Any]:
    row = {name: getattr(delivery, name) for name in Delivery.__dataclass_fields__ if name != "id"}
    return {**row, "data": dict(delivery.data)}
