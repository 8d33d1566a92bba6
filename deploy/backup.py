"""A backup of a running system: a snapshot of each database and the stills, in one archive that appears when whole.

The present is copied before the past: the past then has at least all that the present says was handed on to it.
Stills are copied last, so that each row has its file.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.archive import BackupError, Entry, Manifest, add, add_manifest
from ingest.store.copies import copy_database, mistakes
from ingest.store.stills import NAME as STILL

LEAST_FREE_BYTES = 50_000_000
WORK = ".mizumori-backup-"
STALE_S = 86400.0
ENDS = {"present": "SELECT max(seq) FROM readings"}


@dataclass(frozen=True)
class Belongings:
    """What belongs to a system: its database files by name, the present first, and the folder of its stills."""

    databases: Mapping[str, Path]
    stills: Path

    @property
    def there(self) -> dict[str, Path]:
        """The databases that exist."""
        return {name: file for name, file in self.databases.items() if file.is_file()}


def back_up(belongings: Belongings, target: Path, program: str, now: datetime) -> Manifest:
    """Write the archive ``target``, compressed where its name ends with gz; BackupError says why it cannot be.

    Everything that was acknowledged before the call is in it. ``target`` is there whole or not at all.
    """
    if target.exists():
        raise BackupError(f"{target} is there already: name another file, or a folder to hold one file a backup")
    if "present" not in belongings.there:
        raise BackupError(f"there is no database {belongings.databases['present']}: name the right data_folder")
    _need_room(belongings, target.parent)
    _remove_stale(target.parent)
    partial = target.with_name(target.name + ".partial")
    try:
        with _written(partial) as tar, tempfile.TemporaryDirectory(prefix=WORK, dir=target.parent) as work:
            manifest = _fill(tar, belongings, Path(work), program, now)
        partial.replace(target)
        _sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"the backup {target} could not be written ({error}); nothing is left of it") from error
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def _fill(tar: tarfile.TarFile, belongings: Belongings, work: Path, program: str, now: datetime) -> Manifest:
    files: dict[str, Entry] = {}
    revisions: dict[str, str] = {}
    ends: dict[str, int] = {}
    for name, file in belongings.there.items():
        copy = work / f"{name}.db"
        copy_database(file, copy)
        if wrong := mistakes(copy):
            raise BackupError(f"{file} is damaged ({wrong[0]}): see docs/operations.md, a damaged database")
        revisions[name] = str(_value(copy, "SELECT version_num FROM alembic_version") or "")
        if name in ENDS:
            ends[name] = int(_value(copy, ENDS[name]) or 0)
        files[copy.name] = add(tar, copy.name, copy)
        copy.unlink()
    for name, still in _stills(belongings.stills):
        try:
            files[name] = add(tar, name, still)
        except FileNotFoundError:
            continue  # housekeeping has removed it since the folder was listed
    manifest = Manifest(program=program, made_at=now, revisions=revisions, ends=ends, files=files)
    add_manifest(tar, manifest)
    return manifest


@contextmanager
def _written(partial: Path) -> Iterator[tarfile.TarFile]:
    """An archive that only its owner may read, on the disk when this ends."""
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        # Packing lightly: stills are packed already, and a running system has better uses for its processor.
        pack = {"compresslevel": 3} if partial.name.endswith(("gz.partial", "tgz.partial")) else {}
        with tarfile.open(fileobj=stream, mode="w:gz" if pack else "w", **pack) as tar:  # type: ignore[call-overload]
            yield tar
        stream.flush()
        os.fsync(stream.fileno())


def _stills(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if STILL.fullmatch(name):
            yield f"stills/{name}", file


def _need_room(belongings: Belongings, folder: Path) -> None:
    if not folder.is_dir():
        raise BackupError(f"there is no folder {folder}: make it, or name another one")
    databases = sum(file.stat().st_size for file in belongings.there.values())
    need = 2 * databases + sum(_size(file) for _, file in _stills(belongings.stills)) + LEAST_FREE_BYTES
    free = shutil.disk_usage(folder).free
    if free < need:
        raise BackupError(
            f"the disk of {folder} has {free // 1_000_000} MB free, and a backup needs {need // 1_000_000} MB: "
            "make room, or name a folder on another disk"
        )


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def _remove_stale(folder: Path) -> None:
    """What a backup that was cut off left behind."""
    for left in folder.glob(f"{WORK}*"):
        if time.time() - left.stat().st_mtime > STALE_S:
            shutil.rmtree(left, ignore_errors=True)


def _value(file: Path, statement: str) -> Any:
    with closing(sqlite3.connect(file)) as connection:
        try:
            row = connection.execute(statement).fetchone()
        except sqlite3.OperationalError:
            return None  # a database from before there was such a table
    return row[0] if row else None


def _sync(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
