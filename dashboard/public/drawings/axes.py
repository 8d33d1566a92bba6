"""The axes of a hydrograph: from stages to heights on the paper, and where they are labelled. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.clock import JST

LEAST_M = 0.2
"""So much is shown at least: the noise of a still water is no course."""
_PAD = 0.08
_TICKS = 6
_EVERY_H = 6
_UNIT = 7.0


@dataclass(frozen=True, slots=True)
class Scale:
    """Stages from ``low_m`` to ``high_m`` on the heights from ``bottom`` up to ``top``."""

    low_m: float
    high_m: float
    top: float
    bottom: float

    def y(self, stage_m: float) -> float:
        """The height of a stage, from the upper edge."""
        return round(self.bottom - (self.bottom - self.top) * (stage_m - self.low_m) / (self.high_m - self.low_m), 1)


def scale_of(stages_m: Sequence[float], thresholds_m: Sequence[float], box: tuple[float, float]) -> Scale:
    """A scale that shows all of them; ``box`` are the upper and the lower edge."""
    low = min([*stages_m, *thresholds_m], default=0.0)
    high = max([*stages_m, *thresholds_m], default=1.0)
    short = max(LEAST_M - (high - low), 0.0) / 2
    pad = max(high - low, LEAST_M) * _PAD
    return Scale(low - short - pad, high + short + pad * 1.6, *box)


def stage_ticks(scale: Scale) -> Iterator[tuple[float, str]]:
    """Heights and numbers of the axis of stages, in round steps of metres; none beside the unit above it."""
    step = _round_step((scale.high_m - scale.low_m) / _TICKS)
    decimals = max(0, -math.floor(math.log10(step)))
    first, last = math.ceil(scale.low_m / step), math.floor(scale.high_m / step)
    for number in range(first, last + 1):
        if (y := scale.y(number * step)) >= scale.top + _UNIT:
            yield y, f"{number * step:.{decimals}f}"


def clock_ticks(since: datetime, until: datetime) -> Iterator[datetime]:
    """0, 6, 12 and 18 o'clock in Japan within a span."""
    first = since.astimezone(JST).replace(minute=0, second=0, microsecond=0)
    for hour in range(int((until - since) / timedelta(hours=1)) + 2):
        at = first + timedelta(hours=hour)
        if at.hour % _EVERY_H == 0 and since <= at <= until:
            yield at


def _round_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is at least so large."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(each * power for each in (1, 2, 5, 10) if each * power >= least * 0.999)
