"""A file of observations as its sections, which are put in place one by one: pure.

A daily file has one section a station, a monthly file one a day, in their order; every row says which it belongs to.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator

from dashboard.public.archive.rows import HEAD

PIECE = 2 * 1024 * 1024
"""Bytes that are written or packed at once: some hundredths of a second."""
LAST = "\U0010ffff"
"""Sorts after every name."""


def station_of(line: bytes) -> str:
    """The station of a row."""
    return line.split(b",", 2)[1].decode()


def day_of_line(line: bytes) -> str:
    """The day of a row, as in 2026-11-20. Counted from the end: a name may hold a comma."""
    return line.rsplit(b",", 3)[1][:10].decode()


class Splice:
    """A file with some of its sections put in place of the old ones; an empty section takes the old one away.

    ``before`` is empty where there was no file. One that begins otherwise was written in another form, and goes. The
    sections are found by halving, as they are in order: the day of a large city has seventy million bytes.
    """

    def __init__(self, before: bytes, key: Callable[[bytes], str]) -> None:
        self._before, self._key = before, key
        self._begin = len(HEAD) if before.startswith(HEAD) else len(before)
        self._new: dict[str, tuple[int, int, bytes]] = {}
        self.changed = not before.startswith(HEAD)

    def put(self, name: str, section: bytes) -> None:
        """The rows of a section, each once."""
        offsets = range(self._begin, len(self._before))
        first = self._line(self._begin + bisect_left(offsets, name, key=self._name))
        end = self._line(self._begin + bisect_right(offsets, name, key=self._name))
        self._new[name] = (first, end, section)
        self.changed = self.changed or self._before[first:end] != section

    @property
    def empty(self) -> bool:
        """Whether no row is left."""
        taken = sum(end - first for first, end, _ in self._new.values())
        return not any(section for _, _, section in self._new.values()) and taken == len(self._before) - self._begin

    def pieces(self) -> Iterator[bytes]:
        """The file in pieces of about PIECE."""
        gathered = bytearray()
        for part in self._parts():
            gathered += part
            if len(gathered) >= PIECE:
                yield bytes(gathered)
                gathered.clear()
        yield bytes(gathered)

    def _parts(self) -> Iterator[bytes | memoryview]:
        yield HEAD
        at = self._begin
        for name in sorted(self._new):
            first, end, section = self._new[name]
            yield from self._kept(at, first)
            yield section
            at = end
        yield from self._kept(at, len(self._before))

    def _kept(self, first: int, end: int) -> Iterator[memoryview]:
        whole = memoryview(self._before)
        return (whole[at : min(at + PIECE, end)] for at in range(first, end, PIECE))

    def _line(self, at: int) -> int:
        """Where the first line begins that does not begin before a place; the end where there is none."""
        if at == self._begin or at >= len(self._before):
            return at
        return self._before.find(b"\n", at - 1) + 1 or len(self._before)

    def _name(self, at: int) -> str:
        """The section of that line."""
        first = self._line(at)
        if first == len(self._before):
            return LAST
        return self._key(self._before[first : self._before.find(b"\n", first) + 1 or len(self._before)])
