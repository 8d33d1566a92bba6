"""Runs rsync with a limit of time: the only place where the copy of the site meets another program."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from typing import IO

STALLED_S = 60
"""Seconds without a byte after which rsync itself gives up."""
ENDS_WITHIN_S = 3.0
"""How long a program that is told to end may tidy up."""
LOOKS_S = 0.05
FINE = (0, 24)
"""24: a file went away meanwhile, as the pictures before the present ones do; what comes next does not name it."""


class PushError(Exception):
    """The copy did not succeed, in a sentence for the log and for staff."""


class Interrupted(Exception):
    """It was told to stop."""


class Rsync:
    """Runs of rsync that all together take ``limit_s`` at most and end when ``stop`` is set.

    ``shell`` is how it reaches another host.
    """

    def __init__(self, shell: str, limit_s: float, stop: threading.Event) -> None:
        self._shell = shell
        self._limit_s = limit_s
        self._until_s = time.monotonic() + limit_s
        self._stop = stop

    def run(self, *arguments: str) -> str:
        """What it says; raises PushError where it fails or the time is over, Interrupted where it must stop."""
        command = ["rsync", f"--timeout={STALLED_S}", f"--rsh={self._shell}", *arguments]
        with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
            code = self._wait(_started(command, said, complained))
            if code not in FINE:
                raise PushError(_reason(_text(complained), code))
            return _text(said)

    def _wait(self, process: subprocess.Popen[bytes]) -> int:
        while True:
            try:
                return process.wait(LOOKS_S)
            except subprocess.TimeoutExpired:
                if self._stop.is_set():
                    _end(process)
                    raise Interrupted from None
                if time.monotonic() > self._until_s:
                    _end(process)
                    raise PushError(f"it was not done within {self._limit_s:g} s") from None


def _started(command: list[str], said: IO[bytes], complained: IO[bytes]) -> subprocess.Popen[bytes]:
    """In a session of its own: it ends together with the ssh that it started."""
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=complained,
            start_new_session=True,
            env=environment,
        )
    except FileNotFoundError as error:
        raise PushError("rsync is not installed: install it (apt-get install rsync)") from error


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let it tidy up, then end it. What hangs in the system itself, on a dead share, is left behind."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, kind)
            process.wait(ENDS_WITHIN_S)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
    process.poll()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _reason(complained: str, code: int) -> str:
    """The first line says what went wrong; the last ones are rsync's own numbers for it."""
    lines = [line.strip() for line in complained.splitlines() if line.strip()]
    return f"{lines[0]} (rsync {code})" if lines else f"rsync ended with {code}"
