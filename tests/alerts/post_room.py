"""Deliveries in a database, and the outboxes that send them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Engine as Database
from sqlalchemy import select

from alerts.channels.channel import Channel
from alerts.deliveries.limits import OutboxSettings
from alerts.deliveries.outbox import Outbox
from alerts.records import Delivery, Entry, Message, MessageKind, Outcome
from alerts.store.chronology import SqlChronology
from alerts.store.deliveries import SqlDeliveries, add
from alerts.store.desk import delivery_of
from alerts.store.tables import deliveries
from ingest.clock import Clock
from ingest.store.tables import writing
from tests.alerts.night import DUSK, HandClock


def delivery(
    name: str,
    channel: str = "any",
    address: str = "x",
    level: int = 3,
    due_at: datetime = DUSK,
    expires_at: datetime | None = None,
) -> Delivery:
    """A message for one recipient."""
    subject = "【危険度3】藤井川"
    return Delivery(
        name, channel, address, subject, "水位: 3.10 m\n", due_at, str(uuid4()), level=level, expires_at=expires_at
    )


def told(database: Database, *to: Delivery, at: datetime = DUSK) -> int:
    """A message with these deliveries, waiting to be sent; its id."""
    with writing(database) as connection:
        return add(connection, Message(MessageKind.ALERT, at, 3, "fujii", incident_id=7), to)


def outbox(
    database: Database,
    channel: Channel,
    clock: Clock,
    settings: OutboxSettings | None = None,
    name: str = "any",
    permitted: Callable[[], bool] = lambda: True,
) -> Outbox:
    """An outbox without its thread."""
    return Outbox(name, channel, SqlDeliveries(database), clock, settings, permitted=permitted)


def everything(database: Database) -> list[Delivery]:
    """Every delivery of the record."""
    with database.connect() as connection:
        return [delivery_of(row) for row in connection.execute(select(deliveries).order_by(deliveries.c.id))]


def kept(database: Database) -> dict[str, Delivery]:
    """The newest delivery of every recipient."""
    return {each.recipient_id: each for each in everything(database)}


def the_one(database: Database) -> Delivery:
    """The only delivery of the record."""
    (found,) = everything(database)
    return found


def entries(database: Database) -> list[Entry]:
    """The chronology."""
    return list(SqlChronology(database).whole())


def due_in_s(found: Delivery, clock: HandClock) -> float:
    """How long until it is due."""
    return (found.due_at - clock.now()).total_seconds()


def marked_by_one_that_died(database: Database, *names: str, clock: HandClock, channel: str = "any") -> None:
    """Deliveries of these recipients are marked as being sent, and whoever marked them is gone."""
    with SqlDeliveries(database).desk(channel) as desk:
        found = [each for each in kept(database).values() if each.recipient_id in names]
        assert {each.outcome for each in found} == {Outcome.PENDING}
        desk.mark(found, clock.now())
