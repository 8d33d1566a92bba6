"""Takes the steps that are due: others are told while nobody acknowledges, people are reminded of what goes on.

What is due stands in the database. A step, its messages and when the next one is due are one transaction, so that it is
taken once, whatever ends, and by whichever process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from alerts.chronology.words import line
from alerts.dispatch.dispatch import Surroundings
from alerts.dispatch.runs import Run
from alerts.incidents.course import Policy
from alerts.incidents.escalation import (
    after_reminder,
    after_step,
    due_rule,
    step_of,
    told_of_reminder,
    told_of_step,
)
from alerts.incidents.muting import Mutes, held_back
from alerts.messages.compose import compose_escalation, compose_reminder
from alerts.messages.told import Context, Text
from alerts.people import Directory, Matter, Receiver, matter_of
from alerts.records import Delivery, Incident, Message, MessageKind, Transition
from alerts.store.chronology import enter
from alerts.store.deliveries import add
from alerts.store.incidents import due, firing, incident, newest_of, save
from alerts.store.mutes import maintenance_in_force, silences_in_force
from ingest.store.leases import Fence
from ingest.store.tables import writing

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one incident's step is made with."""

    now: datetime
    context: Context
    directory: Directory
    incident: Incident
    last: Transition
    matter: Matter


class Escalator:
    """Woken from outside. ``outages`` says for a silent gauge which gateway's failure explains it."""

    def __init__(
        self,
        engine: Engine,
        policy: Policy,
        around: Surroundings,
        outages: Callable[[], Mapping[str, str]] = dict,
        fence: Fence | None = None,
    ) -> None:
        self._engine = engine
        self._policy = policy
        self._around = around
        self._outages = outages
        self._fence = fence

    def turn(self, now: datetime) -> int:
        """Take every step that is due; the number of deliveries written."""
        with self._engine.connect() as connection:
            found = due(connection, now)
        return sum(self._take(each, now) for each in found)

    def _take(self, seen: Incident, now: datetime) -> int:
        """The steps of one incident; nothing where it has changed since it was seen."""
        directory, context = self._around.directory(), self._around.context()
        with writing(self._engine) as connection:
            if self._fence is not None:
                self._fence(connection)
            found = incident(connection, seen.id)
            if found != seen or self._is_held_back(connection, seen, now):
                return 0
            last = newest_of(connection, seen)
            if last is None:
                return 0
            matter = replace(matter_of(last, context.registry), level=seen.level, unconfirmed=seen.unconfirmed)
            turn = _Turn(now, context, directory, seen, last, matter)
            changed, made = self._escalated(connection, turn)
            reminded, more = self._reminded(connection, replace(turn, incident=changed))
            save(connection, [reminded])
        return made + more

    def _is_held_back(self, connection: Connection, seen: Incident, now: datetime) -> bool:
        mutes = Mutes(silences_in_force(connection, now), maintenance_in_force(connection, now), self._outages())
        return bool(held_back(seen, list(firing(connection, seen.rule, seen.station_id)), mutes, now))

    def _escalated(self, connection: Connection, turn: _Turn) -> tuple[Incident, int]:
        seen = turn.incident
        rule = due_rule(self._policy, seen, turn.now)
        if rule is None:
            is_due = seen.escalate_at is not None and seen.escalate_at <= turn.now
            return (replace(seen, escalate_at=None) if is_due else seen), 0
        step, groups = step_of(rule, seen)
        told = told_of_step(turn.directory, groups, turn.matter, turn.now)
        text = _Texts(
            lambda receiver: compose_escalation(
                seen, Run((turn.last,)), step, turn.context, receiver.language, receiver.form
            )
        )
        made = self._write(connection, turn, MessageKind.ESCALATION, told, text)
        values = {"level": seen.level, "step": step, "count": len(told), "groups": list(groups)}
        name = "escalation" if told else "escalation_nobody"
        _enter(connection, turn, "escalation", name, values, made)
        if not told:
            log.error("incident %d is not acknowledged, and its step %d has nobody to tell", seen.id, step)
        return after_step(rule, seen, turn.now), len(told)

    def _reminded(self, connection: Connection, turn: _Turn) -> tuple[Incident, int]:
        seen = turn.incident
        if seen.remind_at is None or seen.remind_at > turn.now:
            return seen, 0
        told = told_of_reminder(turn.directory, turn.matter, turn.now)
        text = _Texts(
            lambda receiver: compose_reminder(seen, Run((turn.last,)), turn.context, receiver.language, receiver.form)
        )
        made = self._write(connection, turn, MessageKind.REMINDER, told, text)
        _enter(connection, turn, "reminder", "reminder", {"level": seen.level, "count": len(told)}, made)
        return after_reminder(self._policy, seen, turn.now), len(told)

    def _write(
        self, connection: Connection, turn: _Turn, kind: MessageKind, told: Sequence[Receiver], text: _Texts
    ) -> int | None:
        """The message with its deliveries; its number, None where there is nobody."""
        if not told:
            return None
        message = Message(
            kind=kind,
            at=turn.now,
            level=turn.incident.level,
            station_id=turn.incident.station_id,
            incident_id=turn.incident.id,
            drill=turn.context.drill,
        )
        return add(connection, message, list(self._deliveries(turn, told, text)))

    def _deliveries(self, turn: _Turn, told: Sequence[Receiver], text: _Texts) -> Iterator[Delivery]:
        for receiver in told:
            said = text.of(receiver)
            link = self._around.links.link(receiver, turn.incident.id, turn.now)
            said = said if link is None else said.with_link(link)
            yield Delivery(
                recipient_id=receiver.contact_id,
                channel=receiver.channel,
                address=receiver.address,
                subject=said.subject,
                body=said.body,
                due_at=turn.now,
                key=self._around.new_key(),
                level=turn.incident.level,
                language=receiver.language,
                data=said.data,
                drill=turn.context.drill,
            )


class _Texts:
    """One text for all who read the same language in the same form."""

    def __init__(self, make: Callable[[Receiver], Text]) -> None:
        self._make = make
        self._made: dict[tuple[str, str], Text] = {}

    def of(self, receiver: Receiver) -> Text:
        """The text for a receiver."""
        wording = (receiver.language, receiver.form)
        if wording not in self._made:
            self._made[wording] = self._make(receiver)
        return self._made[wording]


def _enter(
    connection: Connection, turn: _Turn, kind: str, name: str, values: Mapping[str, object], message_id: int | None
) -> None:
    written = line(
        turn.now,
        kind,
        name,
        values,
        station_id=turn.incident.station_id,
        incident_id=turn.incident.id,
        ref_id=message_id,
    )
    enter(connection, written)
