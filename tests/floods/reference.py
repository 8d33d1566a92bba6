"""What the house must find, worked out a second way: over the raw rows, by looking back, in exact decimals.

Nothing of the house's own rule is used here. It is slow on purpose: for every reading it reads the past again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import takewhile

from ingest.readings import Quality, Reading
from simulators.replay import Row


@dataclass(frozen=True, slots=True)
class Seen:
    """A reading as the rule may use it. ``stage_m`` is exact to the millimetre."""

    observed_at: datetime
    stage_m: Decimal
    believed: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """A change of a gauge's alert: levels, and the observation that made it."""

    before: int
    after: int
    observed_at: datetime
    stage_m: float
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """Thresholds, and when a level that was reached counts as left."""

    levels: Mapping[int, Decimal]
    hysteresis_m: Decimal = Decimal(0)
    hold: timedelta = timedelta(0)

    def hazard(self, stage_m: Decimal) -> int:
        """At or above."""
        return max((level for level, begins_m in self.levels.items() if stage_m >= begins_m), default=0)

    def is_left(self, level: int, past: Sequence[Seen]) -> bool:
        """Whether the stage has been below the level minus hysteresis, without a break, for the hold.

        One that is not believed can break it, but does not count towards it.
        """
        line_m = self.levels[level] - self.hysteresis_m
        below = [each for each in takewhile(lambda each: each.stage_m < line_m, reversed(past)) if each.believed]
        return bool(below) and past[-1].observed_at - below[-1].observed_at >= self.hold


def hazard(stage_m: float, levels: Mapping[int, float]) -> int:
    """The hazard of a stage: the highest level that it is at or above."""
    return max([0, *(level for level, begins_m in levels.items() if stage_m >= begins_m)])


def rule(levels: Mapping[int, float], hysteresis_m: str = "0", hold: timedelta = timedelta(0)) -> Rule:
    """The rule with exact decimals."""
    return Rule({level: Decimal(repr(stage)) for level, stage in levels.items()}, Decimal(hysteresis_m), hold)


def seen(row: Row) -> Seen:
    """A row as the house keeps it: to the millimetre."""
    return Seen(row.observed_at, Decimal(repr(round(row.stage_m, 3))))


def judged(reading: Reading) -> Seen:
    """A reading as the house has kept it."""
    return Seen(reading.observed_at, Decimal(repr(reading.stage_m)), reading.quality is Quality.GOOD)


def late(arriving: Sequence[Seen]) -> list[Seen]:
    """Those observed before something that had arrived already: history, which changes nothing."""
    return [each for count, each in enumerate(arriving) if not _is_timely(each, arriving[:count])]


def steps(arriving: Sequence[Seen], by: Rule) -> list[Step]:
    """The changes that one gauge's readings make, in the order of arrival.

    ``arriving`` holds good and suspect readings; bad ones change nothing and are left out by the caller.
    A repeat of an observation may be left in: it says nothing new. A suspect one (not believed) raises only; what it
    raised is confirmed by the first believed one at the same level. Where none came, its end is unconfirmed as well.
    """
    timely = [each for count, each in enumerate(arriving) if _is_timely(each, arriving[:count])]
    found: list[Step] = []
    level, sure, doubted = 0, 0, False
    for count, reading in enumerate(timely, start=1):
        reached = by.hazard(reading.stage_m)
        confirms = doubted and reading.believed and sure < reached <= level
        after = reached if confirms else _level_after(level, reading, timely[:count], by)
        if after != level or confirms:
            ends_a_doubt = doubted and not confirms and sure <= after < level
            unconfirmed = not reading.believed or ends_a_doubt
            found.append(Step(level, after, reading.observed_at, float(reading.stage_m), unconfirmed))
            doubted = not reading.believed
        sure = after if reading.believed and (confirms or after > level) else min(sure, after)
        level = after
    return found


def _is_timely(reading: Seen, before: Sequence[Seen]) -> bool:
    """The time of one that is not believed may be made up, so it makes nothing look late."""
    return all(each.observed_at <= reading.observed_at for each in before if each.believed)


def _level_after(level: int, reading: Seen, past: Sequence[Seen], by: Rule) -> int:
    reached = by.hazard(reading.stage_m)
    if reached >= level or not reading.believed or not by.is_left(level, past):
        return max(level, reached)
    return max((lower for lower in by.levels if lower < level and not by.is_left(lower, past)), default=0)
