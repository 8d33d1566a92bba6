"""What stood at a moment of the past, folded from what had been recorded by then. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from alerts.public.records import Action, PublicMessage
from alerts.records import Entry, Incident, Maintenance, Silence, Transition

SETTLED = frozenset({Action.PUBLISHED, Action.WITHDRAWN, Action.EXPIRED})
"""After one of these decisions a message waits for none."""
Mute = TypeVar("Mute", Silence, Maintenance)


def as_of(incident: Incident, changes: Sequence[Transition], lines: Iterable[Entry]) -> Incident:
    """An incident as it stood after ``changes`` and ``lines``: all that was recorded of it until a moment at which it
    was open. Who acknowledged it, up to which level, and who had it, is in the lines. Where there are no changes, its
    level is the one that it had in the end."""
    found = _unknown(incident) if changes else replace(incident, closed_at=None, closed_by="", close_reason="")
    subjects: dict[str, Transition] = {}
    acts = [each for each in lines if each.kind in ("acknowledged", "assigned")]
    course: list[Transition | Entry] = [*changes, *acts]
    for each in sorted(course, key=_recorded):
        if isinstance(each, Transition):
            subjects[each.subject_id] = each
            found = _changed(found, subjects)
        else:
            found = _acted(found, each)
    return found


def _unknown(incident: Incident) -> Incident:
    return Incident(incident.station_id, incident.rule, incident.opened_at, level=0, peak_level=0, id=incident.id)


def _recorded(each: Transition | Entry) -> tuple[datetime, bool]:
    return (each.recorded_at, False) if isinstance(each, Transition) else (each.at, True)


def _changed(before: Incident, subjects: Mapping[str, Transition]) -> Incident:
    """The doubts are those about the worst, as in ``incidents.course``."""
    level = max(each.to_level for each in subjects.values())
    worst = [each for each in subjects.values() if each.to_level == level and level > 0]
    return replace(
        before,
        level=level,
        peak_level=max(before.peak_level, level),
        acknowledged_level=min(before.acknowledged_level, level),
        unconfirmed=bool(worst) and all(each.unconfirmed for each in worst),
        unverified=bool(worst) and all(each.unverified for each in worst),
    )


def _acted(before: Incident, line: Entry) -> Incident:
    if line.kind == "assigned":
        return replace(before, assigned_to=str(line.detail.get("to", "")))
    level = int(line.detail.get("level", before.level))
    return replace(before, acknowledged_at=line.at, acknowledged_by=line.actor, acknowledged_level=level)


def muted_at(found: Iterable[Mute], lines: Iterable[Entry], at: datetime) -> list[Mute]:
    """Of mutes that had not ended at a moment those that were known then, with the end that was set then: in the
    ``lines`` until the moment by which they were begun and extended."""
    ends: dict[int, datetime] = {}
    for each in lines:
        if each.ref_id is not None and isinstance(each.detail.get("ends"), str):
            ends[each.ref_id] = datetime.fromisoformat(each.detail["ends"])
    return [
        replace(each, ends_at=ends.get(each.id, each.ends_at), ended_by="")
        for each in found
        if each.ends_at > at and (each.id in ends or each.begins_at <= at)
    ]


def published_at(messages: Iterable[PublicMessage], at: datetime) -> list[PublicMessage]:
    """The newest message of every chain that was out at a moment and had no end."""
    newest: dict[int, PublicMessage] = {}
    for each in sorted((each for each in messages if each.sent_at), key=lambda each: (each.sent_at, each.id)):
        if each.sent_at is not None and each.sent_at <= at:
            newest[each.chain_id] = each
    return [each for each in newest.values() if not each.ends_chain]


def waited_at(messages: Iterable[PublicMessage], at: datetime) -> list[PublicMessage]:
    """What waited for somebody to decide at a moment, oldest first."""
    return [each for each in messages if each.created_at <= at and not _settled(each, at)]


def _settled(message: PublicMessage, at: datetime) -> bool:
    return any(each.action in SETTLED and each.at <= at for each in message.decisions)
