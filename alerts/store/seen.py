"""Incidents of every rule for those who read them, pages and programs: ``incidents.seen.IncidentLog`` on a database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select

from alerts.answers.given import Answer, Reply
from alerts.incidents.escalation import step_of
from alerts.incidents.seen import Case, Names, NextStep, Standing
from alerts.incidents.settings import EscalationRule, governing
from alerts.people import Directory
from alerts.records import Entry, Incident, Transition
from alerts.rules import machine
from alerts.rules.kept import from_json
from alerts.store.chronology import entry_of
from alerts.store.incidents import incident_of, incidents_of
from alerts.store.mutes import maintenance_since, silences_since
from alerts.store.record import transition_of
from alerts.store.tables import answers, chronology, incidents, standings, transitions
from alerts.store.ties import tied_to
from alerts.store.told import PART, in_brief, told_of

MOST_ENDED = 500
"""Incidents that ended lately which a page reads; how many there are is counted apart."""
MOST_OF_ONE = 2_000
"""Lines, changes or deliveries of one incident that are read, the newest."""
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
        """What stands at ``now``, with what ended since a time; read in one transaction. Everything that is open: one
        station and rule have one open incident, so there is an end to them."""
        with self._engine.connect() as connection:
            found = incidents_of(connection, limit=None)
            ended = _ended(connection, ended_since)
            ids = [each.id for each in (*found, *ended)]
            return Standing(
                open=found,
                ended=ended,
                ended_count=_ended_count(connection, ended_since) if len(ended) == MOST_ENDED else len(ended),
                told=in_brief(connection, ids),
                newest=_newest(connection, ids),
                steps={each.id: step for each in found if (step := self._next(each)) is not None},
                silences=silences_since(connection, now),
                maintenance=maintenance_since(connection, now),
            )

    def case(self, incident_id: int) -> Case | None:
        """One incident with all that belongs to it."""
        with self._engine.connect() as connection:
            found = _incident(connection, incident_id)
            if found is None:
                return None
            changes = _changes(connection, incident_id)
            return Case(
                incident=found,
                transitions=changes,
                told=told_of(connection, incident_id, MOST_OF_ONE),
                entries=_entries(connection, incident_id, without=APART),
                answers=_answers(connection, incident_id),
                pictures=tied_to(connection, [each.id for each in changes]),
                step=self._next(found),
                still=_still(connection, found),
            )

    def incident(self, incident_id: int) -> Incident | None:
        """One incident, None where there is none of that number."""
        with self._engine.connect() as connection:
            return _incident(connection, incident_id)

    def incidents(
        self,
        *,
        is_open: bool | None = None,
        station_id: str | None = None,
        before_id: int | None = None,
        limit: int = 100,
    ) -> list[Incident]:
        """The newest first: the open ones, the closed ones or both, with a number below ``before_id``."""
        wanted = select(incidents).order_by(incidents.c.id.desc()).limit(limit)
        if is_open is not None:
            wanted = wanted.where(incidents.c.closed_at.is_(None) if is_open else incidents.c.closed_at.is_not(None))
        if station_id is not None:
            wanted = wanted.where(incidents.c.station_id == station_id)
        if before_id is not None:
            wanted = wanted.where(incidents.c.id < before_id)
        with self._engine.connect() as connection:
            return [incident_of(row) for row in connection.execute(wanted)]

    def entries_of(self, incident_id: int) -> list[Entry]:
        """The lines of the chronology that belong to an incident, oldest first."""
        with self._engine.connect() as connection:
            return _entries(connection, incident_id)

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


def _incident(connection: Connection, incident_id: int) -> Incident | None:
    row = connection.execute(select(incidents).where(incidents.c.id == incident_id)).one_or_none()
    return None if row is None else incident_of(row)


def _ended(connection: Connection, since: datetime) -> list[Incident]:
    wanted = select(incidents).where(incidents.c.closed_at >= since).order_by(incidents.c.closed_at.desc())
    return [incident_of(row) for row in connection.execute(wanted.limit(MOST_ENDED))]


def _ended_count(connection: Connection, since: datetime) -> int:
    return connection.scalar(select(func.count()).where(incidents.c.closed_at >= since)) or 0


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


def _entries(connection: Connection, incident_id: int, without: Collection[str] = ()) -> list[Entry]:
    wanted = (
        select(chronology)
        .where(chronology.c.incident_id == incident_id, chronology.c.kind.not_in(without))
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
