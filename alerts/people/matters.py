"""What somebody may be told of, and who is told: the questions to a directory and its answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from alerts.records import OF_HAZARD, Transition
from ingest.stations import Registry, StationKind

OUTLOOK = "outlook"
"""The rule that extrapolates: for staff only, since forecasts for others need a permit."""


class GroupKind(StrEnum):
    """What a group is, from the innermost to the outermost."""

    STAFF = "staff"
    CREW = "crew"
    DEPARTMENT = "department"
    PUBLIC = "public"


class Form(StrEnum):
    """How much room there is."""

    LONG = "long"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Matter:
    """Something to tell: a rule at a place and a level.

    ``area`` is the Japanese name of the station's area. A gateway belongs to no station: ``station_id`` and ``area``
    are empty and ``kind`` is None then. ``level`` is the higher one of a change.
    """

    rule: str
    station_id: str
    area: str
    kind: StationKind | None
    level: int
    unconfirmed: bool = False
    cause: str = ""

    @property
    def staff_only(self) -> bool:
        """Whether nobody but staff may hear of it: a suspect reading, and an extrapolation."""
        return self.rule == OUTLOOK or (self.rule in OF_HAZARD and self.unconfirmed)


@dataclass(frozen=True, slots=True)
class Receiver:
    """One address of one contact. ``group_kind`` is the innermost of the groups that the contact belongs to."""

    contact_id: str
    channel: str
    address: str
    language: str
    form: Form
    group_kind: GroupKind


Address: TypeAlias = tuple[str, str, str]
"""Contact, channel and address."""


def address_of(receiver: Receiver) -> Address:
    """What is remembered of a receiver is kept by this: it stays the same when a language or a group changes."""
    return receiver.contact_id, receiver.channel, receiver.address


def matter_of(transition: Transition, registry: Registry) -> Matter:
    """What a transition is about; a station that is no longer in the registry has no area and no kind."""
    station = registry.stations.get(transition.station_id)
    return Matter(
        rule=transition.rule,
        station_id=transition.station_id,
        area=station.area["ja"] if station is not None and station.area else "",
        kind=station.kind if station is not None else None,
        level=transition.highest,
        unconfirmed=transition.unconfirmed,
        cause=transition.cause,
    )
