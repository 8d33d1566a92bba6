"""Copies of an SQLite database that is being written: a snapshot of one moment, whole or not there."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

CHECK = "PRAGMA integrity_check(10)"


def copy_database(source: Path, target: Path) -> None:
    """Copy what is committed at this moment to ``target``, replacing it; writers of the source are not held up.

    The target appears under its name when it is whole and on the disk. Raises sqlite3.Error or OSError where that
    cannot be, a full disk among them, and leaves nothing behind.
    """
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        with closing(_reading(source)) as old, closing(sqlite3.connect(partial)) as new:
            old.backup(new)  # in one step: a snapshot of one moment
            new.execute("PRAGMA journal_mode=DELETE")  # all of it in the one file
        with partial.open("rb+") as stream:
            os.fsync(stream.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def mistakes(file: Path) -> list[str]:
    """What SQLite finds wrong in a database file, in its own words; empty where it is whole."""
    try:
        with closing(_reading(file)) as connection:
            found = [str(row[0]) for row in connection.execute(CHECK)]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if found == ["ok"] else found


def _reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=10.0)
