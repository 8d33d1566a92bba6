"""The deliveries: what is to be sent to whom, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, or_, select, update

from alerts.deliveries.policy import NO_CHANNEL, given_up
from alerts.records import Delivery, Message, Outcome
from alerts.store.desk import WAITING, Desk, delivery_of, is_due
from alerts.store.tables import channel_use, deliveries, message_transitions, messages
from ingest.store.leases import Fence
from ingest.store.tables import writing

__all__ = ["SqlDeliveries", "add", "delivery_of", "may_have_reached", "withdraw"]


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


def withdraw(connection: Connection, message_id: int, now: datetime, reason: str) -> int:
    """Send none of a message's deliveries that wait, in the caller's transaction; how many there were.

    One that is being sent at this moment is not tried again where that fails.
    """
    of_it = deliveries.c.message_id == message_id
    connection.execute(update(deliveries).where(of_it, deliveries.c.outcome == Outcome.SENDING).values(expires_at=now))
    taken_back = {"outcome": Outcome.WITHDRAWN, "settled_at": now, "error": reason}
    waiting = update(deliveries).where(of_it, deliveries.c.outcome == Outcome.PENDING).values(taken_back)
    return connection.execute(waiting).rowcount


def may_have_reached(connection: Connection, message_id: int) -> list[Delivery]:
    """The deliveries of a message that arrived, or of which nobody can say that they did not.

    A correction goes to these. One that waits and was never begun is not among them: withdraw it first.
    """
    arrived = deliveries.c.outcome.in_([Outcome.SENT, Outcome.SENDING, Outcome.UNKNOWN])
    wanted = select(deliveries).where(deliveries.c.message_id == message_id, or_(arrived, deliveries.c.doubts > 0))
    return [delivery_of(row) for row in connection.execute(wanted.order_by(deliveries.c.id))]


class SqlDeliveries:
    """The deliveries in a database. ``fence`` is asked first in every transaction that an outbox writes."""

    def __init__(self, engine: Engine, fence: Fence | None = None) -> None:
        self._engine = engine
        self._fence = fence

    @contextmanager
    def desk(self, channel: str) -> Iterator[Desk]:
        """A transaction of the outbox of a channel: all of it, or nothing."""
        with writing(self._engine) as connection:
            if self._fence is not None:
                self._fence(connection)
            yield Desk(connection, channel)

    def is_due(self, channel: str, now: datetime) -> bool:
        """Whether an outbox has anything to do: the usual answer is no, and needs no write lock."""
        with self._engine.connect() as connection:
            return is_due(connection, channel, now)

    def of_message(self, message_id: int) -> list[Delivery]:
        """The deliveries of a message."""
        wanted = select(deliveries).where(deliveries.c.message_id == message_id).order_by(deliveries.c.id)
        with self._engine.connect() as connection:
            return [delivery_of(row) for row in connection.execute(wanted)]

    def counts(self) -> dict[tuple[str, Outcome], int]:
        """How many deliveries there are, by channel and outcome."""
        by = (deliveries.c.channel, deliveries.c.outcome)
        with self._engine.connect() as connection:
            found = connection.execute(select(*by, func.count().label("count_")).group_by(*by))
            return {(row.channel, Outcome(row.outcome)): row.count_ for row in found}

    def oldest_waiting(self) -> dict[str, datetime]:
        """By channel: when the message was made that waits longest. A channel where none waits is absent."""
        wanted = (
            select(deliveries.c.channel, func.min(deliveries.c.created_at).label("oldest"))
            .where(deliveries.c.outcome.in_(WAITING), deliveries.c.created_at.is_not(None))
            .group_by(deliveries.c.channel)
        )
        with self._engine.connect() as connection:
            return {row.channel: row.oldest for row in connection.execute(wanted)}

    def given_up_since(self, since: datetime) -> dict[Outcome, int]:
        """Deliveries that failed, or of which nobody knows whether they arrived, since a time, by outcome."""
        given_up = deliveries.c.outcome.in_([Outcome.FAILED, Outcome.UNKNOWN])
        wanted = (
            select(deliveries.c.outcome, func.count().label("count_"))
            .where(deliveries.c.settled_at >= since, given_up)
            .group_by(deliveries.c.outcome)
        )
        with self._engine.connect() as connection:
            return {Outcome(row.outcome): row.count_ for row in connection.execute(wanted)}

    def used(self, month: str) -> Mapping[str, int]:
        """Messages of a month (such as 2026-07, of Japan), by channel."""
        wanted = select(channel_use.c.channel, channel_use.c.used).where(channel_use.c.month == month)
        with self._engine.connect() as connection:
            return {row.channel: row.used for row in connection.execute(wanted)}

    def give_up_without_channel(self, channels: Collection[str], now: datetime) -> int:
        """Give up what waits for a channel that is none of these: nobody would ever send it; how many there were."""
        waiting = select(deliveries.c.channel).where(deliveries.c.outcome.in_(WAITING)).distinct()
        with self._engine.connect() as connection:
            gone = set(connection.scalars(waiting)) - set(channels)
        total = 0
        for each in sorted(gone):
            with self.desk(each) as desk:
                left = desk.waiting()
                desk.settle([given_up(found, NO_CHANNEL.format(channel=each), now) for found in left])
            total += len(left)
        return total

    def give_up_unsettled(self, now: datetime, error: str) -> int:
        """Send none of what waits or was being sent: its outcome becomes unknown; how many there were."""
        unsettled = update(deliveries).where(deliveries.c.outcome.in_(WAITING))
        values = {"outcome": Outcome.UNKNOWN, "settled_at": now, "error": error}
        with writing(self._engine) as connection:
            return connection.execute(unsettled.values(values)).rowcount


def _row_of(delivery: Delivery) -> dict[str, Any]:
    row = {name: getattr(delivery, name) for name in Delivery.__dataclass_fields__ if name != "id"}
    return {**row, "data": dict(delivery.data)}
