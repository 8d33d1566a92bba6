"""A backup back into its place: verified and upgraded beside it first, then put there in a few renames."""

from __future__ import annotations

import shutil
import tarfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from deploy.archive import BackupError, Manifest, extract, read_manifest
from deploy.backup import LEAST_FREE_BYTES, Belongings
from deploy.folder_lock import UNFINISHED, InUse, alone
from ingest.store.copies import mistakes

STAGE = ".restoring"
SIDE_FILES = ("", "-wal", "-shm")


@dataclass(frozen=True)
class Restored:
    """What was restored, and where what was there before lies now."""

    manifest: Manifest
    replaced: Path | None


def restore(
    archive: Path,
    belongings: Belongings,
    folder: Path,
    known: Mapping[str, tuple[str, ...]],
    prepare: Callable[[Mapping[str, Path]], None],
    now: datetime,
    replace: bool = False,
) -> Restored:
    """Put an archive into the data folder ``folder``; BackupError says why it cannot be, and then nothing changed.

    ``known`` are the revisions that this program can upgrade from, by database. ``prepare`` is given the extracted
    databases by name before they are put into place. What is there already is refused, or with ``replace`` kept aside.
    """
    if not archive.is_file():
        raise BackupError(f"there is no archive {archive}: name the file that mizumori backup wrote")
    folder.mkdir(parents=True, exist_ok=True)
    occupied = _occupied(belongings)
    if occupied and not replace:
        names = ", ".join(map(str, occupied))
        raise BackupError(f"{names} would be replaced: add --replace to keep it aside, or set another data_folder")
    stage = folder / STAGE
    try:
        with alone(folder):
            shutil.rmtree(stage, ignore_errors=True)
            manifest = _stage(archive, stage, known)
            prepare({name: stage / f"{name}.db" for name in manifest.revisions})
            replaced = _put(stage, belongings, folder, now)
    except InUse as error:
        raise BackupError(f"services of Mizumori run on {folder}: stop them, then restore") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return Restored(manifest, replaced)


def _occupied(belongings: Belongings) -> list[Path]:
    stills = [belongings.stills] if belongings.stills.is_dir() and any(belongings.stills.iterdir()) else []
    return [*belongings.there.values(), *stills]


def _stage(archive: Path, stage: Path, known: Mapping[str, tuple[str, ...]]) -> Manifest:
    try:
        with tarfile.open(archive) as tar:
            manifest = read_manifest(tar)
            _check(manifest, known)
            stage.mkdir()
            _need_room(manifest, stage)
            extract(tar, manifest, stage)
    except BackupError as error:
        raise BackupError(f"{archive} cannot be restored: {error}") from error
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise BackupError(f"{archive} cannot be read as a backup ({error}): take another one") from error
    for name in manifest.revisions:
        if wrong := mistakes(stage / f"{name}.db"):
            raise BackupError(f"{archive} holds a damaged database {name} ({wrong[0]}): take another one")
    return manifest


def _check(manifest: Manifest, known: Mapping[str, tuple[str, ...]]) -> None:
    for name, revision in manifest.revisions.items():
        if name not in known or (revision and revision not in known[name]):
            raise BackupError(
                f"it was made by Mizumori {manifest.program} with schema {revision} of the {name}, which this program "
                "does not know: restore it with that version or a newer one"
            )
        if f"{name}.db" not in manifest.files:
            raise BackupError(f"it has no {name}.db: take another archive")


def _need_room(manifest: Manifest, stage: Path) -> None:
    need, free = manifest.size_bytes + LEAST_FREE_BYTES, shutil.disk_usage(stage).free
    if free < need:
        raise BackupError(
            f"the disk of {stage.parent} has {free // 1_000_000} MB free, {need // 1_000_000} MB are needed: make room"
        )


def _put(stage: Path, belongings: Belongings, folder: Path, now: datetime) -> Path | None:
    """Change places. A start in between is refused because of the mark; the same restore again ends it."""
    mark = folder / UNFINISHED
    mark.touch()
    replaced = _put_aside(belongings, folder / f"replaced-{now:%Y%m%dT%H%M%SZ}")
    (stage / "stills").mkdir(exist_ok=True)
    belongings.stills.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(stage / "stills", belongings.stills)
    for name, file in belongings.databases.items():
        if (stage / f"{name}.db").exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(stage / f"{name}.db", file)
    mark.unlink()
    return replaced


def _put_aside(belongings: Belongings, aside: Path) -> Path | None:
    files = [
        file.with_name(file.name + end)
        for file in belongings.databases.values()
        for end in SIDE_FILES
        if file.with_name(file.name + end).exists()
    ]
    if belongings.stills.exists():
        files.append(belongings.stills)
    if not files:
        return None
    aside.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.move(file, aside / file.name)
    return aside
