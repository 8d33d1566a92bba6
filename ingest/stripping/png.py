"""PNG (ISO/IEC 15948): its chunks, and which of them the pixels need.

Kept are the header, the palette, the transparency, the picture and the end; an orientation other than upright stays as
an EXIF of its own. Texts, times, profiles, previews and whatever stands behind the end are left out.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from ingest.stripping.exif import UPRIGHT, Exif, only_orientation, parse
from ingest.stripping.stripped import Broken, Stripped, joined

START = b"\x89PNG\r\n\x1a\n"
NEEDED = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"))
HEADER_BYTES, AROUND_BYTES = 13, 12
MOST_CHUNKS = 10_000


class Chunk(NamedTuple):
    """Where a chunk with its length and its checksum begins and ends."""

    kind: bytes
    start: int
    end: int


def chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks up to and with the end; raises Broken where one is not whole."""
    at = len(START)
    for _ in range(MOST_CHUNKS):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + AROUND_BYTES + length
        if len(kind) < 4 or end > len(data):
            raise Broken("it ends before its end chunk: it was cut off")
        yield Chunk(kind, at, end)
        if kind == b"IEND":
            return
        at = end
    raise Broken(f"it has more than {MOST_CHUNKS:,} chunks")


def strip(data: bytes) -> Stripped:
    """The picture without what its pixels do not need; raises Broken."""
    view, kept = memoryview(data), [memoryview(START)]
    exif, pictures = None, 0
    for number, each in enumerate(chunks(data)):
        if (number == 0) != (each.kind == b"IHDR"):
            raise Broken("it does not begin with its header")
        if each.kind == b"eXIf" and exif is None:
            exif = parse(data[each.start + 8 : each.end - 4])
        pictures += each.kind == b"IDAT"
        if each.kind in NEEDED:
            kept.append(view[each.start : each.end])
        elif each.kind[0] < ord("a"):
            raise Broken(f"it needs a chunk {each.kind!r} that is not known here")
    if not pictures:
        raise Broken("it holds no picture")
    exif = exif or Exif()
    if exif.orientation != UPRIGHT:
        kept.insert(2, memoryview(_chunk(b"eXIf", only_orientation(exif.orientation))))
    return Stripped(joined(data, kept), "png", *_size(data), exif)


def exif_of(data: bytes) -> Exif:
    """What its EXIF says; raises Broken where the head is broken."""
    for each in chunks(data):
        if each.kind == b"eXIf":
            return parse(data[each.start + 8 : each.end - 4])
        if each.kind == b"IDAT":
            break
    return Exif()


def _size(data: bytes) -> tuple[int, int]:
    header = data[len(START) : len(START) + AROUND_BYTES + HEADER_BYTES]
    if header[:4] != struct.pack(">I", HEADER_BYTES):
        raise Broken("its header has not the length of one")
    width_px, height_px = struct.unpack_from(">II", header, 8)
    if not width_px or not height_px:
        raise Broken(f"its header says {width_px}×{height_px} pixels")
    return width_px, height_px


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
