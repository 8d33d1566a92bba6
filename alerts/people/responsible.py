"""Who answers for a station: those whom its department and its routes name. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from alerts.people.directory import INNERMOST_FIRST, Directory
from alerts.people.matters import GroupKind
from alerts.people.models import Contact, Route
from alerts.records import STAGE
from ingest.stations import Station


class People(Protocol):
    """Where the directory is kept."""

    def directory(self) -> Directory:
        """The directory as it stands; raises where it cannot be read."""
        ...


class NoPeople:
    """Where nobody is told of anything."""

    def directory(self) -> Directory:
        """Nobody."""
        return Directory()


@dataclass(frozen=True, slots=True)
class Answerable:
    """A contact of a station. ``telephone`` is empty where there is none, and where it is not to be seen: then
    ``withheld`` says that there is one. ``own`` says that the department looks after the station."""

    contact: Contact
    kind: GroupKind
    own: bool
    away: bool
    telephone: str
    withheld: bool


def responsible(directory: Directory, station: Station, at: datetime, private: bool) -> tuple[Answerable, ...]:
    """The contacts of a station: those of its own department first, then those whom routes name for just this place,
    then the others; staff before crews before departments. ``private`` says whether private numbers may be seen."""
    found: dict[str, tuple[tuple[bool, bool, int], Answerable]] = {}
    department = station.department["ja"] if station.department else ""
    for route, kind, contact in _reached(directory, station):
        own = bool(department) and contact.department == department
        rank = (not own, not (route.stations or route.areas), INNERMOST_FIRST.index(kind))
        if contact.id not in found or rank < found[contact.id][0]:
            withheld = contact.private and not private and bool(contact.telephone)
            shown = "" if withheld else contact.telephone
            found[contact.id] = rank, Answerable(contact, kind, own, contact.is_away(at), shown, withheld)
    return tuple(each for _, each in sorted(found.values(), key=lambda ranked: ranked[0]))


def _reached(directory: Directory, station: Station) -> Iterator[tuple[Route, GroupKind, Contact]]:
    area = station.area["ja"] if station.area else ""
    for route in directory.routes:
        if (route.rules and STAGE not in route.rules) or not route.reaches(station.id, area, station.kind):
            continue
        for group in (directory.groups[each] for each in route.groups if each in directory.groups):
            if group.kind is GroupKind.PUBLIC:
                continue
            for contact in (directory.contacts[each] for each in group.members if each in directory.contacts):
                yield route, group.kind, contact
