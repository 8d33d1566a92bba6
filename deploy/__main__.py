"""The ``mizumori`` command."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from alerts.store.people import DirectoryUnreadable
from deploy.commands.context import Context, UsageError
from deploy.settings import SettingsError, read_settings
from deploy.wiring.clockwork import machine_time
from ingest.clock import TrueClock

_HELP = {"-h", "--help"}
LOG_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


COMMANDS: Mapping[str, tuple[str, ...]] = {
    "serve": ("demo", "run", "alerts", "dashboard"),
    "ingest": ("ingest",),
    "eyes": ("eyes",),
    "site": ("site",),
    "simulate": ("simulate", "replay", "publish"),
    "simulate_camera": ("simulate-camera",),
    "registry": ("registry",),
    "camera": ("camera",),
    "people": ("people",),
    "users": ("user",),
    "alert": ("alert",),
    "chronology": ("chronology",),
    "drill": ("drill",),
    "answers": ("answers",),
    "credentials": ("credentials",),
    "public": ("public",),
    "levels": ("levels",),
    "dead_letters": ("dead-letters",),
    "doctor": ("doctor",),
    "copies": ("backup", "restore"),
    "backtest": ("backtest",),
    "bench": ("bench",),
    "settings": ("settings",),
}
"""The commands by the file of ``deploy.commands`` that they stand in."""


def parser(asked: Sequence[str]) -> argparse.ArgumentParser:
    """The command that is asked for with its arguments; all of them where it cannot be told which.

    A command's file is loaded with everything it runs, and a service alone should not carry all the others.
    """
    top = argparse.ArgumentParser(prog="mizumori", description="Flood monitoring for a city.")
    top.add_argument("--settings", type=Path, help="TOML file of settings; docs/settings.md lists all of them")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    files = [file for file, names in COMMANDS.items() if not _HELP & {*asked} and {*names} & {*asked}]
    for file in files if len(files) == 1 else COMMANDS:
        import_module(f"deploy.commands.{file}").add_to(commands)
    return top


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] | None = None) -> int:
    """Run one command; 0 where it went well, 1 where it could not, 2 where it was called wrongly."""
    given = sys.argv[1:] if arguments is None else arguments
    top = parser(given)
    options, strange = top.parse_known_args(given)
    if strange:
        place = "; --settings stands before the command" if "--settings" in " ".join(strange) else ""
        top.error(f"unrecognized arguments: {' '.join(strange)}{place}")
    environment = os.environ if environment is None else environment
    named = environment.get("MIZUMORI_SETTINGS")
    file = options.settings or (Path(named) if named else None)
    try:
        chosen = read_settings(file, environment)
        logging.Formatter.converter = time.gmtime
        logging.basicConfig(level=chosen.log_level.upper(), format=LOG_LINE, datefmt="%Y-%m-%dT%H:%M:%SZ")
        for chatty in ("httpx", "httpcore"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        return int(options.run(Context(chosen, TrueClock(machine_time), file), options))
    except (SettingsError, UsageError, DirectoryUnreadable) as error:
        sys.stderr.write(f"mizumori: {error}\n")
        return 1
    except BrokenPipeError:
        return 0
    except (OSError, SQLAlchemyError) as error:
        logging.debug("the whole of it", exc_info=True)
        sys.stderr.write(f"mizumori: {_sentence(error)}\n")
        return 1


def _sentence(error: Exception) -> str:
    """What the machine refused, in one line; the log level debug shows where."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(getattr(error, "orig", None) or error).replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main())
