"""How fast the water goes at each gauge. Pure: it changes with the readings alone, so it may be known beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from alerts.rules.course import LONG, SHORT, course_of
from alerts.rules.trend import pace
from ingest.readings import Reading

Slopes: TypeAlias = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the water went at the last good reading ``at``: ``rise_m_per_h`` over ``window``, and the slopes of the
    last 10 and 30 minutes."""

    at: datetime
    rise_m_per_h: float | None
    window: timedelta | None
    slopes_m_per_h: Slopes


def pace_of(recent: Sequence[Reading]) -> Pace | None:
    """How fast it goes by good readings in order of observation; None where there is none."""
    course = course_of(recent)
    if not course.samples:
        return None
    at = course.samples[-1].at
    rise_m_per_h, window = pace(course, at)
    slopes = course.slope_m_per_h(SHORT, at), course.slope_m_per_h(LONG, at)
    return Pace(at, rise_m_per_h, None if rise_m_per_h is None else window, slopes)


def pace_now(
    gauge_id: str, recent: Sequence[Reading], now: datetime, paces: Mapping[str, Pace | None] | None
) -> Pace | None:
    """The pace at ``now``, by what was observed until then; nothing by what is half an hour old."""
    ahead = bool(recent) and recent[-1].observed_at > now
    if paces is None or ahead:
        found = pace_of([each for each in recent if each.observed_at <= now])
    else:
        found = paces.get(gauge_id)
    return None if found is None or now - found.at > LONG else found
