"""The jump test and what speaks for a jump or against it: the next reading, and the gauges beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from ingest.quality.limits import Limits
from ingest.quality.memory import KEPT, Entry, Standing

GATHERING = 2.0
"""A rise that was corroborated may go on at twice its speed without being doubted anew."""
FLASH_M = 6.0
"""A larger jump is not spoken for by its own sensor, for one that raves raves again. A flash flood rises 4 m in 15 min,
so it stays below this with a reading lost on the way."""
LONGEST_SILENCE_S = 3 * 3600.0
"""A silence before a jump adds to that what a river rises meanwhile, for this time at most."""
PASSED_S = 86400.0
"""After so long what was believed before is no measure any more: somebody may have moved the sensor."""
SHARE, SHARE_M = 0.5, 2.0
"""The next reading speaks for a jump too where at most half of it is gone again, and at most this."""
WITHIN_S = 3600.0
"""How long before a jump another gauge may have moved to speak for it, and how long a step tells how fast it goes."""
STILL_M = 0.02
"""What stays within this of where it fell to has not moved: a sensor that died, or hangs dry, still trembles."""
STANDS_S, STANDS = 1800.0, 3
"""So long and through so many readings must water that fell at once stand there, where standing still is normal."""


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
        return limits.passes(step_m, at_s - held.at_s)
    jump_m = held.value - anchor.value
    if step_m * jump_m > 0:
        return abs(step_m) <= FLASH_M
    near = limits.passes(step_m, at_s - held.at_s) or abs(step_m) <= min(SHARE * abs(jump_m), SHARE_M)
    return (near and abs(step_m) < abs(value - anchor.value)) or _came_and_went(
        jump_m, step_m, at_s - held.at_s, limits
    )


def _came_and_went(jump_m: float, step_m: float, gap_s: float, limits: Limits) -> bool:
    """Whether a flood may have risen and fallen between two readings far apart: a peak must not be called a fault."""
    return 0 < jump_m <= FLASH_M and gap_s > WITHIN_S and abs(step_m) <= limits.fall_m_per_h * gap_s / 3600.0


def speaks_against(held: Entry, anchor: Entry, at_s: float, value: float, limits: Limits) -> bool:
    """Whether a later reading of the same gauge is back where it was before the jump.

    Only the time since the last jump widens what counts as back: a river goes on, a sensor that fell does not.
    """
    back_m = value - anchor.value
    return abs(back_m) <= abs(value - held.value) and limits.passes(back_m, at_s - held.at_s)


def raves(held: Sequence[Entry], anchor: Entry | None, at_s: float, limits: Limits) -> bool:
    """Whether one of the jumps of a gauge is beyond all floods, so that its own voice is not heard for a day.

    The silence before the first of them counts, as far as the first is still remembered.
    """
    if anchor is None or at_s - anchor.at_s >= PASSED_S:
        return False
    silence_s = held[0].at_s - anchor.at_s if len(held) < KEPT - 1 else 0.0
    most_m = FLASH_M + limits.rise_m_per_h * min(silence_s, LONGEST_SILENCE_S) / 3600.0
    return any(abs(each.value - anchor.value) > most_m for each in held)


def stands(held: Sequence[Entry], anchor: Entry | None, at_s: float, value: float, limits: Limits) -> bool:
    """Whether water that fell at once has only stood since. A sensor that died does that too, so it says nothing yet:
    where water always moves it never will, and where standing still is normal it will after a while."""
    fell = anchor is None or held[-1].value < anchor.value
    if not fell or round(abs(value - held[-1].value), 6) > STILL_M:
        return False
    if not limits.rests:
        return True
    return anchor is not None and (at_s - anchor.at_s < STANDS_S or len(held) < STANDS)


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
                limits.passes(entry.value - each.value, entry.at_s - each.at_s) for each in (earlier, later)
            ) and not min(earlier.value, later.value) <= entry.value <= max(earlier.value, later.value)
    return False
