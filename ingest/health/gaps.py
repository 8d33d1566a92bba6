"""Where in time reports of a gauge are missing: the gaps between its observations, whenever those arrived."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from ingest.rhythm import Mode, Rhythm

DAY_S = 86400.0
KEPT_S = 8 * DAY_S
"""For how long gaps are remembered: what is asked for is the last week."""
MOST_GAPS = 40
"""A gauge that misses every other report has more gaps than are worth keeping: the oldest become one a day."""


class Gap(NamedTuple):
    """A time between two observations in which ``missing`` reports were due, one ``every_s`` (0: several rhythms)."""

    after_s: float
    before_s: float
    missing: int
    every_s: float

    def missing_since(self, since_s: float) -> int:
        """How many of them were due after a time."""
        if since_s <= self.after_s:
            return self.missing
        if since_s >= self.before_s:
            return 0
        if self.every_s:
            return max(0, self.missing - int((since_s - self.after_s) // self.every_s))
        return round(self.missing * (self.before_s - since_s) / (self.before_s - self.after_s))


@dataclass(frozen=True, slots=True)
class Course:
    """The observations of a gauge as far as they say when one is missing. Seconds since 1970.

    ``mode`` is that of the newest observation, held since ``mode_since_s``.
    """

    first_s: float
    newest_s: float
    mode: Mode
    mode_since_s: float
    gaps: tuple[Gap, ...] = ()


def missing_in(span_s: float, every_s: float) -> int:
    """Reports missing between two that lie ``span_s`` apart: one that comes half an interval late is not."""
    return max(0, math.floor(span_s / every_s - 0.5))


def observed(course: Course | None, at_s: float, mode: Mode, rhythm: Rhythm) -> Course:
    """The course with one more observation; an old one fills a gap or stretches the course backwards."""
    if course is None:
        return Course(at_s, at_s, mode, at_s)
    if at_s > course.newest_s:
        gaps = _with(course.gaps, course.newest_s, at_s, rhythm.expected_s(course.mode))
        since_s = course.mode_since_s if mode is course.mode else at_s
        return Course(course.first_s, at_s, mode, since_s, _remembered(gaps, at_s))
    if at_s < course.first_s:
        gaps = _with(course.gaps, at_s, course.first_s, rhythm.expected_s(mode))
        return replace(course, first_s=at_s, gaps=_remembered(gaps, course.newest_s))
    return replace(course, gaps=_filled(course.gaps, at_s, rhythm.expected_s(mode))) if course.gaps else course


def _with(gaps: tuple[Gap, ...], after_s: float, before_s: float, every_s: float) -> tuple[Gap, ...]:
    missing = missing_in(before_s - after_s, every_s)
    return tuple(sorted((*gaps, Gap(after_s, before_s, missing, every_s)))) if missing else gaps


def _filled(gaps: tuple[Gap, ...], at_s: float, every_s: float) -> tuple[Gap, ...]:
    for number, gap in enumerate(gaps):
        if gap.after_s < at_s < gap.before_s:
            return (*gaps[:number], *_split(gap, at_s, every_s), *gaps[number + 1 :])
    return gaps


def _split(gap: Gap, at_s: float, every_s: float) -> tuple[Gap, ...]:
    """What is left of a gap after an observation within it: before it by the gap's rhythm, after it by its own."""
    if not gap.every_s:
        return (gap._replace(missing=gap.missing - 1),) if gap.missing > 1 else ()
    parts = ((gap.after_s, at_s, gap.every_s), (at_s, gap.before_s, every_s))
    return tuple(
        Gap(after, before, missing, every)
        for after, before, every in parts
        if (missing := missing_in(before - after, every))
    )


def _remembered(gaps: tuple[Gap, ...], newest_s: float) -> tuple[Gap, ...]:
    kept = tuple(each for each in gaps if each.before_s > newest_s - KEPT_S)
    if len(kept) <= MOST_GAPS:
        return kept
    place = next((each for each, pair in enumerate(pairwise(kept)) if pair[1].before_s - pair[0].after_s <= DAY_S), 0)
    first, second = kept[place], kept[place + 1]
    joined = Gap(first.after_s, second.before_s, first.missing + second.missing, 0.0)
    return (*kept[:place], joined, *kept[place + 2 :])


def missing_since(course: Course, since_s: float, now_s: float, rhythm: Rhythm) -> int:
    """Reports that were due after ``since_s`` and have not come, those of the silence that lasts included."""
    return sum(gap.missing_since(since_s) for gap in with_open(course, now_s, rhythm))


def with_open(course: Course, now_s: float, rhythm: Rhythm) -> tuple[Gap, ...]:
    """The gaps, and last the one that is open now, if a report is missing already."""
    return _with(course.gaps, course.newest_s, now_s, rhythm.expected_s(course.mode))
