"""Incidents of every rule as the pages see them: ``incidents.seen.IncidentLog`` on a database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from alerts.answers.given import Answer, Reply
from alerts.incidents.escalation import step_of
from alerts.incidents.seen import Case, Names, NextStep, Standing, Told
from alerts.incidents.settings import EscalationRule, governing
from alerts.people import Directory
from alerts.records import Entry, Incident, MessageKind, Outcome, Transition
from alerts.rules import machine
from alerts.rules.kept import from_json
from alerts.store.chronology import entry_of
from alerts.store.incidents import incident_of, incidents_of
from alerts.store.mutes import maintenance_since, silences_since
from alerts.store.record import transition_of
from alerts.store.tables import (
    answers,
    chronology,
    deliveries,
    incidents,
    message_transitions,
    messages,
    standings,
    transitions,
)
from alerts.store.ties import tied_to

MOST_OPEN, MOST_ENDED = 300, 40
MOST_OF_ONE = 2_000
"""Lines, changes or deliveries of one incident that a page reads."""
PART = 400
"""Numbers asked for at once."""
APART = ("transition", "delivery", "message")
"""Kinds of line that say what transitions and deliveries say themselves."""


class SqlIncidents:
    """``escalation`` are the rules in service, ``people`` who is told."""

    def __init__(self, engine: Engine, escalation: Sequence[EscalationRule], people: Callable[[], Directory]) -> None:
        self._engine = engine
        self._escalation = escalation
        self._people = people

    def mark(self) -> str:
        """Everything that is done or becomes of a delivery has its line, every change its transition."""
        with self._engine.connect() as connection:
            lines = connection.scalar(select(func.max(chronology.c.seq))) or 0
            changes = connection.scalar(select(func.max(transitions.c.id))) or 0
        return f"{lines}/{changes}"

    def standing(self, now: datetime, ended_since: datetime) -> Standing:
        """What stands at ``now``, with what ended since a time; read in one transaction."""
        with self._engine.connect() as connection:
            found = incidents_of(connection, limit=MOST_OPEN)
            ended = _ended(connection, ended_since)
            ids = [each.id for each in (*found, *ended)]
            return Standing(
                open=found,
                ended=ended,
                told=_told(connection, ids),
                newest=_newest(connection, ids),
                steps={each.id: step for each in found if (step := self._next(each)) is not None},
                silences=silences_since(connection, now),
                maintenance=maintenance_since(connection, now),
            )

    def case(self, incident_id: int) -> Case | None:
        """One incident with all that belongs to it."""
        with self._engine.connect() as connection:
            row = connection.execute(select(incidents).where(incidents.c.id == incident_id)).one_or_none()
            if row is None:
                return None
            found = incident_of(row)
            changes = _changes(connection, incident_id)
            return Case(
                incident=found,
                transitions=changes,
                told=_told(connection, [incident_id]).get(incident_id, ()),
                entries=_entries(connection, incident_id),
                answers=_answers(connection, incident_id),
                pictures=tied_to(connection, [each.id for each in changes]),
                step=self._next(found),
                still=_still(connection, found),
            )

    def names(self) -> Names:
        """Contacts and groups of the list in service."""
        people = self._people()
        groups = {each.id: dict(each.name) for each in people.groups.values()}
        return {**groups, **{each.id: dict(each.name) for each in people.contacts.values()}}

    def _next(self, incident: Incident) -> NextStep | None:
        rule = governing(self._escalation, incident.level) if incident.open else None
        if rule is None:
            return None
        number, groups = step_of(rule, incident)
        return NextStep(number, groups, incident.escalate_at)


def _ended(connection: Connection, since: datetime) -> list[Incident]:
    wanted = select(incidents).where(incidents.c.closed_at >= since).order_by(incidents.c.closed_at.desc())
    return [incident_of(row) for row in connection.execute(wanted.limit(MOST_ENDED))]


def _changes(connection: Connection, incident_id: int) -> list[Transition]:
    wanted = select(transitions).where(transitions.c.incident_id == incident_id).order_by(transitions.c.id.desc())
    return [transition_of(row) for row in connection.execute(wanted.limit(MOST_OF_ONE))][::-1]


def _newest(connection: Connection, ids: Sequence[int]) -> dict[int, Transition]:
    found: dict[int, Transition] = {}
    for start in range(0, len(ids), PART):
        last = (
            select(func.max(transitions.c.id))
            .where(transitions.c.incident_id.in_(ids[start : start + PART]))
            .group_by(transitions.c.incident_id)
        )
        rows = connection.execute(select(transitions).where(transitions.c.id.in_(last)))
        found |= {row.incident_id: transition_of(row) for row in rows}
    return found


def _told(connection: Connection, ids: Sequence[int]) -> dict[int, list[Told]]:
    """By incident who was told, also by messages that tell of several."""
    found: dict[int, list[Told]] = {}
    for start in range(0, len(ids), PART):
        of_messages = _messages_of(connection, ids[start : start + PART])
        told = _deliveries_of(connection, sorted({each for of_one in of_messages.values() for each in of_one}))
        for incident_id, message_ids in of_messages.items():
            theirs = [each for message_id in sorted(message_ids) for each in told.get(message_id, ())]
            found[incident_id] = theirs[-MOST_OF_ONE:]
    return found


def _messages_of(connection: Connection, ids: Sequence[int]) -> dict[int, set[int]]:
    by_change = (
        select(transitions.c.incident_id, message_transitions.c.message_id)
        .join(message_transitions, message_transitions.c.transition_id == transitions.c.id)
        .where(transitions.c.incident_id.in_(ids))
    )
    by_itself = select(messages.c.incident_id, messages.c.id).where(messages.c.incident_id.in_(ids))
    found: dict[int, set[int]] = {}
    for incident_id, message_id in (*connection.execute(by_change), *connection.execute(by_itself)):
        found.setdefault(incident_id, set()).add(message_id)
    return found


_SHOWN = ("id", "message_id", "recipient_id", "channel", "outcome", "due_at", "settled_at", "attempts", "error")


def _deliveries_of(connection: Connection, message_ids: Sequence[int]) -> dict[int, list[Told]]:
    found: dict[int, list[Told]] = {}
    for start in range(0, len(message_ids), PART):
        part = message_ids[start : start + PART]
        tells = _changes_told(connection, part)
        shown = [deliveries.c[name] for name in (*_SHOWN, "subject", "drill")]
        wanted = (
            select(*shown, messages.c.kind, messages.c.at)
            .join(messages, messages.c.id == deliveries.c.message_id)
            .where(deliveries.c.message_id.in_(part))
            .order_by(deliveries.c.id)
        )
        for row in connection.execute(wanted):
            found.setdefault(row.message_id, []).append(_told_of(row, tells.get(row.message_id, ())))
    return found


def _changes_told(connection: Connection, message_ids: Collection[int]) -> Mapping[int, tuple[int, ...]]:
    wanted = (
        select(message_transitions.c.message_id, message_transitions.c.transition_id)
        .where(message_transitions.c.message_id.in_(message_ids))
        .order_by(message_transitions.c.transition_id)
    )
    found: dict[int, tuple[int, ...]] = {}
    for message_id, transition_id in connection.execute(wanted):
        found[message_id] = (*found.get(message_id, ()), transition_id)
    return found


def _told_of(row: Any, transition_ids: tuple[int, ...]) -> Told:
    values = {name: getattr(row, name) for name in (*_SHOWN, "subject", "drill", "at")}
    kinds = {"kind": MessageKind(row.kind), "outcome": Outcome(row.outcome)}
    return Told(**{**values, **kinds, "transition_ids": transition_ids})


def _entries(connection: Connection, incident_id: int) -> list[Entry]:
    wanted = (
        select(chronology)
        .where(chronology.c.incident_id == incident_id, chronology.c.kind.not_in(APART))
        .order_by(chronology.c.seq.desc())
        .limit(MOST_OF_ONE)
    )
    return [entry_of(row) for row in connection.execute(wanted)][::-1]


def _answers(connection: Connection, incident_id: int) -> list[Answer]:
    wanted = select(answers).where(answers.c.incident_id == incident_id).order_by(answers.c.id).limit(MOST_OF_ONE)
    return [
        Answer(row.incident_id, row.contact_id, Reply(row.reply), row.note, row.at, row.token_id, row.id)
        for row in connection.execute(wanted)
    ]


def _still(connection: Connection, incident: Incident) -> tuple[str, ...]:
    """Whose next reading would raise it again (see ``incidents.desk``)."""
    if not incident.open:
        return ()
    wanted = select(standings).where(
        standings.c.rule == incident.rule, standings.c.station_id == incident.station_id, standings.c.level > 0
    )
    found = {row.subject_id: from_json(row.standing) for row in connection.execute(wanted)}
    return tuple(
        subject_id
        for subject_id, each in sorted(found.items())
        if not each.unverified and each.phase is machine.Phase.FIRING
    )
