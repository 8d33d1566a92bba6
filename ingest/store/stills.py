"""Image files below one folder, written durably before the message that brought them is acknowledged."""

from __future__ import annotations

import os
import re
from pathlib import Path

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}/\d{8}/[0-9A-Za-z-]{1,40}\.(jpg|png)")


class StillFolder:
    """The images of all cameras: ``<camera>/<day>/<time>-<content>.jpg``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, file: str, data: bytes) -> None:
        """Keep an image; when this returns it is on the disk under its name, whole."""
        target = self._path(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        with partial.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
        _sync_folder(target.parent)

    def read(self, file: str) -> bytes | None:
        """The bytes of a still, or None where there is none of that name."""
        if not NAME.fullmatch(file):
            return None
        path = self._path(file)
        return path.read_bytes() if path.is_file() else None

    def remove(self, file: str) -> None:
        """Remove an image that is kept no longer; one that is gone already is no error."""
        self._path(file).unlink(missing_ok=True)

    def _path(self, file: str) -> Path:
        if not NAME.fullmatch(file):
            raise ValueError(f"not the name of a still: {file!r}")
        return self._root / file


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system can (Windows cannot open a folder)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
