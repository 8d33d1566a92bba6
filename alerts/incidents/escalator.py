"""Takes the steps that are due: others are told while nobody acknowledges, people are reminded of what goes on.

What is due stands in the database. The steps, their messages and when the next ones are due are one transaction, so
that each is taken once, whatever ends in between, and by whichever process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from alerts.chronology.words import line
from alerts.dispatch.dispatch import Surroundings, Wording
from alerts.incidents.again import AHEAD, Again, Letter, Taken, is_urgent, letters, taken
from alerts.incidents.course import Policy
from alerts.incidents.escalation import after_reminder, after_step, step_of, told_of_reminder, told_of_step
from alerts.incidents.muting import Mutes, held_back
from alerts.incidents.settings import governing
from alerts.messages.again import compose_together
from alerts.messages.compose import compose_escalation, compose_reminder
from alerts.messages.runs import Run
from alerts.messages.told import Context, Text
from alerts.people import Directory, Matter, Receiver, matter_of
from alerts.records import Delivery, Entry, Incident, Message, MessageKind, Transition
from alerts.store.chronology import enter
from alerts.store.deliveries import add
from alerts.store.incidents import due, firing, newest_of, save
from alerts.store.mutes import maintenance_in_force, silences_in_force
from ingest.store.leases import Fence
from ingest.store.tables import writing

log = logging.getLogger(__name__)

ASTRAY = timedelta(hours=2)
"""Clocks differ; a due time that lies this much further ahead than any step was made by one that was wrong."""


def _as_it_was(transition: Transition) -> Transition:
    return transition


@dataclass
class _Turn:
    """What one turn tells, and what becomes of the incidents."""

    now: datetime
    context: Context
    directory: Directory
    found: list[Again] = field(default_factory=list)
    changed: list[Incident] = field(default_factory=list)


class Escalator:
    """Woken from outside. ``outages`` says for a silent gauge which gateway's failure explains it, ``by_now`` how what
    is told again is by now: old figures would be taken for those of the moment."""

    def __init__(
        self,
        engine: Engine,
        policy: Policy,
        around: Surroundings,
        outages: Callable[[], Mapping[str, str]] = dict,
        fence: Fence | None = None,
        by_now: Callable[[Transition], Transition] = _as_it_was,
    ) -> None:
        self._engine = engine
        self._policy = policy
        self._around = around
        self._outages = outages
        self._fence = fence
        self._by_now = by_now

    def turn(self, now: datetime) -> int:
        """Take every step that is due; the number of deliveries written."""
        with self._engine.connect() as connection:
            found = self._due(connection, now, now)
            if not found or not self._not_held_back(connection, found, now):
                return 0  # the usual case, which needs no write lock
        turn = _Turn(now, self._around.context(), self._around.directory())
        with writing(self._engine) as connection:
            if self._fence is not None:
                self._fence(connection)
            free = self._not_held_back(connection, self._due(connection, now, now + AHEAD), now)
            steps = taken(free, now)
            found_last = newest_of(connection, [each.incident for each in steps])
            last = {number: self._by_now(each) for number, each in found_last.items()}
            for each in steps:
                self._take(turn, each, last.get(each.incident.id))
            save(connection, turn.changed)
            return self._write(connection, turn)

    def _due(self, connection: Connection, now: datetime, until: datetime) -> list[Incident]:
        """What is due until a time; at once what a clock that was set back since would leave waiting."""
        beyond = now + self._policy.longest + ASTRAY
        found = due(connection, until, beyond)
        return [
            replace(each, escalate_at=now) if each.escalate_at is not None and each.escalate_at > beyond else each
            for each in found
        ]

    def _not_held_back(self, connection: Connection, found: Sequence[Incident], now: datetime) -> list[Incident]:
        """What is muted stays due until it is not."""
        mutes = Mutes(silences_in_force(connection, now), maintenance_in_force(connection, now), self._outages())
        if not (mutes.silences or mutes.maintenance or mutes.gateways_out):
            return list(found)
        return [
            each
            for each in found
            if is_urgent(each) or not held_back(each, list(firing(connection, each.rule, each.station_id)), mutes, now)
        ]

    def _take(self, turn: _Turn, due_now: Taken, last: Transition | None) -> None:
        seen = due_now.incident
        after = self._escalated(turn, seen, last) if due_now.escalates else seen
        if due_now.reminds:
            after = self._reminded(turn, after, last)
        turn.changed.append(after)

    def _escalated(self, turn: _Turn, seen: Incident, last: Transition | None) -> Incident:
        rule = governing(self._policy.escalation, seen.level)
        if rule is None or last is None:
            return replace(seen, escalate_at=None)
        step, groups = step_of(rule, seen)
        told = told_of_step(turn.directory, groups, _matter(turn, seen, last), turn.now)
        turn.found.append(Again(MessageKind.ESCALATION, seen, last, told, step, groups))
        return after_step(rule, seen, turn.now)

    def _reminded(self, turn: _Turn, seen: Incident, last: Transition | None) -> Incident:
        if last is not None:
            told = told_of_reminder(turn.directory, _matter(turn, seen, last), turn.now)
            turn.found.append(Again(MessageKind.REMINDER, seen, last, told))
        return after_reminder(self._policy, seen, turn.now)

    def _write(self, connection: Connection, turn: _Turn) -> int:
        told = letters(turn.found)
        turn.context = self._around.pictured(turn.context, (Run((each.last,)) for each in turn.found))
        for each in told:
            add(connection, _message(turn, each), list(self._deliveries(turn, each)))
        enter(connection, *(_line(turn, each) for each in turn.found))
        for lonely in (each for each in turn.found if not each.told):
            log.error("incident %d: nobody can be told (%s, call %d)", lonely.incident.id, lonely.kind, lonely.step)
        return sum(len(each.receivers) for each in told)

    def _deliveries(self, turn: _Turn, letter: Letter) -> Iterator[Delivery]:
        texts: dict[Wording, Text] = {}
        for receiver in letter.receivers:
            wording, context = self._around.for_reader(turn.context, receiver)
            if wording not in texts:
                texts[wording] = _text(context, letter, receiver)
            said = texts[wording]
            link = self._around.links.link(receiver, letter.incident_id or 0, turn.now)
            said = said if link is None else said.with_link(link)
            yield Delivery(
                recipient_id=receiver.contact_id,
                channel=receiver.channel,
                address=receiver.address,
                subject=said.subject,
                body=said.body,
                due_at=turn.now,
                key=self._around.new_key(),
                level=letter.level,
                language=receiver.language,
                data=said.data,
                drill=turn.context.drill,
            )


def _matter(turn: _Turn, seen: Incident, last: Transition) -> Matter:
    return replace(matter_of(last, turn.context.registry), level=seen.level, unconfirmed=seen.unconfirmed)


def _text(context: Context, letter: Letter, receiver: Receiver) -> Text:
    language, form, first = receiver.language, receiver.form, letter.found[0]
    runs = [Run((each.last,)) for each in letter.found]
    if len(runs) > 1:
        return compose_together(letter.kind, runs, context, language, form)
    if letter.kind is MessageKind.ESCALATION:
        return compose_escalation(first.incident, runs[0], first.step, context, language, form)
    return compose_reminder(first.incident, runs[0], context, language, form)


def _message(turn: _Turn, letter: Letter) -> Message:
    stations = {each.incident.station_id for each in letter.found}
    return Message(
        kind=letter.kind,
        at=turn.now,
        level=letter.level,
        station_id=stations.pop() if len(stations) == 1 else "",
        incident_id=letter.incident_id,
        transition_ids=tuple(each.last.id for each in letter.found),
        drill=turn.context.drill,
    )


def _line(turn: _Turn, again: Again) -> Entry:
    seen = again.incident
    values = {"level": seen.level, "step": again.step, "count": len(again.told), "groups": list(again.groups)}
    name = str(again.kind) if again.told else f"{again.kind}_nobody"
    return line(turn.now, str(again.kind), name, values, station_id=seen.station_id, incident_id=seen.id)
