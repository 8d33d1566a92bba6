"""One transaction of an outbox: what finished is settled, what comes next is marked, all of it or nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, or_, select, update

from alerts.deliveries.policy import LONGEST_WAIT_S, Candidate
from alerts.deliveries.told import outcome_entry
from alerts.records import URGENT_LEVEL, Delivery, Entry, Outcome
from alerts.store.chronology import enter
from alerts.store.tables import channel_use, deliveries, messages
from ingest.store.upsert import put

WAITING = (Outcome.PENDING, Outcome.SENDING)
SETTLED = ("outcome", "attempts", "doubts", "due_at", "settled_at", "receipt", "error")
LONGEST_RECEIPT = 200
MOST_EXPIRED = 200
RECENT = 50_000
"""Rows among which those of the last minute are looked for after a takeover."""


class Desk:
    """The deliveries of one channel within a transaction."""

    def __init__(self, connection: Connection, channel: str) -> None:
        self._connection = connection
        self._channel = channel

    def settle(self, became: Sequence[Delivery]) -> None:
        """Write what became of deliveries, and what is final of it into the chronology."""
        if not became:
            return
        statement = (
            update(deliveries)
            .where(deliveries.c.id == bindparam("id_"), _waits())
            .values({name: bindparam(f"new_{name}") for name in SETTLED})
        )
        self._connection.execute(statement, [_settled(each) for each in became])
        self._tell([each for each in became if each.settled_at is not None])

    def candidates(
        self, now: datetime, most: int, busy: Collection[Delivery], resting: Collection[str]
    ) -> list[Candidate]:
        """Some of what may be begun: the most pressing of the new ones and of those that failed before.

        ``busy`` are being sent: their recipients get nothing more at the same time, but what is urgent does not wait
        for what is not. Of ``resting`` recipients only what is urgent and new.
        """
        urgent = deliveries.c.level >= URGENT_LEVEL
        free = deliveries.c.recipient_id.not_in({each.recipient_id for each in busy})
        overtakes = deliveries.c.recipient_id.not_in({each.recipient_id for each in busy if each.level >= URGENT_LEVEL})
        well = deliveries.c.recipient_id.not_in(resting)
        at_once = or_(free, urgent & overtakes)
        new, again = _new() & or_(well, urgent), _again(now) & well
        return [each for due in (new, again) for each in self._candidates(due & at_once, most)]

    def read(self, ids: Sequence[int]) -> list[Delivery]:
        """Deliveries by id, in this order."""
        found = self._connection.execute(select(deliveries).where(deliveries.c.id.in_(ids)))
        by_id = {row.id: delivery_of(row) for row in found}
        return [by_id[each] for each in ids]

    def mark(self, chosen: Sequence[Delivery], now: datetime) -> list[Delivery]:
        """As being sent from now on; each attempt is counted before it is made."""
        marked = [replace(each, outcome=Outcome.SENDING, attempts=each.attempts + 1, began_at=now) for each in chosen]
        if marked:
            values = {"outcome": Outcome.SENDING, "attempts": deliveries.c.attempts + 1, "began_at": now}
            statement = update(deliveries).where(deliveries.c.id.in_([each.id for each in marked])).values(values)
            self._connection.execute(statement)
        return marked

    def expired(self, now: datetime) -> list[Delivery]:
        """Some of those that wait though their time is over."""
        over = (deliveries.c.outcome == Outcome.PENDING) & (deliveries.c.expires_at <= now)
        return self._deliveries(over, MOST_EXPIRED)

    def left_sending(self, without: Collection[int] = ()) -> list[Delivery]:
        """Those marked as being sent, which somebody else must have marked; ``without`` are ours."""
        return self._deliveries((deliveries.c.outcome == Outcome.SENDING) & deliveries.c.id.not_in(without))

    def waiting(self) -> list[Delivery]:
        """All that waits, or was being sent."""
        return self._deliveries(_waits())

    def begun_since(self, since: datetime) -> list[datetime]:
        """When the newest attempts were begun."""
        newest = select(deliveries.c.id).order_by(deliveries.c.id.desc()).offset(RECENT).limit(1).scalar_subquery()
        wanted = select(deliveries.c.began_at).where(
            deliveries.c.channel == self._channel,
            deliveries.c.began_at > since,
            or_(newest.is_(None), deliveries.c.id > newest),
        )
        return [each for each in self._connection.scalars(wanted) if each is not None]

    def use(self, month: str) -> tuple[int, int]:
        """How many messages of a month are used, and how much of it was said; nobody else counts until the end."""
        of_month = (channel_use.c.channel == self._channel) & (channel_use.c.month == month)
        row = self._connection.execute(select(channel_use).where(of_month).with_for_update()).one_or_none()
        return (0, 0) if row is None else (row.used, row.said)

    def set_use(self, month: str, used: int, said: int) -> None:
        """So many are used, and this was said of it."""
        put(self._connection, channel_use, [{"channel": self._channel, "month": month, "used": used, "said": said}])

    def enter(self, *entries: Entry) -> None:
        """Lines of the chronology."""
        enter(self._connection, *entries)

    def _candidates(self, due: ColumnElement[bool], most: int) -> list[Candidate]:
        columns = [deliveries.c[name] for name in Candidate.__dataclass_fields__]
        wanted = (
            select(*columns)
            .where(self._of_channel(), deliveries.c.outcome == Outcome.PENDING, due)
            .order_by((deliveries.c.level < URGENT_LEVEL), deliveries.c.due_at, deliveries.c.id)
            .limit(most)
        )
        return [Candidate(*row) for row in self._connection.execute(wanted)]

    def _deliveries(self, which: ColumnElement[bool], most: int | None = None) -> list[Delivery]:
        wanted = select(deliveries).where(self._of_channel(), which).order_by(deliveries.c.id).limit(most)
        return [delivery_of(row) for row in self._connection.execute(wanted)]

    def _of_channel(self) -> ColumnElement[bool]:
        return deliveries.c.channel == self._channel

    def _tell(self, final: Sequence[Delivery]) -> None:
        about = select(messages.c.id, messages.c.station_id, messages.c.incident_id).where(
            messages.c.id.in_({each.message_id for each in final})
        )
        of: dict[int, Any] = {row.id: row for row in self._connection.execute(about)} if final else {}
        self.enter(*_entries(final, of))


def is_due(connection: Connection, channel: str, now: datetime) -> bool:
    """Whether a channel's outbox may begin anything, or must give something up."""
    anything = or_(_new(), _again(now), deliveries.c.expires_at <= now)
    wanted = select(deliveries.c.id).where(
        deliveries.c.channel == channel, deliveries.c.outcome == Outcome.PENDING, anything
    )
    return connection.execute(wanted.limit(1)).first() is not None


def delivery_of(row: Row[Any]) -> Delivery:
    """The delivery of a row."""
    values = {name: getattr(row, name) for name in Delivery.__dataclass_fields__}
    return Delivery(**{**values, "outcome": Outcome(row.outcome)})


def _waits() -> ColumnElement[bool]:
    """Not settled. Written out, because a statement for many rows takes no IN."""
    return or_(*(deliveries.c.outcome == each for each in WAITING))


def _new() -> ColumnElement[bool]:
    """Never begun: always due, for a clock that is set back must not hold it."""
    return deliveries.c.attempts == 0


def _again(now: datetime) -> ColumnElement[bool]:
    """Due again. No wait is as long as a due time that a clock made before it was set back."""
    made_before = deliveries.c.due_at > now + timedelta(seconds=LONGEST_WAIT_S)
    return and_(deliveries.c.attempts > 0, or_(deliveries.c.due_at <= now, made_before))


def _settled(delivery: Delivery) -> dict[str, Any]:
    values = {f"new_{name}": getattr(delivery, name) for name in SETTLED}
    return {**values, "id_": delivery.id, "new_receipt": delivery.receipt[:LONGEST_RECEIPT]}


def _entries(final: Iterable[Delivery], of: dict[int, Any]) -> Iterable[Entry]:
    for each in final:
        about = of[each.message_id]
        yield outcome_entry(each, about.station_id, about.incident_id)
