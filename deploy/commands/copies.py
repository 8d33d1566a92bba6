"""``mizumori backup`` and ``mizumori restore``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from deploy.archive import BackupError
from deploy.backup import back_up
from deploy.commands.context import Context, UsageError, jst, say
from deploy.folder_lock import InUse, shared
from deploy.restore import Restored, restore
from deploy.wiring.belongings import belongings
from deploy.wiring.copies import Preparation, known_revisions
from deploy.wiring.stores import program_version


def add_to(commands: Any) -> None:
    """The commands of this file."""
    text = "write a backup of the databases and stills, also while services run"
    command = commands.add_parser("backup", help=text, description=text)
    command.add_argument(
        "target", type=Path, help="file to write (compressed where it ends with .gz), or a folder for one named by time"
    )
    command.set_defaults(run=run_backup)
    text = "put a backup into the data folder, while no service runs"
    command = commands.add_parser("restore", help=text, description=text)
    command.add_argument("archive", type=Path)
    command.add_argument("--replace", action="store_true", help="keep what is there aside, and put the backup there")
    command.set_defaults(run=run_restore)


def run_backup(context: Context, options: argparse.Namespace) -> int:
    """Write a backup and say what is in it."""
    now = context.clock.now()
    target = options.target
    if target.is_dir():
        target = target / f"mizumori-{now:%Y%m%dT%H%M%SZ}.tar"
    if not context.settings.data_folder.is_dir():
        raise UsageError(f"there is no data folder {context.settings.data_folder}: name the right one with data_folder")
    try:
        with shared(context.settings.data_folder):
            manifest = back_up(belongings(context.settings), target, program_version(), now)
    except (BackupError, InUse) as error:
        raise UsageError(str(error)) from error
    size_mb = target.stat().st_size / 1_000_000
    databases = " and ".join(f"the {name} (schema {revision})" for name, revision in manifest.revisions.items())
    say(f"{target}: {databases}, {manifest.stills} stills; {size_mb:.1f} MB")
    return 0


def run_restore(context: Context, options: argparse.Namespace) -> int:
    """Restore a backup and say what that means."""
    settings = context.settings
    prepare = Preparation(settings.alerts, context.clock)
    try:
        done = restore(
            options.archive,
            belongings(settings),
            settings.data_folder,
            known_revisions(),
            prepare,
            context.clock.now(),
            options.replace,
        )
    except BackupError as error:
        raise UsageError(str(error)) from error
    _say(done, prepare, settings.data_folder)
    return 0


def _say(done: Restored, prepare: Preparation, folder: Path) -> None:
    manifest = done.manifest
    say(f"{folder} is as it was on {jst(manifest.made_at)} (Japan's time): {manifest.stills} stills,")
    say(f"readings up to number {manifest.ends.get('present', 0)}, made by Mizumori {manifest.program}.")
    if prepare.given_up:
        say(f"{prepare.given_up} messages that waited then are not sent again; the dashboard shows them as unknown.")
    if prepare.decided:
        say(f"{prepare.decided} changes of alerts that were due then are recorded, and told to nobody.")
    if done.replaced:
        say(f"What was there before lies in {done.replaced}: remove it when you no longer need it.")
