"""The few facts of EXIF that count here (CIPA DC-008, TIFF 6.0): orientation, and when the picture was taken."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

ORIENTATION, EXIF_IFD, DATE_TIME_ORIGINAL, OFFSET_TIME_ORIGINAL = 0x0112, 0x8769, 0x9003, 0x9011
ASCII, SHORT, LONG = 2, 3, 4
UPRIGHT = 1
MOST_ENTRIES = 200
"""Entries of a directory that are looked at: cameras write some dozens."""


@dataclass(frozen=True, slots=True)
class Exif:
    """``taken_at`` is aware; None where there is no time, or one without its offset."""

    orientation: int = UPRIGHT
    taken_at: datetime | None = None


def parse(block: bytes) -> Exif:
    """What a TIFF block says; what is broken in it says nothing."""
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 8:
        return Exif()
    tiff = _Tiff(block, order)
    main = dict(tiff.entries(tiff.number("I", 4)))
    orientation = tiff.short(main.get(ORIENTATION))
    own = dict(tiff.entries(tiff.long(main.get(EXIF_IFD))))
    taken, offset = tiff.text(own.get(DATE_TIME_ORIGINAL)), tiff.text(own.get(OFFSET_TIME_ORIGINAL))
    return Exif(orientation if 1 < orientation <= 8 else UPRIGHT, _time(taken, offset))


def only_orientation(orientation: int) -> bytes:
    """A TIFF block that says nothing else."""
    entry = struct.pack("<HHIHH", ORIENTATION, SHORT, 1, orientation, 0)
    return b"II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4)


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: int
    count: int
    at: int
    """Where its value, or the offset of it, stands."""


@dataclass(frozen=True, slots=True)
class _Tiff:
    block: bytes
    order: str

    def number(self, form: str, at: int) -> int:
        """The number at a place; 0 outside of the block."""
        try:
            return int(struct.unpack_from(self.order + form, self.block, at)[0])
        except struct.error:
            return 0

    def entries(self, at: int) -> Iterator[tuple[int, _Entry]]:
        """The entries of the directory at a place; at 0 there is none."""
        if not at:
            return
        for number in range(min(self.number("H", at), MOST_ENTRIES)):
            place = at + 2 + 12 * number
            kind, count = self.number("H", place + 2), self.number("I", place + 4)
            yield self.number("H", place), _Entry(kind, count, place + 8)

    def short(self, entry: _Entry | None) -> int:
        return self.number("H", entry.at) if entry is not None and entry.kind == SHORT else 0

    def long(self, entry: _Entry | None) -> int:
        return self.number("I", entry.at) if entry is not None and entry.kind == LONG else 0

    def text(self, entry: _Entry | None) -> str:
        """A short text; empty where it is none."""
        if entry is None or entry.kind != ASCII or entry.count > 32:
            return ""
        at = self.number("I", entry.at) if entry.count > 4 else entry.at
        return self.block[at : at + entry.count].rstrip(b"\0 ").decode("ascii", "replace")


def _time(taken: str, offset: str) -> datetime | None:
    """EXIF writes ``2026:07:01 20:58:00`` and the offset beside it."""
    if len(taken) != 19 or not offset:
        return None
    try:
        at = datetime.fromisoformat(f"{taken[:10].replace(':', '-')}T{taken[11:]}{offset}")
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
