"""The ``mizumori`` command."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from deploy.commands import levels, registry, serve, settings, simulate
from deploy.commands.context import Context, UsageError
from deploy.settings import SettingsError, read_settings
from deploy.wiring import machine_time
from ingest.clock import TrueClock

LOG_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def parser() -> argparse.ArgumentParser:
    """All commands with their arguments."""
    top = argparse.ArgumentParser(prog="mizumori", description="Flood monitoring for a city.")
    top.add_argument("--settings", type=Path, help="TOML file of settings; docs/settings.md lists all of them")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in (serve, simulate, registry, levels, settings):
        group.add_to(commands)
    return top


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] | None = None) -> int:
    """Run one command; 0 where it went well, 1 where it could not, 2 where it was called wrongly."""
    options = parser().parse_args(arguments)
    environment = os.environ if environment is None else environment
    named = environment.get("MIZUMORI_SETTINGS")
    file = options.settings or (Path(named) if named else None)
    try:
        chosen = read_settings(file, environment)
        logging.Formatter.converter = time.gmtime
        logging.basicConfig(level=chosen.log_level.upper(), format=LOG_LINE, datefmt="%Y-%m-%dT%H:%M:%SZ")
        for chatty in ("httpx", "httpcore"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        return int(options.run(Context(chosen, TrueClock(machine_time)), options))
    except (SettingsError, UsageError) as error:
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
    return str(getattr(error, "orig", None) or error).replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main())
