"""Public messages in the database: what they say, what was decided, and what they stand on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, Row, exists, func, select, update

from alerts.public.grounds import Grounds
from alerts.public.records import (
    AUTOMATIC,
    Action,
    Content,
    Decision,
    PublicMessage,
    Refused,
    State,
    Step,
)
from alerts.records import STAGE, Delivery, MessageKind, Outcome
from alerts.rules.kept import from_json
from alerts.rules.machine import Phase, Standing
from alerts.store.deliveries import delivery_of, may_have_reached, withdraw
from alerts.store.mutes import maintenance_in_force, maintenance_since
from alerts.store.tables import deliveries, messages, public_decisions, public_messages, standings

WORK_MATTERS = timedelta(days=1)
"""After the end of work on a gauge a rule waits so long for its first word."""
OPEN = (State.DRAFT, State.APPROVED)
_CONTENT = TypeAdapter(Content)
_PLAIN = ("step", "state", "author", "created_at", "station_id", "chain_id", "corrects", "drill", "rule_id")
_LIGHT = [each for each in public_messages.c if each.name != "cap"]
"""All of a message but its document."""
_OUT = ("identifier", "sent_at", "expires_at")


def insert(connection: Connection, message: PublicMessage) -> PublicMessage:
    """Keep a new message; it as it is kept, with its id, and its own chain where it belongs to none yet."""
    made = connection.execute(public_messages.insert().values(_columns(message)).returning(public_messages.c.id))
    number: int = made.scalar_one()
    kept = replace(message, id=number, chain_id=message.chain_id or number)
    connection.execute(update(public_messages).where(public_messages.c.id == number).values(chain_id=kept.chain_id))
    _decide(connection, kept, kept.decisions)
    return kept


def save(connection: Connection, message: PublicMessage, cap: bytes | None = None) -> None:
    """Keep a message as it is now, with the decisions that were not there before. ``cap`` is what was published."""
    values = _columns(message) | ({} if cap is None else {"cap": cap})
    connection.execute(update(public_messages).where(public_messages.c.id == message.id).values(values))
    known = len(_decisions(connection, [message.id]).get(message.id, ()))
    _decide(connection, message, message.decisions[known:])


def one(connection: Connection, public_id: int) -> PublicMessage:
    """A message, held until the end of the transaction; Refused where there is none."""
    wanted = select(*_LIGHT).where(public_messages.c.id == public_id).with_for_update()
    found = _messages(connection, connection.execute(wanted))
    if not found:
        sentence = f"there is no public message {public_id}: mizumori public list shows those that there are"
        raise Refused(sentence, "no_message", number=public_id)
    return found[0]


def published(connection: Connection, chain_id: int) -> list[PublicMessage]:
    """The published messages of a chain, oldest first."""
    return _messages(connection, connection.execute(_published(chain_id)))


def caps(connection: Connection, chain_id: int) -> list[bytes]:
    """What was published of a chain as CAP, oldest first."""
    return [row.cap for row in connection.execute(_published(chain_id)) if row.cap is not None]


def caps_before(connection: Connection, message: PublicMessage) -> list[bytes]:
    """What was published of its chain as CAP before a message, oldest first; all of it where it has not gone out."""
    rows = connection.execute(_published(message.chain_id)).all()
    ids = [row.id for row in rows]
    until = ids.index(message.id) if message.id in ids else len(ids)
    return [row.cap for row in rows[:until] if row.cap is not None]


def newest_published(connection: Connection, station_id: str) -> PublicMessage | None:
    """The newest published message of a station."""
    wanted = (
        select(*_LIGHT)
        .where(public_messages.c.station_id == station_id, public_messages.c.state == State.PUBLISHED)
        .order_by(public_messages.c.sent_at.desc(), public_messages.c.id.desc())
        .limit(1)
    )
    return next(iter(_messages(connection, connection.execute(wanted))), None)


def automatic_draft(connection: Connection, station_id: str) -> PublicMessage | None:
    """The newest open draft of a station that a rule made."""
    of_it = (public_messages.c.station_id == station_id) & (public_messages.c.author == AUTOMATIC)
    wanted = (
        select(*_LIGHT).where(of_it, public_messages.c.state.in_(OPEN)).order_by(public_messages.c.id.desc()).limit(1)
    )
    return next(iter(_messages(connection, connection.execute(wanted))), None)


def open_drafts(connection: Connection) -> list[PublicMessage]:
    """What waits for somebody to decide, oldest first."""
    wanted = select(*_LIGHT).where(public_messages.c.state.in_(OPEN)).order_by(public_messages.c.id)
    return _messages(connection, connection.execute(wanted))


def dangers_in_force(connection: Connection) -> list[PublicMessage]:
    """The newest published message of every chain that has no end yet, expired or not."""
    return _messages(connection, connection.execute(_in_force(*_LIGHT).order_by(public_messages.c.id)))


def _in_force(*columns: Any) -> Any:
    later = public_messages.alias()
    after = (later.c.sent_at > public_messages.c.sent_at) | (
        (later.c.sent_at == public_messages.c.sent_at) & (later.c.id > public_messages.c.id)
    )
    overtaken = exists().where(later.c.chain_id == public_messages.c.chain_id, later.c.state == State.PUBLISHED, after)
    wanted = select(*columns).where(public_messages.c.state == State.PUBLISHED, ~overtaken)
    return wanted.where(public_messages.c.step.not_in([Step.ALL_CLEAR, Step.CANCEL]))


def written_between(connection: Connection, since: datetime, until: datetime) -> list[PublicMessage]:
    """What was begun from a time on until another, oldest first, with all decisions until today."""
    within = (public_messages.c.created_at >= since) & (public_messages.c.created_at <= until)
    return _messages(connection, connection.execute(select(*_LIGHT).where(within).order_by(public_messages.c.id)))


def grounds(connection: Connection, content: Content, at: datetime) -> Grounds:
    """What the gauges of a message's stations say at this moment."""
    of_stations = standings.c.station_id.in_(content.station_ids)
    rows = connection.execute(select(standings).where(standings.c.rule == STAGE, of_stations)).all()
    found = {row.subject_id: from_json(row.standing) for row in rows}
    own = found.get(content.gauge_id)
    work = [each for each in maintenance_in_force(connection, at) if each.station_id in content.station_ids]
    holding = [each for each in work if not each.gauge_ids or content.gauge_id in each.gauge_ids]
    judged = [own] if own is not None else list(found.values())
    return Grounds(
        level=own.level if own is not None else 0,
        highest=max((each.level for each in found.values()), default=0),
        unconfirmed=any(each.unconfirmed for each in judged),
        unverified=any(each.unverified for each in found.values()),
        maintenance=holding[0].reason if holding else "",
        stale="" if own is None else _stale(connection, own, content, at),
    )


def _stale(connection: Connection, own: Standing, content: Content, at: datetime) -> str:
    """What a gauge said during the work on it is no word of the water, nor is what it does not say any more."""
    if own.unverified:
        return "the gauge is silent"
    if own.phase is Phase.RECOVERING:
        return "the water is below that level again"
    work = [each for each in maintenance_since(connection, at - WORK_MATTERS) if each.station_id in content.station_ids]
    ends = [each.ends_at for each in work if each.ends_at <= at and each.concerns(content.gauge_id)]
    heard_at = own.observed_at
    return "it was last heard before the work on it ended" if ends and (not heard_at or heard_at < max(ends)) else ""


def take_back(connection: Connection, public_ids: Sequence[int], at: datetime, why: str) -> list[Delivery]:
    """Send nothing more of some messages; the deliveries that were taken back before they were begun."""
    waiting = unsent(connection, public_ids)
    for message_id in _told(connection, public_ids):
        withdraw(connection, message_id, at, why)
    return waiting


def unsent(connection: Connection, public_ids: Sequence[int]) -> list[Delivery]:
    """The deliveries of some messages that were not begun."""
    of_them = _told(connection, public_ids)
    pending = select(deliveries).where(deliveries.c.message_id.in_(of_them), deliveries.c.outcome == Outcome.PENDING)
    return [delivery_of(row) for row in connection.execute(pending.order_by(deliveries.c.id))]


def reached(connection: Connection, public_ids: Sequence[int]) -> list[Delivery]:
    """The deliveries of some messages that arrived, or may have."""
    return [each for number in _told(connection, public_ids) for each in may_have_reached(connection, number)]


class SqlPublicMessages:
    """What may be read of the public messages."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def one(self, public_id: int) -> PublicMessage:
        """A message; Refused where there is none."""
        with self._engine.connect() as connection:
            return one(connection, public_id)

    def newest(self, limit: int = 50, states: Iterable[State] = tuple(State)) -> list[PublicMessage]:
        """The newest messages first."""
        wanted = select(*_LIGHT).where(public_messages.c.state.in_(list(states)))
        with self._engine.connect() as connection:
            ordered = wanted.order_by(public_messages.c.id.desc()).limit(limit)
            return _messages(connection, connection.execute(ordered))

    def in_force(self) -> list[PublicMessage]:
        """The newest published message of every chain that has no end yet, expired or not."""
        with self._engine.connect() as connection:
            return dangers_in_force(connection)

    def mark(self) -> int:
        """It grows with whatever is decided about any message. Cheap: asked several times a second."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.max(public_decisions.c.id))) or 0

    def names_since(self, since: datetime) -> tuple[str, ...]:
        """The identifiers of what was published since a time, oldest first: asked for every second."""
        sent = (public_messages.c.state == State.PUBLISHED) & (public_messages.c.sent_at >= since)
        wanted = select(public_messages.c.identifier).where(sent, public_messages.c.cap.is_not(None))
        with self._engine.connect() as connection:
            return tuple(connection.scalars(wanted.order_by(public_messages.c.id)))

    def chains_since(self, since: datetime) -> list[PublicMessage]:
        """What was ever published in the chains of which a message went out since a time, and in those that have no
        end yet, however old; oldest first. No draft is among it."""
        out = public_messages.c.state == State.PUBLISHED
        lately = select(public_messages.c.chain_id).where(out, public_messages.c.sent_at >= since)
        chains = lately.union(_in_force(public_messages.c.chain_id))
        wanted = select(*_LIGHT).where(out, public_messages.c.chain_id.in_(chains))
        with self._engine.connect() as connection:
            ordered = wanted.order_by(public_messages.c.sent_at, public_messages.c.id)
            return _messages(connection, connection.execute(ordered))

    def last_published(self) -> datetime | None:
        """When anything was published for the last time; None before the first time."""
        out = (public_messages.c.state == State.PUBLISHED) & public_messages.c.cap.is_not(None)
        with self._engine.connect() as connection:
            last: datetime | None = connection.scalar(select(func.max(public_messages.c.sent_at)).where(out))
            return last

    def published_since(self, since: datetime) -> list[tuple[PublicMessage, bytes]]:
        """What was published since a time, with its CAP document, oldest first."""
        sent = (public_messages.c.state == State.PUBLISHED) & (public_messages.c.sent_at >= since)
        with self._engine.connect() as connection:
            rows = connection.execute(select(public_messages).where(sent).order_by(public_messages.c.id)).all()
            return [
                (message, row.cap)
                for message, row in zip(_messages(connection, rows), rows, strict=True)
                if row.cap is not None
            ]


def _told(connection: Connection, public_ids: Sequence[int]) -> list[int]:
    """The messages by which the public was told; what staff were told of the same is another matter."""
    to_public = messages.c.kind.in_([MessageKind.PUBLIC, MessageKind.CORRECTION])
    wanted = select(messages.c.id).where(messages.c.public_id.in_(public_ids), to_public).order_by(messages.c.id)
    return list(connection.scalars(wanted))


def _published(chain_id: int) -> Any:
    of_it = (public_messages.c.chain_id == chain_id) & (public_messages.c.state == State.PUBLISHED)
    return select(public_messages).where(of_it).order_by(public_messages.c.sent_at, public_messages.c.id)


def _columns(message: PublicMessage) -> dict[str, Any]:
    row = {name: getattr(message, name) for name in (*_PLAIN, *_OUT)}
    return row | {"content": _CONTENT.dump_json(message.content).decode()}


def _decide(connection: Connection, message: PublicMessage, new: Sequence[Decision]) -> None:
    rows = [
        {"public_id": message.id, "at": each.at, "actor": each.actor, "action": each.action, "detail": each.detail}
        for each in new
    ]
    if rows:
        connection.execute(public_decisions.insert(), rows)


def _decisions(connection: Connection, public_ids: Sequence[int]) -> dict[int, tuple[Decision, ...]]:
    wanted = select(public_decisions).where(public_decisions.c.public_id.in_(public_ids))
    found: dict[int, tuple[Decision, ...]] = {}
    for row in connection.execute(wanted.order_by(public_decisions.c.id)):
        decision = Decision(row.actor, Action(row.action), row.at, row.detail)
        found[row.public_id] = (*found.get(row.public_id, ()), decision)
    return found


def _messages(connection: Connection, found: Iterable[Row[Any]]) -> list[PublicMessage]:
    rows = list(found)
    decided = _decisions(connection, [row.id for row in rows]) if rows else {}
    return [_message_of(row, decided.get(row.id, ())) for row in rows]


def _message_of(row: Row[Any], decided: tuple[Decision, ...]) -> PublicMessage:
    values = {name: getattr(row, name) for name in (*_PLAIN, *_OUT)}
    values |= {"step": Step(row.step), "state": State(row.state), "content": _CONTENT.validate_json(row.content)}
    return PublicMessage(**values, decisions=decided, id=row.id)
