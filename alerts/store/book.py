"""Incidents, what was told of them and what mutes them, for those who read: ``desks.IncidentBook``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, Row, or_, select

from alerts.desks import Told
from alerts.records import Entry, Incident, Maintenance, Message, MessageKind, Silence, Transition
from alerts.store import mutes
from alerts.store.chronology import entry_of
from alerts.store.desk import delivery_of
from alerts.store.incidents import incident_of
from alerts.store.record import transition_of
from alerts.store.tables import chronology, deliveries, incidents, message_transitions, messages, transitions


class SqlIncidentBook:
    """Incidents of every rule in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def incident(self, incident_id: int) -> Incident | None:
        """One incident, None where there is none of that number."""
        with self._engine.connect() as connection:
            row = connection.execute(select(incidents).where(incidents.c.id == incident_id)).one_or_none()
        return None if row is None else incident_of(row)

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

    def transitions_of(self, incident_id: int) -> list[Transition]:
        """Every change of an incident, oldest first."""
        wanted = select(transitions).where(transitions.c.incident_id == incident_id).order_by(transitions.c.id)
        with self._engine.connect() as connection:
            return [transition_of(row) for row in connection.execute(wanted)]

    def transitions(
        self, *, station_id: str | None = None, before_id: int | None = None, limit: int = 100
    ) -> list[Transition]:
        """The newest transitions of every rule first, of one station or of all."""
        wanted = select(transitions).order_by(transitions.c.id.desc()).limit(limit)
        if station_id is not None:
            wanted = wanted.where(transitions.c.station_id == station_id)
        if before_id is not None:
            wanted = wanted.where(transitions.c.id < before_id)
        with self._engine.connect() as connection:
            return [transition_of(row) for row in connection.execute(wanted)]

    def told_of(self, incident_id: int) -> list[Told]:
        """Every message about an incident, recipient by recipient, in the order in which they were made."""
        ids = select(messages.c.id).where(_about(incident_id))
        of_messages = select(messages).where(_about(incident_id))
        of_recipients = select(deliveries).where(deliveries.c.message_id.in_(ids)).order_by(deliveries.c.id)
        with self._engine.connect() as connection:
            known = {row.id: _message_of(row) for row in connection.execute(of_messages)}
            found = [delivery_of(row) for row in connection.execute(of_recipients)]
        return [Told(known[each.message_id], each) for each in found if each.message_id in known]

    def entries_of(self, incident_id: int, kinds: Sequence[str] = ()) -> list[Entry]:
        """The lines of the chronology that belong to an incident, oldest first; of some kinds or of all."""
        wanted = select(chronology).where(chronology.c.incident_id == incident_id).order_by(chronology.c.seq)
        if kinds:
            wanted = wanted.where(chronology.c.kind.in_(kinds))
        with self._engine.connect() as connection:
            return [entry_of(row) for row in connection.execute(wanted)]

    def silence(self, silence_id: int) -> Silence | None:
        """One silence, None where there is none of that number."""
        with self._engine.connect() as connection:
            return mutes.silence(connection, silence_id)

    def silences(self, since: datetime) -> list[Silence]:
        """Those that had not ended at a time, the planned ones included; the newest first."""
        with self._engine.connect() as connection:
            return mutes.silences_since(connection, since)

    def one_maintenance(self, maintenance_id: int) -> Maintenance | None:
        """One piece of work, None where there is none of that number."""
        with self._engine.connect() as connection:
            return mutes.one_maintenance(connection, maintenance_id)

    def maintenance(self, since: datetime) -> list[Maintenance]:
        """The work that had not ended at a time, the planned one included; the newest first."""
        with self._engine.connect() as connection:
            return mutes.maintenance_since(connection, since)


def _about(incident_id: int) -> ColumnElement[bool]:
    """Messages of an incident, and those that tell of several."""
    told = (
        select(message_transitions.c.message_id)
        .join(transitions, transitions.c.id == message_transitions.c.transition_id)
        .where(transitions.c.incident_id == incident_id)
    )
    return or_(messages.c.incident_id == incident_id, messages.c.id.in_(told))


def _message_of(row: Row[tuple[object, ...]]) -> Message:
    values = {name: getattr(row, name) for name in messages.c.keys()}  # noqa: SIM118
    return Message(**{**values, "kind": MessageKind(row.kind)})
