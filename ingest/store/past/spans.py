"""Spans of time, both ends included, in steps of a microsecond. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from ingest.store.past.protocol import Span
from ingest.store.tables import MICROSECOND

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few spans as can be, in order."""
    whole: list[Span] = []
    for since, until in sorted(spans):
        if whole and since <= whole[-1][1] + MICROSECOND:
            whole[-1] = (whole[-1][0], max(whole[-1][1], until))
        else:
            whole.append((since, until))
    return whole


def outside(locked: Sequence[Span], before: datetime) -> list[Span]:
    """What lies before a time and in none of the spans."""
    free: list[Span] = []
    begin = BEGINNING
    for since, until in joined(locked):
        if begin < since and begin < before:
            free.append((begin, min(since, before) - MICROSECOND))
        begin = max(begin, min(until, datetime.max.replace(tzinfo=UTC) - MICROSECOND) + MICROSECOND)
    if begin < before:
        free.append((begin, before - MICROSECOND))
    return free
