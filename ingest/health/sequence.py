"""What a device's own counter says: messages lost on the way, and restarts.

A counter that jumps further than the time allows, or that falls back, began anew: a frame counter of 16 bits after
65,535, a device after its battery was changed. Nothing is counted as lost then, for nobody knows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

MOST_RANGES = 20
"""Numbers that may still come late are remembered up to so many ranges of them."""
MESSAGES_PER_INTERVAL = 4.0
SPARE_MESSAGES = 10
"""A device may count more than its readings (joins, repeats, status), but not without end."""


class Lost(NamedTuple):
    """Numbers ``low`` to ``high`` that did not come; ``hour`` is when that was noticed."""

    low: int
    high: int
    hour: int


@dataclass(frozen=True, slots=True)
class Counter:
    """The highest number of the present run, when it was observed, and what is missing below it."""

    last: int
    at_s: float
    lost: tuple[Lost, ...] = ()


class Step(NamedTuple):
    """What a number did: the counter after it, messages newly lost, a lost one found again (its hour), a restart."""

    counter: Counter
    lost: int = 0
    found_hour: int | None = None
    restarted: bool = False


def counted(counter: Counter | None, number: int, at_s: float, hour: int, interval_s: float) -> Step:
    """The counter after a message with this number, observed ``at_s`` and received in ``hour``."""
    if counter is None:
        return Step(Counter(number, at_s))
    if number == counter.last:
        return Step(counter)  # several readings of one message
    if number > counter.last:
        return _onwards(counter, number, at_s, hour, interval_s)
    return _backwards(counter, number, at_s)


def _onwards(counter: Counter, number: int, at_s: float, hour: int, interval_s: float) -> Step:
    skipped = number - counter.last - 1
    believable = SPARE_MESSAGES + MESSAGES_PER_INTERVAL * max(0.0, at_s - counter.at_s) / interval_s
    if skipped > believable:
        return Step(Counter(number, at_s), restarted=True)
    lost = (*counter.lost, Lost(counter.last + 1, number - 1, hour)) if skipped else counter.lost
    return Step(Counter(number, max(at_s, counter.at_s), lost[-MOST_RANGES:]), lost=skipped)


def _backwards(counter: Counter, number: int, at_s: float) -> Step:
    for place, gap in enumerate(counter.lost):
        if gap.low <= number <= gap.high:
            left = (Lost(gap.low, number - 1, gap.hour), Lost(number + 1, gap.high, gap.hour))
            still = tuple(each for each in left if each.low <= each.high)
            lost = (*counter.lost[:place], *still, *counter.lost[place + 1 :])
            return Step(replace(counter, lost=lost), found_hour=gap.hour)
    if at_s > counter.at_s:
        return Step(Counter(number, at_s), restarted=True)
    return Step(counter)  # an old message that is not missed
