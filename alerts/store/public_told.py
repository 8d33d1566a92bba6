"""What became of a public message at those whom it was for, in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from alerts.records import Delivery, MessageKind, Outcome
from alerts.store.deliveries import delivery_of
from alerts.store.tables import deliveries, messages


def outcomes(connection: Connection, public_id: int) -> Mapping[str, Mapping[Outcome, int]]:
    """How many deliveries of a message became what, by channel; what staff were told of it is not among them."""
    wanted = (
        select(deliveries.c.channel, deliveries.c.outcome, func.count())
        .where(_of(public_id))
        .group_by(deliveries.c.channel, deliveries.c.outcome)
        .order_by(deliveries.c.channel)
    )
    found: dict[str, dict[Outcome, int]] = {}
    for channel, outcome, count in connection.execute(wanted):
        found.setdefault(channel, {})[Outcome(outcome)] = count
    return found


def missed(connection: Connection, public_id: int, limit: int) -> list[Delivery]:
    """Deliveries that failed, or of which nobody knows whether they arrived, the oldest first."""
    bad = deliveries.c.outcome.in_([Outcome.FAILED, Outcome.UNKNOWN])
    wanted = select(deliveries).where(_of(public_id), bad).order_by(deliveries.c.id).limit(limit)
    return [delivery_of(row) for row in connection.execute(wanted)]


def _of(public_id: int) -> ColumnElement[bool]:
    to_public: Any = messages.c.kind.in_([MessageKind.PUBLIC, MessageKind.CORRECTION])
    return deliveries.c.message_id.in_(select(messages.c.id).where(messages.c.public_id == public_id, to_public))
