"""Who was told of incidents and what became of it, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Subquery, func, select, union

from alerts.incidents.seen import InBrief, Told
from alerts.records import MessageKind, Outcome
from alerts.store.tables import deliveries, message_transitions, messages, transitions

PART = 400
"""Numbers asked for at once."""
_SHOWN = (
    *("id", "message_id", "recipient_id", "channel", "language", "subject", "level", "drill", "outcome"),
    *("attempts", "doubts", "created_at", "due_at", "settled_at", "error"),
)


def told_of(connection: Connection, incident_id: int, most: int) -> list[Told]:
    """Every message about an incident, also those that tell of several, recipient by recipient, in the order in which
    they were made; the newest ``most`` of them."""
    about = _about([incident_id])
    ids = list(connection.scalars(select(about.c.message_id)))
    found: list[Told] = []
    for start in range(0, len(ids), PART):
        found += _deliveries_of(connection, ids[start : start + PART])
    return sorted(found, key=lambda each: (each.message_id, each.id))[-most:]


def in_brief(connection: Connection, ids: Sequence[int]) -> dict[int, InBrief]:
    """By incident who was told and how often what became of it: counted in the database, for a storm has very many."""
    counts: dict[int, dict[Outcome, int]] = {}
    names: dict[int, dict[str, None]] = {}
    for start in range(0, len(ids), PART):
        for row in connection.execute(_counted(ids[start : start + PART])):
            outcome = Outcome(row.outcome)
            of_one = counts.setdefault(row.incident_id, {})
            of_one[outcome] = of_one.get(outcome, 0) + row.number
            if outcome is not Outcome.WITHDRAWN:
                names.setdefault(row.incident_id, {})[row.recipient_id] = None
    return {number: InBrief(tuple(names.get(number, ())), of_one) for number, of_one in counts.items()}


def _counted(ids: Sequence[int]) -> Any:
    about = _about(ids)
    first = func.min(deliveries.c.id)
    return (
        select(about.c.incident_id, deliveries.c.recipient_id, deliveries.c.outcome, func.count().label("number"))
        .join(deliveries, deliveries.c.message_id == about.c.message_id)
        .group_by(about.c.incident_id, deliveries.c.recipient_id, deliveries.c.outcome)
        .order_by(about.c.incident_id, first)
    )


def _about(ids: Sequence[int]) -> Subquery:
    """Incidents with the messages that tell of them, each pair once."""
    by_change = (
        select(transitions.c.incident_id, message_transitions.c.message_id)
        .join(message_transitions, message_transitions.c.transition_id == transitions.c.id)
        .where(transitions.c.incident_id.in_(ids))
    )
    by_itself = select(messages.c.incident_id, messages.c.id.label("message_id")).where(messages.c.incident_id.in_(ids))
    return union(by_change, by_itself).subquery()


def _deliveries_of(connection: Connection, message_ids: Sequence[int]) -> list[Told]:
    tells = _changes_told(connection, message_ids)
    wanted = (
        select(
            *(deliveries.c[name] for name in _SHOWN), messages.c.kind, messages.c.at, messages.c.drill.label("of_drill")
        )
        .join(messages, messages.c.id == deliveries.c.message_id)
        .where(deliveries.c.message_id.in_(message_ids))
    )
    return [_told_of(row, tells.get(row.message_id, ())) for row in connection.execute(wanted)]


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
    values = {name: getattr(row, name) for name in (*_SHOWN, "at")}
    kinds = {"kind": MessageKind(row.kind), "outcome": Outcome(row.outcome), "drill": row.drill or row.of_drill}
    return Told(**{**values, **kinds, "transition_ids": transition_ids})
