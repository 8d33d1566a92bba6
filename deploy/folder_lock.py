"""Who works on a data folder: services share it, and what replaces its files must have it alone.

The lock is a transaction on a small SQLite file of its own, which every system releases when a process ends,
however it ends.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

NAME = "in-use.lock"
UNFINISHED = "restore-unfinished"
"""The name of the mark that lies in a folder while a restore makes its files change places."""


class InUse(OSError):
    """A folder that is being used in a way that does not go together with what was wanted."""


@contextmanager
def shared(folder: Path) -> Iterator[None]:
    """Work on the folder beside others; InUse while somebody has it alone."""
    with _held(folder / NAME, "BEGIN", "SELECT count(*) FROM sqlite_master"):
        yield


@contextmanager
def alone(folder: Path, name: str = NAME) -> Iterator[None]:
    """Have the folder alone; InUse while anybody works on it. ``name`` is the file of the lock."""
    with _held(folder / name, "BEGIN EXCLUSIVE"):
        yield


class FolderUse:
    """The mark that a service works on a folder, from its start to its stop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held = ExitStack()

    def start(self) -> None:
        """Share the folder; raises InUse while its files are being replaced."""
        self._held.enter_context(shared(self._folder))

    def stop(self) -> None:
        """Give it back."""
        self._held.close()


def in_use(folder: Path) -> bool:
    """Whether anybody works on the folder now; a folder that is not there is free."""
    if not (folder / NAME).exists():
        return False
    try:
        with alone(folder):
            return False
    except InUse:
        return True


@contextmanager
def _held(file: Path, *statements: str) -> Iterator[None]:
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)) as lock:
        try:
            for statement in statements:
                lock.execute(statement)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            raise InUse(f"{file.parent} is in use by a service of Mizumori") from error
        yield
        with suppress(sqlite3.Error):
            lock.rollback()
