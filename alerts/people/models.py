"""The people file: contacts, groups of them, and routes that say which group hears of what. Frozen values.

What can be judged from a part alone is judged here; what needs the others, the registry, the rules or the channels is
judged in ``checks.py``, so that a document whose station was retired can still be read.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints, model_validator

from alerts.people.hours import NO_HOLIDAYS, Hours
from alerts.people.matters import Form, GroupKind, Matter
from ingest.stations import Frozen, Hazard, Identifier, Names, StationKind

Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=200)]
"""One line of text."""


Telephone = Annotated[str, StringConstraints(pattern=r"^([+0-9][0-9() -]{1,38}[0-9])?$")]
"""A number as people dial it, or nothing."""
SHORT_CHANNELS = ("sms",)


def _no_switch(value: Any) -> Any:
    """The validator would take true for 1."""
    if isinstance(value, bool):
        raise ValueError("write a number from 1 to 5")
    return value


def _no_number(value: Any) -> Any:
    """The validator would take a number for seconds since 1970."""
    if isinstance(value, int | float) or (isinstance(value, str) and value.replace(".", "").isdecimal()):
        raise ValueError("write a date, for example 2026-05-03, and where a time is asked 2026-05-03T08:30:00+09:00")
    return value


Level = Annotated[Hazard, BeforeValidator(_no_switch)]
Instant = Annotated[AwareDatetime, BeforeValidator(_no_number)]
Date = Annotated[date, BeforeValidator(_no_number)]


class Address(Frozen):
    """Where a contact is reached over one channel.

    ``form`` is long where there is room and short where there is not; by itself it is short for SMS. Below
    ``min_level`` this address is left in peace: a telephone at night for 4 and 5, the mail for all.
    """

    channel: str = Field(min_length=1, max_length=32)
    address: str = Field(min_length=1, max_length=500)
    form: Form | None = None
    min_level: Level = 1

    @property
    def shape(self) -> Form:
        """Its form, or what its channel has by itself."""
        return self.form or (Form.SHORT if self.channel in SHORT_CHANNELS else Form.LONG)


class Contact(Frozen):
    """A person, a desk or a thing that is told.

    ``telephone`` is a number for people to call, not an address of messages; ``private`` keeps it from those who only
    look. ``away`` leaves it out until it is taken back, ``away_until`` until a time.
    """

    id: Identifier
    name: Names
    role: Line = ""
    department: Line = ""
    telephone: Telephone = ""
    private: bool = False
    language: Literal["ja", "en"] = "ja"
    addresses: tuple[Address, ...] = Field(min_length=1)
    away: bool = False
    away_until: Instant | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if self.away and self.away_until is not None:
            raise ValueError("write away = true, which holds until you take it back, or away_until, not both")
        pairs = [(each.channel, each.address) for each in self.addresses]
        if twice := next((each for each in pairs if pairs.count(each) > 1), None):
            raise ValueError(f"the {twice[0]} address is there twice: leave one out")
        return self

    def is_away(self, at: datetime) -> bool:
        """Whether it is not told of anything at a time."""
        return self.away or (self.away_until is not None and at < self.away_until)


class Group(Frozen):
    """Contacts that are told together.

    ``staff`` hear of everything that a route gives them; ``crew`` and ``department`` of what is confirmed and of no
    extrapolation; ``public`` of public messages and nothing else.
    """

    id: Identifier
    name: Names
    kind: GroupKind
    members: tuple[Identifier, ...] = ()


class Route(Frozen):
    """Which groups hear of what, where, from which level on, and at which hours.

    An empty list narrows nothing. ``stations`` and ``areas`` (by their Japanese name) together are the places: one of
    them is enough; ``kinds`` (of station) narrows that. ``channels`` narrows the addresses of the contacts.
    """

    id: Identifier
    groups: tuple[Identifier, ...] = Field(min_length=1)
    rules: tuple[str, ...] = ()
    stations: tuple[Identifier, ...] = ()
    areas: tuple[str, ...] = ()
    kinds: tuple[StationKind, ...] = ()
    min_level: Level = 2
    hours: tuple[Hours, ...] = ()
    channels: tuple[str, ...] = ()

    def concerns(self, matter: Matter, at: datetime, holidays: Collection[date] = NO_HOLIDAYS) -> bool:
        """Whether it is of this route, at this time. Who of its groups may hear of it is the directory's to say."""
        return self.is_on(at, holidays) and self.wants(matter)

    def is_on(self, at: datetime, holidays: Collection[date] = NO_HOLIDAYS) -> bool:
        """Whether its hours hold."""
        return not self.hours or any(each.hold(at, holidays) for each in self.hours)

    def wants(self, matter: Matter) -> bool:
        """Whether the matter is of this route at some hour."""
        if matter.level < self.min_level or (self.rules and matter.rule not in self.rules):
            return False
        return self.reaches(matter.station_id, matter.area, matter.kind)

    def reaches(self, station_id: str, area: str, kind: StationKind | None) -> bool:
        """Whether a place is of this route. What belongs to no station (a gateway) is of those that name no place."""
        if self.kinds and kind not in self.kinds:
            return False
        return not (self.stations or self.areas) or station_id in self.stations or area in self.areas


class People(Frozen):
    """The whole of a people file. ``holidays`` are the dates that ``hours`` call a holiday."""

    holidays: tuple[Date, ...] = ()
    contacts: tuple[Contact, ...] = ()
    groups: tuple[Group, ...] = ()
    routes: tuple[Route, ...] = ()


class Section(StrEnum):
    """The kinds of entry of a people file, by the name of their list."""

    CONTACTS = "contacts"
    GROUPS = "groups"
    ROUTES = "routes"
