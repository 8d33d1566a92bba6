"""Pictures leave room for readings: they are refused where the disk has less than that free."""

from __future__ import annotations

import errno
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

GB = 1_000_000_000


class Images(Protocol):
    """Where images are written."""

    def write(self, file: str, data: bytes) -> None:
        """Keep an image durably; raises OSError where the disk refuses."""
        ...


@dataclass(frozen=True, slots=True)
class Room:
    """What must stay free of the disk of a folder."""

    folder: Path
    least_free_bytes: int

    @property
    def free_bytes(self) -> int:
        """What is free now."""
        folder = self.folder if self.folder.exists() else self.folder.parent
        return shutil.disk_usage(folder).free

    def lacks(self, size_bytes: int = 0) -> str:
        """Why there is no room for so many bytes, in a sentence; empty where there is."""
        free = self.free_bytes
        if free - size_bytes >= self.least_free_bytes:
            return ""
        least_gb = self.least_free_bytes / GB
        return (
            f"{free / GB:.1f} GB of the disk are free, and cameras.free_gb = {least_gb:g} of them are for the readings"
        )


class WithRoom:
    """A folder of images that takes one only while there is room beside it."""

    def __init__(self, images: Images, room: Room) -> None:
        self._images = images
        self._room = room

    def write(self, file: str, data: bytes) -> None:
        """As the folder does; OSError where there is no room."""
        if why := self._room.lacks(len(data)):
            raise OSError(errno.ENOSPC, why)
        self._images.write(file, data)
