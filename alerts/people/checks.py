"""What a people file names that there is not: contacts, groups, stations, areas, rules, channels, addresses. Pure."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from alerts.people.models import Contact, People, Route, Section
from ingest.registry_files.positions import Path
from ingest.stations import Registry

SHOWN = 12


@dataclass(frozen=True)
class Known:
    """What a people file may name. ``check_address(channel, address)`` raises ValueError with a sentence."""

    registry: Registry
    rules: Collection[str]
    channels: Collection[str]
    check_address: Callable[[str, str], object]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is wrong in one entry: in which, where in it, and a sentence that says what to write instead."""

    section: Section
    index: int
    id: str
    message: str
    path: Path = ()

    def __str__(self) -> str:
        return f"{self.section.value[:-1]} {self.id}: {self.message}"


def remarks(people: People, known: Known) -> Iterator[Remark]:
    """Everything that is named and not there, in the order of the file."""
    yield from _twice(people)
    for index, contact in enumerate(people.contacts):
        for path, message in _of_contact(contact, known):
            yield Remark(Section.CONTACTS, index, contact.id, message, path)
    contacts = [each.id for each in people.contacts]
    for index, group in enumerate(people.groups):
        for path, message in _unknown("members", group.members, contacts, "contact"):
            yield Remark(Section.GROUPS, index, group.id, message, path)
    for index, route in enumerate(people.routes):
        for path, message in _of_route(route, people, known):
            yield Remark(Section.ROUTES, index, route.id, message, path)


def _twice(people: People) -> Iterator[Remark]:
    for section in Section:
        ids = [each.id for each in getattr(people, section)]
        for name, count in Counter(ids).items():
            if count > 1:
                last = len(ids) - 1 - ids[::-1].index(name)
                message = f"this id is there {count} times: give each an id of its own"
                yield Remark(section, last, name, message, ("id",))


def _of_contact(contact: Contact, known: Known) -> Iterator[tuple[Path, str]]:
    for index, each in enumerate(contact.addresses):
        if each.channel not in known.channels:
            yield from _unknown("channel", [each.channel], known.channels, "channel", ("addresses", index))
            continue
        try:
            known.check_address(each.channel, each.address)
        except ValueError as error:
            yield ("addresses", index, "address"), f"`address` for {each.channel}: {error}"


def _of_route(route: Route, people: People, known: Known) -> Iterator[tuple[Path, str]]:
    yield from _unknown("groups", route.groups, [each.id for each in people.groups], "group")
    yield from _unknown("rules", route.rules, known.rules, "rule")
    yield from _unknown("stations", route.stations, known.registry.stations, "station")
    yield from _unknown("areas", route.areas, known.registry.areas, "area")
    yield from _unknown("channels", route.channels, known.channels, "channel")


def _unknown(
    key: str, named: Iterable[str], known: Collection[str], what: str, at: Path = ()
) -> Iterator[tuple[Path, str]]:
    for index, name in enumerate(named):
        if name not in known:
            path = (*at, key) if key == "channel" else (*at, key, index)
            yield path, f"`{key}` names {what} `{name}`, and there is none: {_advice(name, known, what)}"


def _advice(name: str, known: Collection[str], what: str) -> str:
    if near := difflib.get_close_matches(name, known, n=1):
        return f"did you mean `{near[0]}`?"
    if not known:
        return f"there is no {what} at all yet"
    shown = sorted(known)[:SHOWN]
    more = f" and {len(known) - len(shown)} more" if len(known) > len(shown) else ""
    return f"write one of {', '.join(shown)}{more}"
