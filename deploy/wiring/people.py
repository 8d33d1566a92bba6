"""People: what a people file may name here, and what is said at a start about who is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from alerts.channels.table import CHANNELS, check_address
from alerts.incidents.settings import Escalation
from alerts.people import Contact, Directory, Known, People, gaps, load, remarks
from alerts.rules.table import NAMES
from deploy.demo import demonstration
from ingest.registry_files import load as load_city
from ingest.stations import Registry

log = logging.getLogger(__name__)


def known(registry: Registry) -> Known:
    """What a people file may name: the places of a registry, and the rules and channels of the program."""
    return Known(registry, NAMES, CHANNELS, check_address)


def demonstration_people(folder: Path) -> People:
    """The people of the demonstration: files in the data folder, which is put before their names."""
    there = Known(load_city(demonstration("city.toml")), NAMES, CHANNELS, _any_address)
    people = load(demonstration("people.toml"), there)
    return people.model_copy(update={"contacts": tuple(_within(folder, each) for each in people.contacts)})


def _any_address(_channel: str, _address: str) -> None:
    """The folder is put before it later."""


def _within(folder: Path, contact: Contact) -> Contact:
    moved = tuple(each.model_copy(update={"address": str(folder / each.address)}) for each in contact.addresses)
    return contact.model_copy(update={"addresses": moved})


def shortcomings(directory: Directory, registry: Registry, at: datetime, escalation: Escalation) -> Iterator[str]:
    """What is named and not there any more, then of what nobody would be told, as sentences."""
    yield from map(str, remarks(directory.people, known(registry)))
    yield from gaps(directory, registry, at)
    for group_id in dict.fromkeys(name for each in escalation for step in each.steps for name in step.groups):
        if group_id not in directory.groups:
            yield f"alerts.escalation names group {group_id}, and there is none: an escalation to it reaches nobody"
        elif not directory.group(group_id, at):
            yield f"alerts.escalation names group {group_id}, of which nobody is there now"


def warn_of_shortcomings(directory: Directory, registry: Registry, at: datetime, escalation: Escalation) -> None:
    """Say them in the log and go on: a station that was retired must not stop the service of all others."""
    for sentence in shortcomings(directory, registry, at, escalation):
        log.warning("people: %s", sentence)
