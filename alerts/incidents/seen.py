"""What the pages show of incidents, of every rule: values, and the protocol of whoever reads them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from alerts.answers.given import Answer
from alerts.pictures.tied import Tied
from alerts.records import Entry, Incident, Maintenance, MessageKind, Outcome, Silence, Transition

Names: TypeAlias = Mapping[str, Mapping[str, str]]
"""What contacts and groups are called, by id and then by language; one that has left the list is absent."""


@dataclass(frozen=True, slots=True)
class Told:
    """One message to one recipient over one channel, and what became of it; without its text and address.

    ``at`` is when the message was made, ``due_at`` until when it is held back. ``doubts`` counts the attempts of which
    nobody can say whether they arrived. ``transition_ids`` are those that it tells of.
    """

    message_id: int
    kind: MessageKind
    at: datetime
    recipient_id: str
    channel: str
    outcome: Outcome
    due_at: datetime
    settled_at: datetime | None = None
    attempts: int = 0
    error: str = ""
    drill: bool = False
    subject: str = ""
    language: str = "ja"
    level: int = 0
    doubts: int = 0
    created_at: datetime | None = None
    transition_ids: tuple[int, ...] = ()
    id: int = 0


@dataclass(frozen=True, slots=True)
class InBrief:
    """Who was told of an incident, each once, without those whose message was taken back; and how many deliveries
    became what."""

    recipients: Sequence[str] = ()
    counts: Mapping[Outcome, int] = field(default_factory=dict)


NOBODY_TOLD = InBrief()


@dataclass(frozen=True, slots=True)
class NextStep:
    """Who is told next where nobody acknowledges: the step's number from 1, and its groups (none: the staff whom the
    alert concerns). ``at`` is when, None where only a person can ask for it."""

    number: int
    groups: tuple[str, ...]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands at one moment: the open incidents, worst first, those that ended lately, newest first, and what
    mutes, the planned included. ``told`` is by incident, ``newest`` the last transition of each. ``ended_count`` is how
    many ended, where ``ended`` are not all of them."""

    open: Sequence[Incident] = ()
    ended: Sequence[Incident] = ()
    ended_count: int = 0
    told: Mapping[int, InBrief] = field(default_factory=dict)
    newest: Mapping[int, Transition] = field(default_factory=dict)
    steps: Mapping[int, NextStep] = field(default_factory=dict)
    silences: Sequence[Silence] = ()
    maintenance: Sequence[Maintenance] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about one incident, oldest first. ``entries`` are its lines of the chronology but for transitions and
    deliveries, which stand by themselves. ``pictures`` is by transition. ``still`` are the subjects that are at a level
    now and are heard from: whoever closes it is told of them."""

    incident: Incident
    transitions: Sequence[Transition] = ()
    told: Sequence[Told] = ()
    entries: Sequence[Entry] = ()
    answers: Sequence[Answer] = ()
    pictures: Mapping[int, Tied] = field(default_factory=dict)
    step: NextStep | None = None
    still: Sequence[str] = ()


class IncidentLog(Protocol):
    """What may be read of incidents, of every rule. All of it blocks."""

    def mark(self) -> str:
        """Another one whenever anything was recorded: cheap, to be asked often."""
        ...

    def standing(self, now: datetime, ended_since: datetime) -> Standing:
        """What stands at ``now``, which is the present, with what ended since a time."""
        ...

    def case(self, incident_id: int) -> Case | None:
        """One incident with all that belongs to it; None where there is none of that number."""
        ...

    def incident(self, incident_id: int) -> Incident | None:
        """One incident, None where there is none of that number."""
        ...

    def incidents(
        self,
        *,
        is_open: bool | None = None,
        station_id: str | None = None,
        before_id: int | None = None,
        limit: int = 100,
    ) -> list[Incident]:
        """The newest first: the open ones, the closed ones or both, with a number below ``before_id``."""
        ...

    def entries_of(self, incident_id: int) -> list[Entry]:
        """Every line of the chronology that belongs to an incident, oldest first."""
        ...

    def names(self) -> Names:
        """What those who are told are called."""
        ...


class NoIncidents:
    """Where nothing ever happened."""

    def mark(self) -> str:
        """Always the same."""
        return ""

    def standing(self, now: datetime, ended_since: datetime) -> Standing:
        """Nothing."""
        del now, ended_since
        return Standing()

    def case(self, incident_id: int) -> Case | None:
        """None."""
        del incident_id
        return None

    def incident(self, incident_id: int) -> Incident | None:
        """None."""
        del incident_id
        return None

    def incidents(
        self,
        *,
        is_open: bool | None = None,
        station_id: str | None = None,
        before_id: int | None = None,
        limit: int = 100,
    ) -> list[Incident]:
        """None."""
        del is_open, station_id, before_id, limit
        return []

    def entries_of(self, incident_id: int) -> list[Entry]:
        """None."""
        del incident_id
        return []

    def names(self) -> Names:
        """Nobody."""
        return {}
