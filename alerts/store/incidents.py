"""Incidents in the database, within the caller's transaction; whoever changes one holds it until the end of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select, update

from alerts.records import Incident, Transition
from alerts.rules.findings import UNTOLD
from alerts.rules.kept import Alert, from_json
from alerts.store.record import cursor, move_cursor, transition_of
from alerts.store.tables import incidents, standings, transitions

PART = 500
"""Incidents asked for at once."""
BY_HAND = "standings"
"""Counts the changes of standings by people: whoever keeps them in memory must read them again."""


def open_incidents(connection: Connection) -> dict[tuple[str, str], Incident]:
    """The open ones, by station and rule."""
    wanted = select(incidents).where(incidents.c.closed_at.is_(None)).with_for_update()
    found = [incident_of(row) for row in connection.execute(wanted)]
    return {(each.station_id, each.rule): each for each in found}


def save(connection: Connection, changed: Sequence[Incident]) -> list[int]:
    """Insert those without an id, update the others; the ids of all, in their order."""
    known = [{"id_": each.id, **_columns(each)} for each in changed if each.id]
    if known:
        connection.execute(update(incidents).where(incidents.c.id == bindparam("id_")), known)
    new = [_columns(each) for each in changed if not each.id]
    made = iter(_inserted(connection, new) if new else ())
    return [each.id or next(made) for each in changed]


def _inserted(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    insert = incidents.insert().returning(incidents.c.id, sort_by_parameter_order=True)
    return connection.scalars(insert, [dict(each) for each in rows]).all()


def incident(connection: Connection, incident_id: int) -> Incident | None:
    """One incident, held until the end of the transaction where that writes."""
    row = connection.execute(select(incidents).where(incidents.c.id == incident_id).with_for_update()).one_or_none()
    return None if row is None else incident_of(row)


def incidents_of(
    connection: Connection, *, station_id: str | None = None, closed: bool = False, limit: int | None = 100
) -> list[Incident]:
    """The open ones, worst first, of equals the oldest; with ``closed`` all of them, newest first."""
    wanted: Select[Any] = select(incidents).limit(limit)
    if closed:
        wanted = wanted.order_by(incidents.c.id.desc())
    else:
        wanted = wanted.where(incidents.c.closed_at.is_(None)).order_by(incidents.c.level.desc(), incidents.c.id)
    if station_id is not None:
        wanted = wanted.where(incidents.c.station_id == station_id)
    return [incident_of(row) for row in connection.execute(wanted)]


def due(connection: Connection, until: datetime, beyond: datetime, limit: int = 10_000) -> list[Incident]:
    """The open ones of which others must be told, or people reminded, until a time; the worst first. Held until the
    end of the transaction. So are those of which others would be told ``beyond`` a time: no step is that far away."""
    told = (incidents.c.escalate_at <= until) | (incidents.c.escalate_at > beyond)
    wanted = (
        select(incidents)
        .where(incidents.c.closed_at.is_(None), told | (incidents.c.remind_at <= until))
        .order_by(incidents.c.level.desc(), incidents.c.id)
        .limit(limit)
        .with_for_update()
    )
    return [incident_of(row) for row in connection.execute(wanted)]


def firing(connection: Connection, rule: str, station_id: str) -> dict[str, Alert]:
    """The alerts of a station and rule that are at a level, by subject; held until the end of the transaction."""
    wanted = (
        select(standings)
        .where(standings.c.rule == rule, standings.c.station_id == station_id, standings.c.level > 0)
        .with_for_update()
    )
    return {
        row.subject_id: Alert(row.station_id, from_json(row.standing), row.told) for row in connection.execute(wanted)
    }


def moved(connection: Connection) -> None:
    """A person has changed where alerts stand."""
    move_cursor(connection, BY_HAND, cursor(connection, BY_HAND) + 1)


def newest_of(connection: Connection, of: Sequence[Incident]) -> dict[int, Transition]:
    """By incident, what a message that comes again is told by: of the newest transitions of its subjects that changed
    anything for people the worst one."""
    found: dict[int, dict[str, Transition]] = {}
    ids = [each.id for each in of]
    for start in range(0, len(ids), PART):
        wanted = (
            select(transitions)
            .where(transitions.c.incident_id.in_(ids[start : start + PART]))
            .where(transitions.c.cause.not_in([str(each) for each in UNTOLD]))
            .order_by(transitions.c.id)
        )
        for row in connection.execute(wanted):
            found.setdefault(row.incident_id, {})[row.subject_id] = transition_of(row)
    return {
        incident_id: max(newest.values(), key=lambda each: (each.to_level, each.id))
        for incident_id, newest in found.items()
    }


def incident_of(row: Row[Any]) -> Incident:
    """The incident of a row."""
    return Incident(**{name: getattr(row, name) for name in Incident.__dataclass_fields__})


def _columns(each: Incident) -> Mapping[str, Any]:
    return {name: getattr(each, name) for name in Incident.__dataclass_fields__ if name != "id"}
