"""What stood at a moment of the past, within the caller's transaction: from transitions, lines and decisions, which are
never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from alerts.chronology.stood import as_of, muted_at, published_at, waited_at
from alerts.chronology.wanted import Stands
from alerts.records import Entry, Incident, Transition
from alerts.store.chronology import entry_of
from alerts.store.incidents import incident_of
from alerts.store.mutes import maintenance_since, silences_since
from alerts.store.public import written_between
from alerts.store.record import transition_of
from alerts.store.tables import chronology, incidents, transitions

PART = 400
"""Numbers asked for at once."""
LONGEST_CHAIN = timedelta(days=60)
"""A public message that was sent longer before has nobody waiting for its end."""


def stood(connection: Connection, at: datetime) -> Stands:
    """What stood at a moment, as it was known then."""
    was_open = (incidents.c.opened_at <= at) & (incidents.c.closed_at.is_(None) | (incidents.c.closed_at > at))
    found = [incident_of(row) for row in connection.execute(select(incidents).where(was_open))]
    messages = written_between(connection, at - LONGEST_CHAIN, at)
    return Stands(
        _as_of(connection, found, at),
        muted_at(silences_since(connection, at), _lines(connection, "silence", at), at),
        muted_at(maintenance_since(connection, at), _lines(connection, "maintenance", at), at),
        published_at(messages, at),
        waited_at(messages, at),
        at,
    )


def _as_of(connection: Connection, found: Sequence[Incident], at: datetime) -> list[Incident]:
    ids = [each.id for each in found]
    changes: dict[int, list[Transition]] = {}
    acts: dict[int, list[Entry]] = {}
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        of_them = select(transitions).where(transitions.c.incident_id.in_(part), transitions.c.recorded_at <= at)
        for row in connection.execute(of_them.order_by(transitions.c.id)):
            changes.setdefault(row.incident_id, []).append(transition_of(row))
        said = select(chronology).where(chronology.c.incident_id.in_(part), chronology.c.at <= at)
        wanted = said.where(chronology.c.kind.in_(["acknowledged", "assigned"])).order_by(chronology.c.seq)
        for row in connection.execute(wanted):
            acts.setdefault(row.incident_id, []).append(entry_of(row))
    return [as_of(each, changes.get(each.id, ()), acts.get(each.id, ())) for each in found]


def _lines(connection: Connection, kind: str, at: datetime) -> list[Entry]:
    wanted = select(chronology).where(chronology.c.kind == kind, chronology.c.at <= at).order_by(chronology.c.seq)
    return [entry_of(row) for row in connection.execute(wanted)]
