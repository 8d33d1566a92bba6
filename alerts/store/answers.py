"""What crews answered, in the database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select

from alerts.answers.given import Answer, Reply
from alerts.chronology.words import line
from alerts.records import Entry, Incident
from alerts.store.chronology import enter
from alerts.store.incidents import incident, incident_of
from alerts.store.tables import answers, deliveries, incidents, message_transitions, transitions
from ingest.store.tables import writing

MOST_OF_ONE = 100
"""So many answers of one contact to one incident are kept; whoever presses on gets no more of them in."""
MOST_LISTED = 20


class SqlAnswers:
    """The answers of one database; it may be used from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def incident(self, incident_id: int) -> Incident | None:
        """The incident that is answered for."""
        with self._engine.connect() as connection:
            row = connection.execute(select(incidents).where(incidents.c.id == incident_id)).one_or_none()
        return None if row is None else incident_of(row)

    def told(self, contact_id: str) -> list[Incident]:
        """The open incidents that a contact was told of, the worst first."""
        wanted = (
            select(incidents)
            .join(transitions, transitions.c.incident_id == incidents.c.id)
            .join(message_transitions, message_transitions.c.transition_id == transitions.c.id)
            .join(deliveries, deliveries.c.message_id == message_transitions.c.message_id)
            .where(incidents.c.closed_at.is_(None), deliveries.c.recipient_id == contact_id)
            .distinct()
            .order_by(incidents.c.level.desc(), incidents.c.id)
            .limit(MOST_LISTED)
        )
        with self._engine.connect() as connection:
            return [incident_of(row) for row in connection.execute(wanted)]

    def of(self, incident_id: int, contact_id: str) -> list[Answer]:
        """What a contact answered so far, oldest first."""
        with self._engine.connect() as connection:
            return _of(connection, incident_id, contact_id)

    def record(self, answer: Answer, name: str) -> bool:
        """Keep an answer with its line of the chronology, in which the contact is called ``name``.

        False where it is the last one once more, where the incident is closed, or where there are too many.
        """
        with writing(self._engine) as connection:
            found = incident(connection, answer.incident_id)
            before = _of(connection, answer.incident_id, answer.contact_id)
            last = before[-1] if before else None
            if found is None or not found.open or answer.repeats(last) or len(before) >= MOST_OF_ONE:
                return False
            values = {key: getattr(answer, key) for key in ("incident_id", "contact_id", "note", "at", "token_id")}
            row = answers.insert().values(**values, reply=str(answer.reply)).returning(answers.c.id)
            kept = replace(answer, id=connection.execute(row).scalar_one())
            enter(connection, entry(kept, found, name))
        return True

    def count(self) -> int:
        """How many there are."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(answers)) or 0


def entry(answer: Answer, of: Incident, name: str) -> Entry:
    """The line of the chronology."""
    note = f"「{answer.note}」" if answer.note else ""
    values: dict[str, object] = {"contact_id": answer.contact_id, "reply": str(answer.reply), "note": note}
    return line(
        answer.at,
        "answer",
        f"answer_{answer.reply}",
        values,
        actor=name,
        station_id=of.station_id,
        incident_id=of.id,
        ref_id=answer.id or None,
    )


def _of(connection: Connection, incident_id: int, contact_id: str) -> list[Answer]:
    wanted = select(answers).where(answers.c.incident_id == incident_id, answers.c.contact_id == contact_id)
    return [_answer_of(row) for row in connection.execute(wanted.order_by(answers.c.id))]


def _answer_of(row: Row[Any]) -> Answer:
    return Answer(row.incident_id, row.contact_id, Reply(row.reply), row.note, row.at, row.token_id, row.id)
