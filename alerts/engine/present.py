"""How things are by now, for a message that comes again: old figures would be read as those of the moment. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from alerts.records import Transition
from alerts.rules.course import Course
from alerts.rules.machine import Standing
from alerts.rules.trend import pace, rounded

LASTING = ("since", "maintenance", "maintenance_until", "doubt")
"""What the transition says and no rule of the clock finds anew."""


def of_reading(transition: Transition, course: Course) -> Transition:
    """The transition of a gauge with ``now_m``, ``now_at`` and ``now_m_per_h`` (of ``now_window_s``) in its detail,
    where a newer believed stage than its own is known."""
    newest = course.samples[-1] if course.samples else None
    if newest is None or newest.at <= transition.observed_at:
        return transition
    said = {"now_m": newest.stage_m, "now_at": newest.at.isoformat()}
    slope_m_per_h, window = pace(course, newest.at)
    if slope_m_per_h is None:
        return _with(transition, said)
    return _with(transition, {**said, "now_m_per_h": rounded(slope_m_per_h), "now_window_s": window.total_seconds()})


def of_clock(
    transition: Transition, standing: Standing | None, found: Mapping[str, Any] | None, at: datetime
) -> Transition:
    """The transition with what its rule found at ``at`` in place of what it found then, and ``present_at``.

    Where the rule does not find it any more, and waits for that to last, its detail stays and has ``left_at``.
    """
    if found is not None:
        lasting = {name: transition.detail[name] for name in LASTING if name in transition.detail}
        return replace(transition, detail={**lasting, **found, "present_at": at.isoformat()})
    left_at = None if standing is None else standing.below.get(standing.level)
    return transition if left_at is None else _with(transition, {"left_at": left_at.isoformat()})


def _with(transition: Transition, said: Mapping[str, Any]) -> Transition:
    return replace(transition, detail={**transition.detail, **said})
