"""A file of observations as its sections, which are put in place one by one: pure.

A daily file has one section a station, a monthly file one a day, in their order; every row says which it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby

from dashboard.public.archive.rows import HEAD


def station_of(line: bytes) -> str:
    """The station of a row."""
    return line.split(b",", 2)[1].decode()


def day_of_line(line: bytes) -> str:
    """The day of a row, as in 2026-11-20. Counted from the end: a name may hold a comma."""
    return line.rsplit(b",", 3)[1][:10].decode()


def spliced(before: bytes, new: Mapping[str, bytes], key: Callable[[bytes], str]) -> bytes:
    """A file with some of its sections put in place of the old ones; an empty section takes the old one away.

    ``before`` is empty where there was no file. One that begins otherwise was written in another form, and goes.
    """
    body = before.removeprefix(HEAD) if before.startswith(HEAD) else b""
    kept = {name: b"".join(lines) for name, lines in groupby(body.splitlines(keepends=True), key)}
    whole = {**kept, **new}
    return HEAD + b"".join(whole[name] for name in sorted(whole))
