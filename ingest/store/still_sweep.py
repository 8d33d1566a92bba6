"""Files of stills that no row knows: what a crash left between a file and its row, and half-written ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, select

from ingest.store.tables import stills

FOLDERS_PER_TURN = 200
YOUNG = timedelta(hours=1)
"""A file that is younger may belong to a row that is just being written."""


class Sweep:
    """Goes through the folder a little at a time, and begins again when it is through."""

    def __init__(self, engine: Engine, root: Path) -> None:
        self._engine = engine
        self._root = root
        self._going: Iterator[tuple[str, list[str], list[str]]] = iter(())

    def turn(self, now: datetime, folders: int = FOLDERS_PER_TURN) -> int:
        """Look into the next folders; how many files were removed."""
        removed = 0
        for _ in range(folders):
            found = next(self._going, None)
            if found is None:
                self._going = os.walk(self._root, topdown=False)
                break
            removed += self._tidy(Path(found[0]), found[2], now)
        return removed

    def _tidy(self, folder: Path, names: list[str], now: datetime) -> int:
        """Folders of files are ``camera/day`` or ``.copy/camera/…/day``; others hold nothing of ours."""
        parts = folder.relative_to(self._root).parts
        camera_id = parts[1] if len(parts) > 2 and parts[0].startswith(".") else parts[0] if parts else ""
        day = _day(parts[-1]) if len(parts) > 1 else None
        if day is None:
            return 0
        stray = [folder / name for name in names if not _is_young(folder / name, now)]
        known = self._known(camera_id, day) if stray else set()
        gone = [file for file in stray if file.suffix == ".partial" or file.stem not in known]
        for file in gone:
            file.unlink(missing_ok=True)
        _remove_if_empty(folder)
        return len(gone)

    def _known(self, camera_id: str, day: datetime) -> set[str]:
        of_day = select(stills.c.file).where(
            stills.c.camera_id == camera_id, stills.c.taken_at >= day, stills.c.taken_at < day + timedelta(days=1)
        )
        with self._engine.connect() as connection:
            return {Path(file).stem for file in connection.scalars(of_day)}


def _day(name: str) -> datetime | None:
    try:
        return datetime.strptime(name, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def _is_young(file: Path, now: datetime) -> bool:
    """By the time of the file system, which may be ahead of ours; what is gone meanwhile is left alone."""
    try:
        return now.timestamp() - file.stat().st_mtime < YOUNG.total_seconds()
    except FileNotFoundError:
        return True


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return
