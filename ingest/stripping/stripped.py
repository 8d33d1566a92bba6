"""What comes out of stripping a picture, or why nothing does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.stripping.exif import Exif


class Broken(Exception):
    """A file that is no whole picture, with the reason in a clause."""


@dataclass(frozen=True, slots=True)
class Stripped:
    """A picture without its metadata; ``exif`` is what they said. ``suffix`` is ``jpg`` or ``png``."""

    data: bytes
    suffix: str
    width_px: int
    height_px: int
    exif: Exif


def joined(data: bytes, pieces: Sequence[bytes | memoryview]) -> bytes:
    """The pieces in one; the same bytes as before where nothing was left out."""
    return data if sum(map(len, pieces)) == len(data) else b"".join(pieces)
