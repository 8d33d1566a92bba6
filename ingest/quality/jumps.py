"""The jump test and what speaks for a jump or against it: the next reading, and the gauges beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from ingest.quality.limits import Limits
from ingest.quality.memory import Entry, Standing

GATHERING = 2.0
"""A rise that was corroborated may go on at twice its speed without being doubted anew."""
FLASH_M = 4.5
"""How much further the next reading may go the way of a jump and still speak for it: a flash flood gathers speed."""
SHARE, SHARE_M = 0.5, 2.0
"""The next reading speaks for a jump too where at most half of it is gone again, and at most this."""
WITHIN_S = 3600.0
"""How long before a jump another gauge may have moved to speak for it, and how long a step tells how fast it goes."""
STANDS_S = 1800.0
"""So long must water that fell at once stand where it fell to, at a gauge where standing still is normal."""


def passes(step_m: float, gap_s: float, limits: Limits) -> bool:
    """QARTOD rate of change test, in both directions; small steps pass at any speed."""
    # Rounded as a difference: binary fractions must not make a step at the limit look larger.
    return round(abs(step_m), 6) <= limits.step_m(gap_s)


def goes_on(believed: Sequence[Entry], at_s: float, value: float) -> bool:
    """Whether a reading goes on as the last two believed ones began, at up to twice their speed."""
    if len(believed) < 2:
        return False
    last, before = believed[0], believed[1]
    gap_s, step_s = at_s - last.at_s, last.at_s - before.at_s
    if not 0 < step_s <= WITHIN_S or gap_s > WITHIN_S:
        return False
    speed_m_per_s = (last.value - before.value) / step_s
    step_m = value - last.value
    return step_m * speed_m_per_s > 0 and abs(step_m) <= GATHERING * abs(speed_m_per_s) * gap_s


def speaks_for(held: Entry, anchor: Entry | None, at_s: float, value: float, limits: Limits) -> bool:
    """Whether a later reading of the same gauge speaks for a jump: it is near to it, or goes further the same way."""
    step_m = value - held.value
    if anchor is None:
        return passes(step_m, at_s - held.at_s, limits)
    jump_m = held.value - anchor.value
    if step_m * jump_m > 0:
        return abs(step_m) <= max(FLASH_M, GATHERING * abs(jump_m))
    near = passes(step_m, at_s - held.at_s, limits) or abs(step_m) <= min(SHARE * abs(jump_m), SHARE_M)
    return near and abs(step_m) < abs(value - anchor.value)


def moved_alike(entries: Iterable[Entry], at_s: float, jump_m: float) -> bool:
    """Whether another gauge went the same way by at least half of the jump, in the hour before it.

    A rise may be spoken for by a reading that is itself held, for two sensors that cry out are to be heard. A fall may
    not: a logger that fails takes all its sensors down together.
    """
    least = Standing.HELD if jump_m > 0 else Standing.BELIEVED
    near = [each for each in entries if each.standing >= least and abs(at_s - each.at_s) <= WITHIN_S]
    if len(near) < 2:
        return False
    others = [each.value for each in near[1:]]
    return near[0].value - min(others) >= jump_m / 2 if jump_m > 0 else near[0].value - max(others) <= jump_m / 2


def is_out_of_line(entry: Entry, track: Sequence[Entry], limits: Limits) -> bool:
    """QARTOD spike test for a reading that comes late: away from the one before and the one after it in time."""
    others = [each for each in track if each.standing > Standing.BAD and each.mark != entry.mark]
    for later, earlier in pairwise(others):
        if earlier.at_s < entry.at_s < later.at_s:
            return not any(
                passes(entry.value - each.value, abs(entry.at_s - each.at_s), limits) for each in (earlier, later)
            ) and not min(earlier.value, later.value) <= entry.value <= max(earlier.value, later.value)
    return False
