"""A CAP message as frozen values. They hold what a message says, right or wrong: ``checks.faults`` tells which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from alerts.cap.vocabulary import Category, Certainty, MsgType, ResponseType, Scope, Severity, Status, Urgency

Named: TypeAlias = tuple[str, str]
"""A value with the name of its domain: (valueName, value)."""
Point: TypeAlias = tuple[float, float]
"""(latitude, longitude) in degrees, WGS84: the order of CAP, not that of GeoJSON."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An earlier message, by the three things that name it."""

    sender: str
    identifier: str
    sent: datetime


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle around a point; ``radius_km`` in kilometres."""

    centre: Point
    radius_km: float


@dataclass(frozen=True, slots=True)
class Area:
    """Where: described, and drawn or coded. The last point of a polygon repeats its first."""

    description: str
    polygons: tuple[tuple[Point, ...], ...] = ()
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[Named, ...] = ()
    altitude_ft: float | None = None
    ceiling_ft: float | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A file that goes with a message."""

    description: str
    mime_type: str
    size_bytes: int | None = None
    uri: str = ""
    deref_uri: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Info:
    """What is said, in one language."""

    language: str
    categories: tuple[Category, ...]
    event: str
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    response_types: tuple[ResponseType, ...] = ()
    audience: str = ""
    event_codes: tuple[Named, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    parameters: tuple[Named, ...] = ()
    resources: tuple[Resource, ...] = ()
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True, slots=True)
class CapMessage:
    """One message. Times are aware and are written with the offset that they have."""

    identifier: str
    sender: str
    sent: datetime
    status: Status
    msg_type: MsgType
    scope: Scope = Scope.PUBLIC
    source: str = ""
    restriction: str = ""
    addresses: str = ""
    codes: tuple[str, ...] = ()
    note: str = ""
    references: tuple[Reference, ...] = ()
    incidents: str = ""
    infos: tuple[Info, ...] = ()

    @property
    def reference(self) -> Reference:
        """How later messages refer to this one."""
        return Reference(self.sender, self.identifier, self.sent)

    @property
    def expires(self) -> datetime | None:
        """When the last of what it says ends; None where any of it has no end, or it says nothing."""
        ends = [each.expires for each in self.infos]
        known = [each for each in ends if each is not None]
        return max(known) if known and len(known) == len(ends) else None


def in_force(message: CapMessage, at: datetime) -> bool:
    """Whether a message has not expired; one without an end never does."""
    return message.expires is None or message.expires > at


def references_for(earlier: tuple[CapMessage, ...], at: datetime) -> tuple[Reference, ...]:
    """The references of the next message of a chain: every earlier one that has not expired by ``at``.

    Where all have expired it is the last one: an update and an all-clear must refer to something.
    """
    unexpired = tuple(each.reference for each in earlier if in_force(each, at))
    return unexpired or tuple(each.reference for each in earlier[-1:])
