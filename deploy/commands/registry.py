"""``mizumori check`` and ``mizumori registry import|diff|export``."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alerts.people import remarks as people_remarks
from deploy.commands.context import Context, UsageError, say
from deploy.drills import of_house, without_mark
from deploy.wiring.desk import record_import
from deploy.wiring.people import known
from deploy.wiring.stores import open_stores
from ingest.registry_files import (
    Change,
    RegistryConflict,
    RegistryMistakes,
    contents,
    load,
    remarks,
    to_csv,
    to_toml,
)
from ingest.stations import Registry


def add_to(commands: Any) -> None:
    """The commands of this file."""
    text = "validate a registry file and say every mistake with its line"
    command = commands.add_parser("check", help=text, description=text)
    command.add_argument("file", type=Path)
    command.set_defaults(run=check)
    registry = commands.add_parser("registry", help="import, compare or export the registry")
    actions = registry.add_subparsers(dest="action", required=True, metavar="import|diff|export")
    for name, run, text in (
        ("import", import_file, "make a file the registry; what is missing from it is retired, not deleted"),
        ("diff", show_diff, "show what an import of the file would change"),
    ):
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument("file", type=Path)
        action.set_defaults(run=run)
    text = "write the registry as TOML to the screen (> FILE keeps it), or its tables as CSV into a folder"
    action = actions.add_parser("export", help=text, description=text)
    action.add_argument("--csv", type=Path, metavar="FOLDER")
    action.set_defaults(run=export)


def check(_: Context, options: argparse.Namespace) -> int:
    """Say every mistake; 1 where there is any. What is none and should be known is said beside the count."""
    registry = read(options.file)
    say(f"{options.file}: {contents(registry)}; no mistakes")
    _say_remarks(registry)
    return 0


def import_file(context: Context, options: argparse.Namespace) -> int:
    """Import a file and say what it changed."""
    registry = read(options.file)
    stores = open_stores(context.settings)
    try:
        changes = stores.registry.apply(of_house(registry, context.settings), context.clock.now(), author())
    except RegistryConflict as error:
        raise _conflict(options.file, error) from error
    record_import(changes, stores, author(), context.clock.now())
    _say_changes(changes)
    say(f"imported: {contents(registry)}")
    _say_remarks(registry)
    for remark in people_remarks(stores.people.directory().people, known(stores.city())):
        say(f"mind: people: {remark}; correct it with mizumori people import")
    return 0


def show_diff(context: Context, options: argparse.Namespace) -> int:
    """Say what an import would change; nothing is written."""
    registry = read(options.file)
    try:
        _say_changes(
            open_stores(context.settings).registry.preview(of_house(registry, context.settings), context.clock.now())
        )
    except RegistryConflict as error:
        raise _conflict(options.file, error) from error
    _say_remarks(registry)
    return 0


def export(context: Context, options: argparse.Namespace) -> int:
    """Write what is in service."""
    registry = without_mark(open_stores(context.settings).city())
    if options.csv is None:
        print(to_toml(registry), end="")
        return 0
    try:
        to_csv(registry, options.csv)
    except OSError as error:
        raise UsageError(f"{options.csv} cannot be written ({error.strerror}): name another folder") from error
    say(f"written to {options.csv}: {contents(registry)}")
    return 0


def _conflict(file: Path, error: RegistryConflict) -> UsageError:
    return UsageError(f"{file} does not agree with what stays in the registry:\n{error}")


def read(file: Path) -> Registry:
    """A registry file; its mistakes become the error, one a line."""
    try:
        return load(file)
    except RegistryMistakes as error:
        lines = "\n".join(f"{each.file}:{each.line}: {each.message}" for each in error.mistakes)
        count = len(error.mistakes)
        raise UsageError(f"{file} has {count} mistake{'s' if count > 1 else ''}:\n{lines}") from error
    except OSError as error:
        raise UsageError(f"{file.resolve()} cannot be read: {error.strerror}") from error


def author() -> str:
    """Who imports, for the record."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _say_remarks(registry: Registry) -> None:
    for remark in remarks(registry):
        say(f"mind: {remark}")


def _say_changes(changes: Sequence[Change]) -> None:
    for change in changes:
        say(str(change))
    if not changes:
        say("nothing changes")
