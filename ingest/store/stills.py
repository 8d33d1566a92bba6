"""Image files below one folder, written durably before the message that brought them is acknowledged."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from ingest.sight.masks import Masks, masks_key
from ingest.store.protocol import Copy

MASKED = (Copy.MASKED, Copy.MASKED_THUMB)
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}/\d{8}/[0-9A-Za-z-]{1,40}\.(jpg|png)")


class StillFolder:
    """The images of all cameras: ``<camera>/<day>/<time>-<content>.jpg``, and copies of the same names beside them.

    A masked copy lies below the name of the masks that it was made with, so that no other can be had for it.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def is_there(self) -> bool:
        """Whether the folder itself exists; it is made with the first still."""
        return self._root.is_dir()

    def write(self, file: str, data: bytes, copy: Copy = Copy.WHOLE, masks: Masks | None = None) -> None:
        """Keep an image or a copy of it; when this returns it is on the disk under its name, whole."""
        target = self._path(file, copy, masks)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f"{target.name}.{threading.get_ident()}.partial")  # several write at once
        with partial.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
        _sync_folder(target.parent)

    def read(self, file: str, copy: Copy = Copy.WHOLE, masks: Masks | None = None) -> bytes | None:
        """The bytes of a still or of a copy of it, or None where there is none of that name.

        A masked copy is asked for with the masks that its camera has now; there is none but with exactly these.
        """
        if not NAME.fullmatch(file):
            return None
        path = self._path(file, copy, masks)
        return path.read_bytes() if path.is_file() else None

    def has(self, file: str, copy: Copy = Copy.WHOLE, masks: Masks | None = None) -> bool:
        """Whether ``read`` would give something."""
        return bool(NAME.fullmatch(file)) and self._path(file, copy, masks).is_file()

    def remove(self, file: str) -> None:
        """Remove an image that is kept no longer, and its copies; what is gone already is no error."""
        for each in self._all(file):
            each.unlink(missing_ok=True)

    def kept_bytes(self, file: str) -> int:
        """What an image and its copies take on the disk."""
        return sum(each.stat().st_size for each in self._all(file) if each.is_file())

    def keep_masked(self, camera_id: str, masks: Masks | None) -> None:
        """Remove the masked copies of a camera that were made with other masks than these; None: all of them."""
        for copy in MASKED:
            for made in self._folders(copy, camera_id):
                if masks is None or made.name != masks_key(masks):
                    shutil.rmtree(made, ignore_errors=True)

    def _all(self, file: str) -> Iterator[Path]:
        """The file, and where its copies may be."""
        yield self._path(file)
        yield self._path(file, Copy.THUMB)
        camera_id, _, name = file.partition("/")
        for copy in MASKED:
            for made in self._folders(copy, camera_id):
                yield (made / name).with_suffix(".jpg")

    def _folders(self, copy: Copy, camera_id: str) -> list[Path]:
        of_camera = self._root / f".{copy}" / camera_id
        return list(of_camera.iterdir()) if of_camera.is_dir() else []

    def _path(self, file: str, copy: Copy = Copy.WHOLE, masks: Masks | None = None) -> Path:
        if not NAME.fullmatch(file):
            raise ValueError(f"not the name of a still: {file!r}")
        if copy is Copy.WHOLE:
            return self._root / file
        # A camera's id cannot begin with a point, so no camera's folder is taken for one of copies.
        copies = self._root / f".{copy}"
        if copy is Copy.THUMB:
            return (copies / file).with_suffix(".jpg")
        if masks is None:
            raise ValueError(f"{copy}: say with which masks, those that the camera has now")
        camera_id, _, name = file.partition("/")
        return (copies / camera_id / masks_key(masks) / name).with_suffix(".jpg")


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system can (Windows cannot open a folder)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
