"""Tails the recorded transitions and writes the messages and deliveries that follow: urgent ones at once, the others at
most once a minute for each recipient."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from sqlalchemy import Connection, Engine

from alerts.dispatch.plan import Planned, digests, told, urgent
from alerts.messages.compose import compose
from alerts.messages.runs import Run, runs, waiting
from alerts.messages.told import Context, Text
from alerts.people.directory import Directory
from alerts.people.matters import Address, GroupKind, Receiver, address_of
from alerts.pictures.tied import Tied
from alerts.records import Delivery, Entry, Message, MessageKind, Transition
from alerts.store.chronology import enter
from alerts.store.deliveries import add
from alerts.store.digests import Progress, forget_waiting, keep_progress, progress
from alerts.store.record import SqlRecord, cursor, move_cursor
from ingest.store.leases import Fence
from ingest.store.tables import writing

log = logging.getLogger(__name__)

NAME = "dispatch"
MOST_PER_TURN = 5000


class Links(Protocol):
    """Where the personal links of crews come from."""

    def link(self, receiver: Receiver, incident_id: int, now: datetime) -> str | None:
        """The address at which this receiver answers, empty where there is none; None for who sees the dashboard."""
        ...


class NoLinks:
    """Everybody gets the link to the dashboard."""

    def link(self, receiver: Receiver, incident_id: int, now: datetime) -> str | None:
        """None: no link of its own."""
        del receiver, incident_id, now
        return None


def _no_pictures(transition_ids: Collection[int]) -> Mapping[int, Tied]:
    del transition_ids
    return {}


Wording: TypeAlias = tuple[str, str, bool, bool]
"""What a text depends on: those of the same share it."""


@dataclass(frozen=True)
class Surroundings:
    """What messages are made with, asked anew at each turn. ``pictures`` are the stills that are tied to transitions,
    ``attaches`` the channels that take them along."""

    directory: Callable[[], Directory]
    context: Callable[[], Context]
    links: Links
    new_key: Callable[[], str]
    pictures: Callable[[Collection[int]], Mapping[int, Tied]] = _no_pictures
    attaches: Collection[str] = ()

    def pictured(self, context: Context, told: Iterable[Run]) -> Context:
        """The context with the stills that belong to what is told; without any where they cannot be read."""
        try:
            return replace(context, pictures=self.pictures([each.id for run in told for each in run.transitions]))
        except Exception:
            log.exception("the pictures of a message cannot be read; it is told without them")
            return context

    def for_reader(self, context: Context, receiver: Receiver) -> tuple[Wording, Context]:
        """The context of one receiver, and what tells it from that of others."""
        own = replace(
            context,
            attached=receiver.channel in self.attaches,
            staff=receiver.group_kind is GroupKind.STAFF,
        )
        return (receiver.language, receiver.form, own.attached, own.staff), own


@dataclass
class _Turn:
    """What one turn writes: messages with their deliveries, and how far each recipient is."""

    now: datetime
    context: Context
    directory: Directory
    planned: list[Planned] = field(default_factory=list)
    progress: dict[Address, Progress] = field(default_factory=dict)


class Dispatch:
    """Woken from outside. Messages, deliveries and the cursor are written in one transaction: all of it, or nothing."""

    def __init__(self, engine: Engine, surroundings: Surroundings, digest_s: float, fence: Fence | None = None) -> None:
        self._engine = engine
        self._record = SqlRecord(engine)
        self._around = surroundings
        self._every = timedelta(seconds=digest_s)
        self._fence = fence
        self._known: dict[Address, Progress] | None = None

    def turn(self, now: datetime) -> int:
        """Make what is due; the number of deliveries written."""
        made = 0
        while True:
            before = self._record.cursor(NAME)
            new = self._record.transitions_after(before, MOST_PER_TURN)
            made += self._step(before, new, now)
            if len(new) < MOST_PER_TURN:
                return made

    def due_at(self) -> datetime | None:
        """When the next digest is made; None where nobody waits for one."""
        return min((each.next_at for each in self._progress().values() if each.waits), default=None)

    def _step(self, before: int, new: Sequence[Transition], now: datetime) -> int:
        known = self._progress()
        if not new and not any(self._is_due(each, now) for each in known.values()):
            return 0
        turn = _Turn(now, self._around.context(), self._around.directory())
        found = runs(new)
        pressing = [each for each in found if each.urgent]
        turn.planned += urgent(pressing, self._told(turn, pressing))
        after = new[-1].id if new else before
        self._let_wait(turn, [each for each in found if not each.urgent], before)
        self._make_digests(turn, after)
        return self._write(turn, before, after)

    def _told(self, turn: _Turn, found: Sequence[Run]) -> Mapping[Receiver, tuple[int, ...]]:
        return told(found, turn.directory, turn.context.registry, turn.now)

    def _told_meanwhile(self, turn: _Turn, found: Sequence[Run]) -> Mapping[Receiver, tuple[int, ...]]:
        """Who hears of it now, and whoever would have heard when it began: whose hours have ended since was not
        relieved by anybody who had it to wait for."""
        then = min((each.recorded_at for run in found for each in run.transitions), default=turn.now)
        earlier = told(found, turn.directory, turn.context.registry, then)
        both = {**earlier, **self._told(turn, found)}
        return {each: tuple(sorted({*heard, *earlier.get(each, ())})) for each, heard in both.items()}

    def _rests(self, there: Progress, now: datetime) -> bool:
        """Whether a message that can wait must; no rest is longer than the usual one, unless the clock was set back."""
        return now < there.next_at <= now + self._every

    def _is_due(self, there: Progress, now: datetime) -> bool:
        return there.waits and not self._rests(there, now)

    def _let_wait(self, turn: _Turn, found: Sequence[Run], before: int) -> None:
        """Whoever hears of something that can wait begins to wait; without a message of late that is no time at all."""
        known = self._progress()
        for receiver in self._told(turn, found):
            there = known.get(address_of(receiver))
            if there is None or not there.waits:
                next_at = there.next_at if there is not None and self._rests(there, turn.now) else turn.now
                turn.progress[address_of(receiver)] = Progress(before, next_at, waits=True)

    def _make_digests(self, turn: _Turn, after: int) -> None:
        due: dict[int, set[Address]] = defaultdict(set)
        for address, there in {**self._progress(), **turn.progress}.items():
            if self._is_due(there, turn.now):
                due[there.seen_transition_id].add(address)
        for seen, addresses in due.items():
            found = waiting([each for each in self._record.transitions_after(seen) if each.id <= after])
            turn.planned += digests(found, self._told_meanwhile(turn, found), addresses)
            turn.progress |= dict.fromkeys(addresses, Progress(after, turn.now + self._every, waits=False))

    def _write(self, turn: _Turn, before: int, after: int) -> int:
        turn.context = self._around.pictured(turn.context, (run for each in turn.planned for run in each.runs))
        made = [(planned, list(self._deliveries(turn, planned))) for planned in turn.planned]
        known, self._known = self._progress(), None  # it is read again unless all of it is surely written
        with writing(self._engine) as connection:
            if self._fence is not None:
                self._fence(connection)
            if cursor(connection, NAME) != before:
                log.warning("another alert engine sends from the same database: end one of them")
                return 0
            for planned, deliveries in made:
                _add(connection, turn, planned, deliveries)
            keep_progress(connection, turn.progress)
            move_cursor(connection, NAME, after)
        self._known = {**known, **turn.progress}
        return sum(len(deliveries) for _, deliveries in made)

    def _deliveries(self, turn: _Turn, planned: Planned) -> Iterator[Delivery]:
        texts: dict[Wording, Text] = {}
        level, incident_id = max(each.level for each in planned.runs), _incident_of(planned)
        for receiver in planned.receivers:
            wording, context = self._around.for_reader(turn.context, receiver)
            if wording not in texts:
                texts[wording] = _worded(planned, context, receiver)
            text = self._personal(texts[wording], receiver, incident_id, turn.now)
            yield Delivery(
                recipient_id=receiver.contact_id,
                channel=receiver.channel,
                address=receiver.address,
                subject=text.subject,
                body=text.body,
                due_at=turn.now,
                key=self._around.new_key(),
                level=level,
                language=receiver.language,
                data=text.data,
                drill=turn.context.drill,
            )

    def _personal(self, text: Text, receiver: Receiver, incident_id: int, now: datetime) -> Text:
        link = self._around.links.link(receiver, incident_id, now)
        return text if link is None else text.with_link(link)

    def _progress(self) -> dict[Address, Progress]:
        if self._known is None:
            with self._engine.connect() as connection:
                self._known = progress(connection)
        return self._known


def tell_nobody(engine: Engine) -> None:
    """Pass over everything that is recorded so far: whoever restores a copy must not tell it a second time."""
    end = SqlRecord(engine).last_transition_id()
    with writing(engine) as connection:
        move_cursor(connection, NAME, end)
        forget_waiting(connection)


def _worded(planned: Planned, context: Context, receiver: Receiver) -> Text:
    """What cannot be worded with all that is known is told without it: nobody waits for a fault of ours."""
    try:
        return compose(planned.runs, context, receiver.language, receiver.form)
    except Exception:
        log.exception("a message could not be worded with its details; it is told without them")
        bare = replace(context, pictures={})
        return compose([_bare(each) for each in planned.runs], bare, receiver.language, receiver.form)


def _bare(run: Run) -> Run:
    return Run(tuple(replace(each, detail={}) for each in run.transitions))


def _incident_of(planned: Planned) -> int:
    """The incident of a message about one alert; 0 where it tells of several."""
    return (planned.runs[0].last.incident_id or 0) if planned.kind is MessageKind.ALERT else 0


def _add(connection: Connection, turn: _Turn, planned: Planned, deliveries: Sequence[Delivery]) -> None:
    stations = {each.last.station_id for each in planned.runs}
    message = Message(
        kind=planned.kind,
        at=turn.now,
        level=max(each.level for each in planned.runs),
        station_id=stations.pop() if len(stations) == 1 else "",
        incident_id=_incident_of(planned) or None,
        transition_ids=tuple(each.id for run in planned.runs for each in run.transitions),
        drill=turn.context.drill,
    )
    message_id = add(connection, message, deliveries)
    enter(
        connection,
        Entry(
            at=turn.now,
            kind="message",
            text=deliveries[0].subject,
            station_id=message.station_id,
            incident_id=message.incident_id,
            ref_id=message_id,
            detail={"recipients": len(deliveries), "level": message.level, "kind": message.kind},
        ),
    )
