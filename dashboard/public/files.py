"""Writing a file so that a reader finds the old one or the new one, whole, whatever happens in between."""

from __future__ import annotations

import os
from pathlib import Path

ENDING = ".part"


def write(path: Path, body: bytes) -> None:
    """Replace ``path`` with ``body``, durably. On an OSError the old file is as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}{ENDING}")
    try:
        _write_durably(part, body)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(path.parent)


def sweep(folder: Path) -> None:
    """Remove what a crash in the middle of ``write`` left below a folder."""
    for part in folder.rglob(f".*{ENDING}"):
        part.unlink(missing_ok=True)


def _write_durably(path: Path, body: bytes) -> None:
    with path.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
