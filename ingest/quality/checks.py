"""The checks on one reading alone: clock and gross range. Pure: the reading, its gauge, the limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from ingest.readings import Quality, Reading, Reason
from ingest.roster import Watched


@dataclass(frozen=True, slots=True)
class ClockLimits:
    """How far a device's time may lie from the time of receipt before its clock counts as wrong.

    Late delivery is normal, hours and even days; a time ahead of ours is not.
    """

    ahead: timedelta = timedelta(minutes=5)
    behind: timedelta = timedelta(days=7)


def check(reading: Reading, gauge: Watched, limits: ClockLimits) -> Reading:
    """The reading with its quality. It is never dropped: a wrong clock counts at the time of receipt, as suspect."""
    return _check_range(check_clock(reading, limits), gauge)


def check_clock(reading: Reading, limits: ClockLimits) -> Reading:
    """QARTOD timing test, in both directions: all that is checked of a pump or a gate."""
    if reading.device_at is None:
        return reading
    reason = None
    if reading.device_at > reading.received_at + limits.ahead:
        reason = Reason.CLOCK_AHEAD
    elif reading.device_at < reading.received_at - limits.behind:
        reason = Reason.CLOCK_BEHIND
    if reason is None:
        return reading
    return replace(reading.marked(Quality.SUSPECT, reason), observed_at=reading.received_at)


def _check_range(reading: Reading, gauge: Watched) -> Reading:
    """QARTOD gross range test. Above the range, but by less than its own size, may be a flood that nobody foresaw:
    suspect, so that staff hear of it at once. Beyond that, or below the range, it is a fault: bad."""
    if gauge.min_m <= reading.value <= gauge.max_m:
        return reading
    believable = gauge.max_m < reading.value <= 2 * gauge.max_m - gauge.min_m
    return reading.marked(Quality.SUSPECT if believable else Quality.BAD, Reason.OUT_OF_RANGE)
