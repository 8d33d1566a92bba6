"""How incidents are written in answers, and what is sent to act on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from alerts.desks import Closed
from alerts.incidents.acts import LONGEST_NAME, LONGEST_TEXT
from alerts.incidents.seen import Told
from alerts.records import Entry, Incident, MessageKind, Outcome, Transition

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_NAME)]


class Asked(BaseModel):
    """What every body is made of: nothing in it that nobody understands."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Escalating(Asked):
    """Telling the next ones."""

    step: int | None = Field(
        default=None, ge=0, le=1_000_000, description="escalation_step as it was seen; left out: whatever it is"
    )


class Noting(Asked):
    """A note."""

    text: Words


class Assigning(Asked):
    """Giving an incident to somebody."""

    to: Name = Field(description="a person or a group; empty takes it from everybody")


class Closing(Asked):
    """Ending an incident by a person's word."""

    reason: Words


class IncidentSaid(BaseModel):
    """An incident: the run of alerts of one station and rule until it is closed."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    station_id: str
    rule: str
    opened_at: datetime
    level: int = Field(description="0 to 5, for the rules of water the hazard; it is not an issued alert level")
    peak_level: int
    open: bool
    waits: bool = Field(description="nobody has acknowledged it at its present level")
    unconfirmed: bool
    unverified: bool = Field(description="its gauge is silent: the level is the last one known")
    acknowledged_at: datetime | None
    acknowledged_by: str
    acknowledged_level: int
    assigned_to: str
    escalation_step: int
    escalate_at: datetime | None
    closed_at: datetime | None
    closed_by: str
    close_reason: str


class ClosedSaid(BaseModel):
    """An incident that was closed."""

    incident: IncidentSaid
    still: list[str] = Field(description="gauges and other subjects still at a level: their next reading opens it anew")


class TransitionSaid(BaseModel):
    """A recorded change of an alert."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    rule: str
    subject_id: str
    station_id: str
    from_level: int
    to_level: int
    cause: str
    observed_at: datetime
    recorded_at: datetime
    stage_m: float | None
    unconfirmed: bool
    unverified: bool
    live: bool
    muted: str = Field(description="why nobody was told; empty where somebody was")
    detail: Mapping[str, Any]


class DeliverySaid(BaseModel):
    """A message to one recipient, and what became of it. Addresses are not given out."""

    model_config = ConfigDict(from_attributes=True)

    message_id: int
    kind: MessageKind
    at: datetime
    drill: bool
    recipient_id: str
    channel: str
    language: str
    subject: str
    level: int
    outcome: Outcome
    attempts: int
    doubts: int = Field(description="attempts of which nobody can say whether they arrived")
    created_at: datetime | None
    settled_at: datetime | None
    error: str


class LineSaid(BaseModel):
    """A line of the chronology."""

    model_config = ConfigDict(from_attributes=True)

    seq: int
    at: datetime
    kind: str
    text: str = Field(description="in the language of the city's staff")
    actor: str


class IncidentWhole(BaseModel):
    """An incident with its course."""

    incident: IncidentSaid
    transitions: list[TransitionSaid]
    deliveries: list[DeliverySaid]
    notes: list[LineSaid]
    lines: list[LineSaid] = Field(description="every line of the chronology that belongs to it")


class Incidents(BaseModel):
    """The newest first."""

    incidents: list[IncidentSaid]
    before: int | None = Field(description="ask with this for the next ones; null where there are no more")


def said(incident: Incident) -> IncidentSaid:
    """An incident in words."""
    return IncidentSaid.model_validate(incident)


def closed(found: Closed) -> ClosedSaid:
    """An incident that was closed."""
    return ClosedSaid(incident=said(found.incident), still=list(found.still))


def transition(found: Transition) -> TransitionSaid:
    """A transition in words."""
    return TransitionSaid.model_validate(found)


def line(found: Entry) -> LineSaid:
    """A line of the chronology."""
    return LineSaid.model_validate(found)


def delivery(told: Told) -> DeliverySaid:
    """A delivery with its message."""
    return DeliverySaid.model_validate(told)
