"""What came of a gauge in each of the last hours."""

from __future__ import annotations

from typing import NamedTuple

HOUR_S = 3600.0
KEPT = 25
"""The last day, and the hour that runs."""


class Hour(NamedTuple):
    """Counts of one hour of receipt (hours since 1970)."""

    hour: int
    readings: int = 0
    late: int = 0
    made_up: int = 0
    suspect: int = 0
    bad: int = 0
    lost: int = 0
    restarts: int = 0


def added(hours: tuple[Hour, ...], more: Hour) -> tuple[Hour, ...]:
    """The hours with further counts in one of them; no count falls below nothing, and old hours are forgotten."""
    newest = max(more.hour, hours[-1].hour if hours else more.hour)
    if more.hour <= newest - KEPT:
        return hours
    known = {each.hour: each for each in hours if each.hour > newest - KEPT}
    before = known.get(more.hour, Hour(more.hour))
    sums = (max(0, old + new) for old, new in zip(before[1:], more[1:], strict=True))
    known[more.hour] = Hour(more.hour, *sums)
    return tuple(sorted(known.values()))


def last_day(hours: tuple[Hour, ...], now_s: float) -> Hour:
    """The sum of the hours of the last day: its ``hour`` is the first of them in which anything came."""
    first = int(now_s // HOUR_S) - KEPT + 1
    recent = [each for each in hours if each.hour >= first]
    if not recent:
        return Hour(first)
    return Hour(recent[0].hour, *(sum(column) for column in list(zip(*recent, strict=True))[1:]))


def since_s(hours: tuple[Hour, ...], now_s: float, field: str) -> float | None:
    """The beginning of the first hour of the last day in which a count is above nothing."""
    first = int(now_s // HOUR_S) - KEPT + 1
    found = [each.hour for each in hours if each.hour >= first and getattr(each, field)]
    return found[0] * HOUR_S if found else None
