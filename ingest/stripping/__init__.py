"""A picture file without what it says of its maker: what is kept is what its pixels need, byte for byte. Pure.

Nothing is decoded here. What a file claims of itself (its length, its number of pixels) is never believed for more than
the bytes that are there, and the work is bounded by them.
"""

from __future__ import annotations

from ingest.stripping import jpeg, png
from ingest.stripping.exif import Exif
from ingest.stripping.stripped import Broken, Stripped

__all__ = ["Broken", "Exif", "Stripped", "exif_of", "strip"]


def strip(data: bytes) -> Stripped:
    """The picture without metadata; raises Broken where it is no whole JPEG or PNG."""
    if data.startswith(jpeg.START):
        return jpeg.strip(data)
    if data.startswith(png.START):
        return png.strip(data)
    raise Broken("it begins like neither a JPEG nor a PNG" if data else "it is empty")


def exif_of(data: bytes) -> Exif:
    """What the file says of when and how it was taken, read from its head alone; nothing where it is broken."""
    try:
        if data.startswith(jpeg.START):
            return jpeg.exif_of(data)
        return png.exif_of(data) if data.startswith(png.START) else Exif()
    except Broken:
        return Exif()
