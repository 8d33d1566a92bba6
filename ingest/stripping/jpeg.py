"""JPEG (ITU-T T.81): its segments, and which of them the pixels need.

Kept are the tables, the frame, the scans, JFIF without its thumbnail, Adobe's mark of the colours, and an orientation
other than upright as an EXIF of its own. Comments and all other application data are left out, and so is whatever
stands behind the end marker.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple

from ingest.stripping.exif import UPRIGHT, Exif, only_orientation, parse
from ingest.stripping.stripped import Broken, Stripped, joined

START = b"\xff\xd8"
SOF = frozenset((0xC0, 0xC1, 0xC2))
"""Frames that are read everywhere: baseline, extended, progressive."""
OTHER_SOF = frozenset((0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xDE, 0xDF))
"""Lossless, arithmetic and hierarchical ones are not."""
TABLES = frozenset((0xC4, 0xDB, 0xDC, 0xDD))
EOI, SOS, JFIF, EXIF, ADOBE, SCAN = 0xD9, 0xDA, 0xE0, 0xE1, 0xEE, 0x00
"""Markers; SCAN stands for the data behind an SOS, which have none of their own."""
ALONE = frozenset((0x01, *range(0xD0, 0xD8)))
"""Markers without a segment."""
MOST_SEGMENTS = 2_000
"""Cameras write some dozens; a progressive picture has one for each of its few scans and tables."""
MOST_SCANS = 40
"""Progressive pictures have about ten. Whoever opens one goes over all of its pixels for each, and the same scan once
more takes 36 bytes: 950 of them kept the eyes from every other camera for seven seconds."""
JFIF_BYTES, ADOBE_BYTES = 14, 12
"""How long their bodies are without what may follow: a thumbnail."""
END_OF_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7]")
FILL = re.compile(rb"\xff*")


class Segment(NamedTuple):
    """Where a segment with its marker, or the data of a scan, begins and ends."""

    marker: int
    start: int
    end: int


def segments(data: bytes) -> Iterator[Segment]:
    """The segments from the start marker up to and with the end marker; raises Broken where one is not whole."""
    at, steps = len(START), 0
    while steps < MOST_SEGMENTS:
        steps += 1
        at, marker = _marker(data, at)
        if marker == EOI:
            yield Segment(EOI, at, at + 2)
            return
        end = at + 2 if marker in ALONE else _end(data, at)
        yield Segment(marker, at, end)
        at = end
        if marker == SOS:
            at, steps = _scan_end(data, end, steps)
            yield Segment(SCAN, end, at)
    raise Broken(f"it has more than {MOST_SEGMENTS:,} segments")


def strip(data: bytes) -> Stripped:
    """The picture without what its pixels do not need; raises Broken."""
    found, view = list(segments(data)), memoryview(data)
    frames = [each for each in found if each.marker in SOF]
    kept = [memoryview(START), *(piece for each in found if (piece := _needed(view, each)))]
    if not frames or not any(each.marker == SCAN for each in found):
        raise Broken("it holds no picture")
    if sum(each.marker == SCAN for each in found) > MOST_SCANS:
        raise Broken(f"it has more than {MOST_SCANS} scans")
    if len(frames) > 1:
        raise Broken("it has two frames")
    exif = _first_exif(data, found)
    if exif.orientation != UPRIGHT:
        kept.insert(1, memoryview(_exif_segment(exif.orientation)))
    return Stripped(joined(data, kept), "jpg", *_size(data, frames[0]), exif)


def exif_of(data: bytes) -> Exif:
    """What its EXIF says; raises Broken where the head is broken."""
    return _first_exif(data, takewhile(lambda each: each.marker != SOS, segments(data)))


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """Where the next marker begins, behind the fill bytes before it, and which it is."""
    found = FILL.match(data, at)
    end = found.end() if found else at
    if end == at and end < len(data):
        raise Broken(f"byte {at:,} should begin a segment and does not")
    if end >= len(data):
        raise Broken("it ends before its end marker: it was cut off")
    if data[end] in (0x00, 0xD8):
        raise Broken(f"byte {end:,} should name a segment and does not")
    return end - 1, data[end]


def _end(data: bytes, at: int) -> int:
    length = int.from_bytes(data[at + 2 : at + 4], "big")
    end = at + 2 + length
    if length < 2 or end > len(data):
        raise Broken("it ends within a segment: it was cut off")
    return end


def _scan_end(data: bytes, at: int, steps: int) -> tuple[int, int]:
    """Where the marker behind a scan begins. In a scan 0xFF is followed by 0 or a restart, and may be repeated."""
    while steps < MOST_SEGMENTS:
        found = END_OF_SCAN.search(data, at)
        if found is None:
            raise Broken("it ends within its picture: it was cut off")
        behind = FILL.match(data, found.start())
        at = behind.end() if behind else len(data)
        if at >= len(data) or not (data[at] == 0x00 or 0xD0 <= data[at] <= 0xD7):
            return found.start(), steps
        steps += 1
    raise Broken("it has more fill bytes than any camera writes")


def _size(data: bytes, frame: Segment) -> tuple[int, int]:
    if frame.end - frame.start < 10:
        raise Broken("its frame is too short")
    height_px, width_px = struct.unpack_from(">HH", data, frame.start + 5)
    if not width_px or not height_px:
        raise Broken(f"its frame says {width_px}×{height_px} pixels")
    return width_px, height_px


def _first_exif(data: bytes, found: Iterable[Segment]) -> Exif:
    """Of the segments with the marker of EXIF the first that is one: XMP has the same."""
    for each in found:
        body = each.start + 4
        if each.marker == EXIF and data[body : body + 6] == b"Exif\0\0":
            return parse(data[body + 6 : each.end])
    return Exif()


def _exif_segment(orientation: int) -> bytes:
    body = b"Exif\0\0" + only_orientation(orientation)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _needed(view: memoryview, each: Segment) -> memoryview | None:
    """What of a segment is kept."""
    if each.marker in SOF or each.marker in TABLES or each.marker in (SOS, SCAN, EOI):
        return view[each.start : each.end]
    if each.marker in OTHER_SOF:
        raise Broken(f"it is of a kind of JPEG that few programs read (0x{each.marker:02X})")
    body = bytes(view[each.start + 4 : min(each.end, each.start + 18)])
    if each.marker == JFIF and body.startswith(b"JFIF\0") and len(body) == JFIF_BYTES:
        return memoryview(b"\xff\xe0\x00\x10" + body[:12] + b"\0\0")
    if each.marker == ADOBE and body.startswith(b"Adobe") and len(body) >= ADOBE_BYTES:
        return memoryview(b"\xff\xee\x00\x0e" + body[:ADOBE_BYTES])
    return None
