"""``mizumori credentials issue|revoke|list``: who may speak to the broker."""

from __future__ import annotations

import argparse
import csv
import difflib
import io
import os
import secrets
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from deploy.commands.context import Context, UsageError, say
from deploy.credentials import KINDS, SALT_BYTES, SERVICES, Device, Folder, devices, hashed, is_device, password
from deploy.wiring.stores import open_stores

COLUMNS = ("user", "password", "kind", "id", "station", "topics")
RELOAD = "the broker takes it over when it is told to: systemctl reload mosquitto, or kill -HUP its process"


def add_to(commands: Any) -> None:
    """The commands of this file."""
    text = "issue, revoke and list what devices and services need to speak to Mosquitto"
    group = commands.add_parser("credentials", help=text, description=text)
    actions = group.add_subparsers(dest="action", required=True, metavar="issue|revoke|list")
    text = "make passwords for those that have none; they are shown once, as CSV, and are kept nowhere"
    action = _action(actions, "issue", issue, text)
    _add_selection(action)
    action.add_argument("--rotate", action="store_true", help="new passwords also for those that have one")
    action.add_argument("--csv", type=Path, metavar="FILE", help="write the CSV into a new file instead of the screen")
    action = _action(actions, "revoke", revoke, "take credentials back")
    _add_selection(action)
    action.add_argument("--retired", action="store_true", help="of all devices that the registry has no more")
    _action(actions, "list", show, "say who has a credential, who has none, and whose device is retired")


def _action(actions: Any, name: str, run: Any, text: str) -> Any:
    action = actions.add_parser(name, help=text, description=text)
    text = "folder of the broker's files passwords and acl; else broker/ in the data folder"
    action.add_argument("--folder", type=Path, help=text)
    action.set_defaults(run=run)
    return action


def _add_selection(action: Any) -> None:
    action.add_argument("--all", action="store_true", help="every device of the registry")
    for kind in ("station", *KINDS.values()):
        text = "every device of this station" if kind == "station" else f"this {kind}"
        action.add_argument(f"--{kind}", action="append", default=[], metavar="ID", help=text)
    action.add_argument(
        "--service", action="append", default=[], choices=tuple(SERVICES), help="a user that is no device"
    )


def issue(context: Context, options: argparse.Namespace) -> int:
    """Passwords for the chosen; the access list is made anew from the registry in any case."""
    folder, known = _folder(context, options), _known(context)
    users = folder.users()
    chosen = _chosen(options, known)
    new = [user for user in chosen if options.rotate or user not in users]
    issued = {user: password(secrets.choice) for user in new}
    _hand_out(_as_csv(issued, known), options.csv if issued else None)
    users |= {user: hashed(each, secrets.token_bytes(SALT_BYTES)) for user, each in issued.items()}
    folder.write(users, known)
    _report(f"{len(issued)} issued, {len(chosen) - len(new)} were there already; {folder.path}: {RELOAD}")
    return 0


def revoke(context: Context, options: argparse.Namespace) -> int:
    """The chosen are strangers to the broker from its next reload on."""
    folder, known = _folder(context, options), _known(context)
    users = folder.users()
    gone = set(_chosen(options, known, missing_is_fine=options.retired)) & set(users)
    gone |= _retired(users, known) if options.retired else set()
    gone |= {each for each in _by_name(options) if each in users}
    folder.write({user: each for user, each in users.items() if user not in gone}, known)
    if not gone:
        say(f"nobody revoked: none of them has a credential in {folder.path}; mizumori credentials list shows who has")
        return 0
    say(f"{len(gone)} revoked: {', '.join(sorted(gone)[:20])}{' …' if len(gone) > 20 else ''}")
    say(f"{folder.path}: {RELOAD}")
    return 0


def show(context: Context, options: argparse.Namespace) -> int:
    """A line for each user, and what is missing."""
    folder, known = _folder(context, options), _known(context)
    users = folder.users()
    retired = _retired(users, known)
    for user in sorted(users):
        say(f"{user}{'  (not in the registry: it may do nothing)' if user in retired else ''}")
    without = [user for user in known if user not in users]
    say(f"{len(users)} users; {len(retired)} of retired devices; {len(without)} devices without a credential")
    return 0


def _folder(context: Context, options: argparse.Namespace) -> Folder:
    if options.folder and not options.folder.is_dir() and options.action != "issue":
        raise UsageError(f"there is no folder {options.folder}: name the one that has the broker's passwords and acl")
    return Folder(options.folder or context.settings.data_folder / "broker")


def _known(context: Context) -> dict[str, Device]:
    stores = open_stores(context.settings)
    try:
        return devices(stores.city())
    finally:
        stores.close()


def _retired(users: Iterable[str], known: Mapping[str, Device]) -> set[str]:
    return {user for user in users if is_device(user) and user not in known}


def _chosen(options: argparse.Namespace, known: Mapping[str, Device], missing_is_fine: bool = False) -> list[str]:
    """The users that the arguments mean, each once."""
    found = list(known) if options.all else []
    for station in options.station:
        there = [user for user, each in known.items() if each.station_id == station]
        found += there or _nothing("station", station, {each.station_id for each in known.values()})
    for user in _by_name(options):
        kind, name = user.split(".", 1)
        if user not in known and options.action == "issue":
            _nothing(kind, name, {each.id for each in known.values() if each.kind == kind})
        found.append(user)
    found += options.service
    if not found and not missing_is_fine:
        names = ", ".join(f"--{kind} ID" for kind in KINDS.values())
        raise UsageError(f"say for whom: --all, --station ID, {names} or --service NAME")
    return list(dict.fromkeys(found))


def _by_name(options: argparse.Namespace) -> list[str]:
    return [f"{kind}.{each}" for kind in KINDS.values() for each in getattr(options, kind)]


def _nothing(kind: str, name: str, known: Collection[str]) -> list[str]:
    near = difflib.get_close_matches(name, known, n=1)
    advice = f"did you mean {near[0]}?" if near else "mizumori registry export shows what there is"
    raise UsageError(f"the registry has no {kind} {name} with a device; {advice}")


def _as_csv(issued: Mapping[str, str], known: Mapping[str, Device]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for user, secret in issued.items():
        found = known.get(user)
        about = (found.kind, found.id, found.station_id, found.topic) if found else ("service", user, "", "")
        writer.writerow((user, secret, *about))
    return out.getvalue()


def _hand_out(text: str, file: Path | None) -> None:
    """The passwords, the only time that they are seen: before the broker knows them, so that none is lost."""
    if file is None:
        print(text, end="")
        return
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise UsageError(f"{file} is there already: name a new file for the passwords") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be written ({error.strerror}): name another file") from error
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)


def _report(text: str) -> None:
    """Beside the CSV, which may be on its way into a file or another program."""
    print(text, file=sys.stderr)
