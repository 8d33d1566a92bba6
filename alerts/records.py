"""The vocabulary of alerts: what is recorded before anything is sent.

``level`` is the ladder of 0 to 5. For the rule of the stage it is the hazard of the gauge, for that of idle pumps the
hazard of the station; every other rule takes one rung of it, set by the city, to say how much it matters. It is never
an alert level that an authority issued.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

STAGE = "stage"
"""The name of the rule that compares the stage with the thresholds."""
PUMP_IDLE = "pump_idle"
"""The name of the rule of pumps that should run in a flood and do not: its level is a hazard as well."""
URGENT_LEVEL = 4
"""From this hazard on nothing waits for a digest, and nothing mutes."""
OF_HAZARD = frozenset({STAGE, PUMP_IDLE})
"""The rules whose level is a hazard: of the water itself, and of a station whose pumps stand still in it."""


def may_never_wait(rule: str, level: int) -> bool:
    """Whether a level of a rule waits for nothing and is muted by nothing: a hazard from ``URGENT_LEVEL`` on."""
    return rule in OF_HAZARD and level >= URGENT_LEVEL


class Outcome(StrEnum):
    """What became of a delivery so far. ``withdrawn`` was taken back before it was sent."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"


class MessageKind(StrEnum):
    """What a message is about."""

    ALERT = "alert"
    DIGEST = "digest"
    ESCALATION = "escalation"
    REMINDER = "reminder"
    PUBLIC = "public"
    CORRECTION = "correction"
    TEST = "test"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Transition:
    """A recorded change of the alert of one rule and one subject (a gauge, a camera, a pump, a
    gate, a station, a gateway, a sign).

    ``observed_at`` is the time of what caused it, for a reading the device's; ``recorded_at`` is the house's.
    ``unconfirmed`` marks a rise on a suspect reading, and the end of one that was never believed: for staff only.
    ``unverified`` says that the gauge has fallen silent, so that the level is the last one known. ``live`` is False for
    what came late or was filled in afterwards: history, of which nobody is told. ``muted`` says why nobody is told,
    empty where somebody is.
    ``reading_seq`` and ``stage_m`` are those of the reading, 0 and None where there was none.
    ``detail`` holds what a message needs besides, as numbers, texts and times in ISO 8601 (see alerts/messages).
    """

    rule: str
    subject_id: str
    station_id: str
    from_level: int
    to_level: int
    cause: str
    observed_at: datetime
    recorded_at: datetime
    reading_seq: int = 0
    stage_m: float | None = None
    unconfirmed: bool = False
    unverified: bool = False
    live: bool = True
    muted: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    incident_id: int | None = None
    id: int = 0

    @property
    def highest(self) -> int:
        """The higher of the two levels: what a change matters by."""
        return max(self.from_level, self.to_level)

    @property
    def urgent(self) -> bool:
        """Whether it may never wait: the hazard of a gauge, or that of idle pumps, reaches or leaves 4 or 5."""
        return may_never_wait(self.rule, self.highest)


@dataclass(frozen=True, slots=True)
class Incident:
    """The run of transitions of one station and rule until it is closed.

    ``level`` is the present one, the highest of its subjects; ``peak_level`` the highest that it had.
    An acknowledgement holds up to ``acknowledged_level``: a higher one asks anew. ``escalation_step`` counts the steps
    already taken since, ``escalate_at`` is when the next one is due (None: none is). ``remind_at`` is when people are
    told that it still stands, by rules that remind.
    ``closed_by`` is empty where it ended by the rule.
    """

    station_id: str
    rule: str
    opened_at: datetime
    level: int
    peak_level: int
    unconfirmed: bool = False
    unverified: bool = False
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    acknowledged_level: int = 0
    assigned_to: str = ""
    escalation_step: int = 0
    escalate_at: datetime | None = None
    remind_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    close_reason: str = ""
    id: int = 0

    @property
    def open(self) -> bool:
        """Whether it is not closed yet."""
        return self.closed_at is None

    @property
    def waits(self) -> bool:
        """Whether nobody has acknowledged it at its present level."""
        return self.open and self.acknowledged_level < self.level


@dataclass(frozen=True, slots=True)
class Message:
    """What several recipients are told: one row for the same content, whatever its languages and forms.

    ``transition_ids`` are the transitions that it tells of.
    """

    kind: MessageKind
    at: datetime
    level: int = 0
    station_id: str = ""
    incident_id: int | None = None
    public_id: int | None = None
    transition_ids: tuple[int, ...] = ()
    drill: bool = False
    id: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one recipient over one channel, with what became of it.

    ``key`` is a UUID, the same for every attempt: channels that know it take a repeat for what it is.
    ``data`` is the content for machines (webhooks, signs). ``receipt`` is the other side's name for what it accepted.
    It is not begun any more after ``expires_at``. ``began_at`` is when the last attempt was handed over; ``doubts``
    counts the attempts of which nobody can say whether they arrived.
    """

    recipient_id: str
    channel: str
    address: str
    subject: str
    body: str
    due_at: datetime
    key: str
    message_id: int = 0
    level: int = 0
    language: str = "ja"
    data: Mapping[str, Any] = field(default_factory=dict)
    drill: bool = False
    outcome: Outcome = Outcome.PENDING
    attempts: int = 0
    doubts: int = 0
    began_at: datetime | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None
    settled_at: datetime | None = None
    receipt: str = ""
    error: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the chronology. ``actor`` is a person's or a rule's name; ``text`` is what a reader sees in the
    language of the city's staff, ``detail`` the same for programs."""

    at: datetime
    kind: str
    text: str
    actor: str = ""
    station_id: str = ""
    incident_id: int | None = None
    ref_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Silence:
    """A mute of messages with author, reason and end; empty ``station_ids`` or ``rules`` mean all of them.

    It is broken by hazard 4.
    """

    author: str
    reason: str
    begins_at: datetime
    ends_at: datetime
    station_ids: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    ended_by: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Work on gauges of a station (休止): held from the public whatever they say, marked for staff, until it ends."""

    station_id: str
    author: str
    reason: str
    begins_at: datetime
    ends_at: datetime
    gauge_ids: tuple[str, ...] = ()
    """Empty for every gauge of the station."""
    ended_by: str = ""
    id: int = 0

    def holds(self, gauge_id: str, at: datetime) -> bool:
        """Whether a gauge of the station is being worked on at a time."""
        return self.begins_at <= at < self.ends_at and self.concerns(gauge_id)

    def concerns(self, gauge_id: str) -> bool:
        """Whether a gauge of the station is among those worked on."""
        return not self.gauge_ids or gauge_id in self.gauge_ids


class MaintenanceLog(Protocol):
    """What the rooms above may read of the work on gauges."""

    def maintenance(self, since: datetime) -> list[Maintenance]:
        """What had not ended at a time, the planned ones included; the newest first."""
        ...


class NotedWork(MaintenanceLog, Protocol):
    """The same for whoever has to hear of work that is noted long after it ended."""

    def maintenance_noted(self, since: datetime, after: int) -> list[Maintenance]:
        """What had not ended at a time, and what was noted after the work of a number; the newest first."""
        ...


class NoMaintenance:
    """Where nobody works on anything."""

    def maintenance(self, since: datetime) -> list[Maintenance]:
        """None."""
        del since
        return []


class AlertLog(Protocol):
    """What the rooms above may read of the alerts."""

    def last_transition_id(self) -> int:
        """The end of the record: it grows with every transition."""
        ...

    def transitions(self, limit: int = 100, subject_id: str | None = None) -> list[Transition]:
        """The newest transitions of the rule of the stage first, of one gauge or of all."""
        ...

    def current(self) -> dict[str, Transition]:
        """The newest transition of the rule of the stage of every gauge that ever had one, by gauge."""
        ...

    def waiting(self) -> list[Incident]:
        """The open incidents of every rule that nobody has acknowledged at their present level, all of them: the worst
        first, of equals the oldest."""
        ...

    def waiting_since(self, waiting: Sequence[Incident]) -> dict[int, datetime]:
        """By number of an incident, since when it waits: since it first rose above what was acknowledged. Where
        nothing tells, it is left out."""
        ...

    def deliveries_of(self, transition_ids: list[int]) -> dict[int, list[Delivery]]:
        """The deliveries that told of some transitions, by transition."""
        ...
