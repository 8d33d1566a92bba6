"""Who is told of what: a people file, made ready to be asked. Pure and frozen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, cached_property

from alerts.people.matters import GroupKind, Matter, Receiver
from alerts.people.models import Contact, Group, People, Route
from ingest.stations import Station

INNERMOST_FIRST = tuple(GroupKind)
LEVELS = range(6)


@dataclass(frozen=True)
class _Reach:
    """An address that a route leads to; ``staff`` where the route names a staff group that the contact is in."""

    receiver: Receiver
    contact: Contact
    min_level: int
    staff: bool


@dataclass(frozen=True, eq=False)
class Directory:
    """Contacts, groups and routes of one revision (0: none was imported).

    What it is asked for knows the rules of the house: unconfirmed stages and extrapolations are for staff only, public
    groups hear of no alert, who is away is not told, and an address has a lowest level of its own.
    """

    people: People = field(default_factory=People)
    revision: int = 0

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes in the order of the file."""
        return self.people.routes

    @cached_property
    def contacts(self) -> Mapping[str, Contact]:
        """The contacts by id."""
        return {each.id: each for each in self.people.contacts}

    @cached_property
    def groups(self) -> Mapping[str, Group]:
        """The groups by id."""
        return {each.id: each for each in self.people.groups}

    def receivers(self, route: Route) -> tuple[Receiver, ...]:
        """Every address that a route leads to, at whatever hour and level, but for those of public groups."""
        return tuple(each.receiver for each in self._reached[route.id])

    def leads(self, route: Route, matter: Matter, at: datetime) -> bool:
        """Whether a route leads to anybody for such a matter at a time, were its hours to hold."""
        return any(
            each.min_level <= matter.level and (each.staff or not matter.staff_only) and not each.contact.is_away(at)
            for each in self._reached[route.id]
        )

    def told(self, matters: Sequence[Matter], at: datetime) -> Mapping[Receiver, tuple[int, ...]]:
        """Who is told at a time of which matters, by their indices in order; who hears of none is not in it.

        A receiver that several routes lead to is there once. Asked for all matters at once it takes the time of the
        routes and the addresses, not of each address with each matter.
        """
        masks = _Masks(matters)
        found: dict[Receiver, int] = {}
        for route in self.people.routes:
            if not route.is_on(at, self._holidays):
                continue
            wanted = masks.of(route.wants(each) for each in matters)
            for reach in self._reached[route.id] if wanted else ():
                mask = wanted & masks.for_reach(reach)
                if mask and not reach.contact.is_away(at):
                    found[reach.receiver] = found.get(reach.receiver, 0) | mask
        indices = cache(_indices)
        return {receiver: indices(mask) for receiver, mask in found.items()}

    def public_receivers(self, stations: Iterable[Station], level: int, at: datetime) -> tuple[Receiver, ...]:
        """Who gets a public message about these stations: the members of public groups, by their routes.

        The ``rules`` of a route say nothing here. A message about an area or the city is about all its stations.
        """
        places = [(each.id, each.area["ja"] if each.area else "", each.kind) for each in stations]
        found: dict[Receiver, None] = {}
        for route in self.people.routes:
            if route.min_level > level or not route.is_on(at, self._holidays):
                continue
            if any(route.reaches(*place) for place in places):
                groups = [self.groups[each] for each in route.groups if each in self.groups]
                public = [each for each in groups if each.kind is GroupKind.PUBLIC]
                found |= dict.fromkeys(self._addressed(public, route.channels, level, at))
        return tuple(found)

    def group(self, group_id: str, at: datetime, level: int = 5) -> tuple[Receiver, ...]:
        """The addresses of a group for a matter of a level, whatever the routes say: whom an escalation goes to.

        Empty where there is no such group, or nobody of it is there.
        """
        group = self.groups.get(group_id)
        return tuple(self._addressed([group] if group is not None else [], (), level, at))

    def _addressed(
        self, groups: Iterable[Group], channels: Sequence[str], level: int, at: datetime
    ) -> Iterator[Receiver]:
        for group in groups:
            for reach in self._members(group, channels):
                if reach.min_level <= level and not reach.contact.is_away(at):
                    yield reach.receiver

    @cached_property
    def _holidays(self) -> frozenset[date]:
        return frozenset(self.people.holidays)

    @cached_property
    def _reached(self) -> Mapping[str, tuple[_Reach, ...]]:
        return {route.id: self._reached_by(route) for route in self.people.routes}

    def _reached_by(self, route: Route) -> tuple[_Reach, ...]:
        found: dict[Receiver, _Reach] = {}
        named = [self.groups[each] for each in route.groups if each in self.groups]
        for group in sorted(named, key=lambda each: INNERMOST_FIRST.index(each.kind)):
            if group.kind is not GroupKind.PUBLIC:
                for reach in self._members(group, route.channels):
                    found.setdefault(reach.receiver, reach)
        return tuple(found.values())

    def _members(self, group: Group, channels: Sequence[str]) -> Iterator[_Reach]:
        for contact in (self.contacts[each] for each in group.members if each in self.contacts):
            kind = GroupKind.PUBLIC if group.kind is GroupKind.PUBLIC else self._innermost[contact.id]
            for each in contact.addresses:
                if not channels or each.channel in channels:
                    receiver = Receiver(contact.id, each.channel, each.address, contact.language, each.shape, kind)
                    yield _Reach(receiver, contact, each.min_level, group.kind is GroupKind.STAFF)

    @cached_property
    def _innermost(self) -> Mapping[str, GroupKind]:
        found: dict[str, GroupKind] = {}
        for group in sorted(self.people.groups, key=lambda each: INNERMOST_FIRST.index(each.kind)):
            for member in group.members:
                found.setdefault(member, group.kind)
        return found


class _Masks:
    """Sets of matters as numbers, one bit a matter: what a thousand receivers share is made once."""

    def __init__(self, matters: Sequence[Matter]) -> None:
        self._for_all = self.of(not each.staff_only for each in matters)
        self._from = [self.of(each.level >= level for each in matters) for level in LEVELS]

    @staticmethod
    def of(chosen: Iterable[bool]) -> int:
        """The set of the matters for which it is true."""
        digits = "".join("1" if each else "0" for each in chosen)
        return int(digits[::-1] or "0", 2)

    def for_reach(self, reach: _Reach) -> int:
        """What an address may hear of at all."""
        mask = self._from[reach.min_level]
        return mask if reach.staff else mask & self._for_all


def _indices(mask: int) -> tuple[int, ...]:
    return tuple(index for index, digit in enumerate(reversed(f"{mask:b}")) if digit == "1")
