"""Image files below one folder, written durably before the message that brought them is acknowledged."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ingest.store.protocol import Copy

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}/\d{8}/[0-9A-Za-z-]{1,40}\.(jpg|png)")


class StillFolder:
    """The images of all cameras: ``<camera>/<day>/<time>-<content>.jpg``, and copies of the same names beside them."""

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

    def read(self, file: str, copy: Copy = Copy.WHOLE) -> bytes | None:
        """The bytes of a still or of a copy of it, or None where there is none of that name."""
        if not NAME.fullmatch(file):
            return None
        path = self._path(file, copy)
        return path.read_bytes() if path.is_file() else None

    def remove(self, file: str) -> None:
        """Remove an image that is kept no longer; one that is gone already is no error."""
        self._path(file).unlink(missing_ok=True)

    def _path(self, file: str, copy: Copy = Copy.WHOLE) -> Path:
        if not NAME.fullmatch(file):
            raise ValueError(f"not the name of a still: {file!r}")
        # A camera's id cannot begin with a point, so no camera's folder is taken for one of copies.
        return self._root / file if copy is Copy.WHOLE else (self._root / f".{copy}" / file).with_suffix(".jpg")


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system can (Windows cannot open a folder)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
