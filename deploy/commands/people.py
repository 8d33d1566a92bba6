"""``mizumori people import|diff|export|list|check|test``."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from alerts.chronology.words import line
from alerts.people import Contact, Directory, People, PeopleMistakes, Route, changes, load, shortened, to_toml
from alerts.people.trial import trial
from alerts.records import Delivery, Outcome
from alerts.store.chronology import enter
from alerts.store.deliveries import add
from alerts.store.people import KIND
from deploy.commands.context import Context, UsageError, say
from deploy.commands.registry import author
from deploy.wiring.people import known, shortcomings
from deploy.wiring.stores import Stores, open_stores
from ingest.clock import JST
from ingest.stations import Registry
from ingest.store.tables import writing

TRIAL_HOLDS = timedelta(hours=1)
"""A test that nobody sends in this time is not sent any more."""
WAIT_S = 30.0
POLL_S = 0.2


def add_to(commands: Any) -> None:
    """The commands of this file."""
    people = commands.add_parser("people", help="contacts, groups and routes: who is told of what")
    actions = people.add_subparsers(dest="action", required=True, metavar="import|diff|export|list|check|test")
    text = "make a file the directory of people; what is missing from it is told nothing any more"
    action = _with_file(actions, "import", import_file, text)
    action.add_argument("--dry-run", action="store_true", help="only say what it would change")
    action.add_argument("--by", metavar="NAME", help="who imports, for the chronology; else the user of this machine")
    _with_file(actions, "diff", show_diff, "show what an import of the file would change")
    for name, run, text in (
        ("export", export, "write the directory as TOML to the screen (> FILE keeps it)"),
        ("list", show, "show contacts, groups and routes; addresses are shortened"),
    ):
        actions.add_parser(name, help=text, description=text).set_defaults(run=run)
    text = "say of what nobody would be told, with stations and hours; 1 where there is anything"
    action = actions.add_parser("check", help=text, description=text)
    action.add_argument("file", type=Path, nargs="?", help="a file that is not imported yet; else what is in service")
    action.set_defaults(run=check)
    text = "send a contact a message that says it is a test, through the running service"
    action = actions.add_parser("test", help=text, description=text)
    action.add_argument("contact")
    action.add_argument("--channel", help="only over this channel; else over each of the contact's")
    action.set_defaults(run=test)


def _with_file(actions: Any, name: str, run: Any, text: str) -> Any:
    action = actions.add_parser(name, help=text, description=text)
    action.add_argument("file", type=Path)
    action.set_defaults(run=run)
    return action


def import_file(context: Context, options: argparse.Namespace) -> int:
    """Import a file and say what it changed, and of what nobody would be told now."""
    stores = open_stores(context.settings)
    registry = stores.city()
    people = read(options.file, registry)
    if options.dry_run:
        _say_changes(changes(stores.people.directory().people, people))
        _say_gaps(Directory(people), registry, context)
        return 0
    now = context.clock.now()
    _say_changes(stores.people.apply(people, options.by or author(), now))
    say(f"imported: {contents(people)}")
    _say_gaps(Directory(people), registry, context)
    return 0


def show_diff(context: Context, options: argparse.Namespace) -> int:
    """Say what an import would change; nothing is written."""
    stores = open_stores(context.settings)
    _say_changes(changes(stores.people.directory().people, read(options.file, stores.city())))
    return 0


def export(context: Context, _: argparse.Namespace) -> int:
    """Write what is in service."""
    print(to_toml(open_stores(context.settings).people.directory().people), end="")
    return 0


def show(context: Context, _: argparse.Namespace) -> int:
    """One line for each contact, group and route."""
    stores = open_stores(context.settings)
    people, now = stores.people.directory().people, context.clock.now()
    for contact in people.contacts:
        away = " (away)" if contact.is_away(now) else ""
        say(f"contact {contact.id}{away}: {contact.name['ja']}, {_addresses_of(contact)}")
    for group in people.groups:
        say(f"group {group.id} ({group.kind}): {', '.join(group.members) or 'nobody'}")
    for route in people.routes:
        say(f"route {route.id}: {', '.join(_limits_of(route))} → {', '.join(route.groups)}")
    for each in stores.people.revisions(1):
        say(f"revision {each.revision} of {each.at.astimezone(JST):%Y-%m-%d %H:%M} JST by {each.by}")
    if not people.contacts:
        say("there are no people yet: write a people file and run mizumori people import FILE")
    return 0


def check(context: Context, options: argparse.Namespace) -> int:
    """Say every gap; 1 where there is any."""
    stores = open_stores(context.settings)
    registry = stores.city()
    directory = Directory(read(options.file, registry)) if options.file else stores.people.directory()
    found = _say_gaps(directory, registry, context)
    if not found:
        say(f"{contents(directory.people)}; somebody is told of every danger at any hour")
    return 1 if found else 0


def test(context: Context, options: argparse.Namespace) -> int:
    """Put a test message into the outbox and wait for what becomes of it; 1 where it did not go out."""
    stores = open_stores(context.settings)
    contact = stores.people.directory().contacts.get(options.contact)
    if contact is None:
        known_ids = ", ".join(stores.people.directory().contacts) or "none yet"
        raise UsageError(f"there is no contact {options.contact}: write one of {known_ids}")
    message_id = _begun(stores, contact, options.channel, context)
    say(f"a test message waits for the service, {len(_deliveries(stores, message_id))} in all")
    outcomes = _awaited(stores, message_id)
    for each in outcomes:
        why = f": {each.error}" if each.error else f" ({each.receipt})" if each.receipt else ""
        say(f"{each.channel} {shortened(each.address)}: {each.outcome}{why}")
    if any(each.outcome in (Outcome.PENDING, Outcome.SENDING) for each in outcomes):
        say("not all of it was sent: does mizumori run or mizumori alerts work on this data folder?")
    return 0 if all(each.outcome is Outcome.SENT for each in outcomes) else 1


def _begun(stores: Stores, contact: Contact, channel: str | None, context: Context) -> int:
    city, now = stores.city().city, context.clock.now()
    message, deliveries = trial(contact, city, now, channel=channel, holds=TRIAL_HOLDS, new_key=lambda: str(uuid4()))
    if not deliveries:
        own = ", ".join(dict.fromkeys(each.channel for each in contact.addresses))
        raise UsageError(f"{contact.id} has no address on {channel}: write {own}")
    with writing(stores.database) as connection:
        message_id = add(connection, message, deliveries)
        values = {"recipient": contact.id}
        enter(connection, line(now, KIND, "people_tried", values, actor=author(), ref_id=message_id))
    return message_id


def _awaited(stores: Stores, message_id: int) -> list[Delivery]:
    until = time.monotonic() + WAIT_S
    while True:
        found = _deliveries(stores, message_id)
        waiting = any(each.outcome in (Outcome.PENDING, Outcome.SENDING) and not each.error for each in found)
        if not waiting or time.monotonic() > until:
            return found
        time.sleep(POLL_S)


def _deliveries(stores: Stores, message_id: int) -> list[Delivery]:
    return stores.deliveries.of_message(message_id)


def read(file: Path, registry: Registry) -> People:
    """A people file; its mistakes become the error, one a line."""
    try:
        return load(file, known(registry))
    except PeopleMistakes as error:
        lines = "\n".join(map(str, error.mistakes))
        count = len(error.mistakes)
        raise UsageError(f"{file} has {count} mistake{'s' if count > 1 else ''}:\n{lines}") from error
    except OSError as error:
        raise UsageError(f"{file.resolve()} cannot be read: {error.strerror}") from error


def contents(people: People) -> str:
    """How much a directory holds."""
    counts = {"contact": len(people.contacts), "group": len(people.groups), "route": len(people.routes)}
    return ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items())


def _say_changes(found: list[str]) -> None:
    for sentence in found or ["nothing changes"]:
        say(sentence)


def _say_gaps(directory: Directory, registry: Registry, context: Context) -> int:
    found = list(shortcomings(directory, registry, context.clock.now(), context.settings.alerts.escalation))
    for sentence in found:
        say(f"mind: {sentence}")
    return len(found)


def _addresses_of(contact: Contact) -> str:
    return ", ".join(f"{each.channel} {shortened(each.address)} from {each.min_level} on" for each in contact.addresses)


def _limits_of(route: Route) -> Iterator[str]:
    yield f"from level {route.min_level} on"
    for name in ("rules", "stations", "areas", "kinds", "channels"):
        if given := getattr(route, name):
            yield f"{name} {' '.join(given)}"
    for hours in route.hours:
        times = "all day" if hours.begins == hours.ends else f"{hours.begins:%H:%M}–{hours.ends:%H:%M}"
        yield f"{' '.join(hours.days) or 'every day'} {times}"
