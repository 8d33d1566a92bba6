"""What every command is given, and what several of them do."""

from __future__ import annotations

import errno
import signal
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from deploy.drills import drill_house
from deploy.settings import Settings
from ingest.clock import JST, TrueClock


class UsageError(Exception):
    """Something that the caller must put right: one sentence."""


@dataclass(frozen=True)
class Context:
    """The settings, the file that they came from if from any, and the clock of a command.

    Where a drill is set, ``settings`` are those of the house of drills; ``written`` are always as they were written.
    """

    written: Settings
    clock: TrueClock
    settings_file: Path | None = None

    @cached_property
    def settings(self) -> Settings:
        """The settings of the house that the command works on."""
        return drill_house(self.written) if self.written.drill.enabled else self.written


def say(text: str) -> None:
    """A line on the screen, at once."""
    print(text, flush=True)


def jst(at: datetime) -> str:
    """A time as people here read it."""
    return f"{at.astimezone(JST):%m-%d %H:%M}"


def need_ports(wanted: Sequence[tuple[str, str, int]]) -> None:
    """Refuse to start where an address of (use, host, port) is taken; the sentence says how to change it."""
    taken: dict[int, str] = {}
    for use, host, port in wanted:
        if port in taken:
            variable = f"MIZUMORI_{use.upper()}__PORT"
            raise UsageError(f"{_key(taken[port])} and {_key(use)} both want port {port}: set {variable} to another")
        taken[port] = use
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((host, port))
            except OSError as error:
                why = "is taken by another program" if error.errno == errno.EADDRINUSE else f"({error.strerror})"
                sentence = f"port {port} of {host} for {_key(use)} {why}: end that program or set"
                raise UsageError(f"{sentence} MIZUMORI_{use.upper()}__PORT to another number") from error


def _key(use: str) -> str:
    """A part of the settings as the settings file writes it."""
    return use.replace("__", ".")


def wait_for_end() -> threading.Event:
    """An event that Ctrl-C or a termination signal sets."""
    ended = threading.Event()

    def end(*_: object) -> None:
        ended.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    return ended
