"""Long ranges thinned to the width of a screen: the lowest and the highest of each step and quality. Pure.

The steps are counted from 1970, so that a range which moves on is drawn from the same ones. Thinning what is thinned
already changes nothing, so parts that come from different stores are thinned apart and put together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from ingest.readings import Quality, Reading
from ingest.stations import Quantity
from ingest.store.past.protocol import Span
from ingest.store.past.spans import joined
from ingest.store.tables import EPOCH, MICROSECOND

STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
"""Lengths of a step; longer ones are whole days."""

Group = tuple[int, Quantity, Quality]


def step_of(since: datetime, until: datetime, steps: int) -> timedelta:
    """The shortest step of which a range has at most ``steps``, up to one for its beginning."""
    least_s = (until - since).total_seconds() / max(steps, 1)
    fitting = next((each for each in STEPS_S if each >= least_s), None)
    day_s = STEPS_S[-1]
    return timedelta(seconds=fitting if fitting is not None else -(-least_s // day_s) * day_s)


def last_revisions(readings: Iterable[Reading]) -> list[Reading]:
    """Of each observation the last revision, by ``observed_at``."""
    last: dict[tuple[str, str, str], Reading] = {}
    for each in readings:
        name = (each.gauge_id, each.quantity, each.key)
        known = last.get(name)
        if known is None or (each.revision, each.seq) >= (known.revision, known.seq):
            last[name] = each
    return sorted(last.values(), key=lambda each: (each.observed_at, each.seq))


def thinned(readings: Iterable[Reading], step: timedelta) -> list[Reading]:
    """Of each step, quantity and quality the lowest and the highest, the earlier one of equals; by ``observed_at``."""
    lowest: dict[Group, Reading] = {}
    highest: dict[Group, Reading] = {}
    for each in readings:
        group = (_number(each.observed_at, step), each.quantity, each.quality)
        if group not in lowest or each.value < lowest[group].value:
            lowest[group] = each
        if group not in highest or each.value > highest[group].value:
            highest[group] = each
    kept = {id(each): each for each in (*lowest.values(), *highest.values())}
    return sorted(kept.values(), key=lambda each: (each.observed_at, each.seq))


class Thinnable(Protocol):
    """A store that thins: see ``Past``, of which this is a part."""

    def rows(self, gauge_id: str, spans: Sequence[Span], quality: Quality | None = None) -> list[Reading]:
        """Everything observed in the spans, every revision."""
        ...

    def extremes(self, gauge_id: str, span: Span, step: timedelta) -> list[Reading]:
        """The lowest and the highest of each step and quality, first revisions only."""
        ...

    def revised(self, gauge_id: str, span: Span) -> list[Reading]:
        """The corrections and requalifications observed in the span."""
        ...


def course_of_past(
    past: Thinnable, gauge_id: str, span: Span, step: timedelta, newer: Sequence[Reading]
) -> list[Reading]:
    """The past of a gauge, thinned by the store itself and corrected here.

    The store sees first revisions only. Where one that it chose was revised since, there or in ``newer``, what is
    left of its step and quality is looked through again.
    """
    revised = [*past.revised(gauge_id, span), *newer]
    names = {(each.quantity, each.key) for each in revised}
    kept: list[Reading] = []
    again: dict[Quality, list[Span]] = defaultdict(list)
    for each in past.extremes(gauge_id, span, step):
        if (each.quantity, each.key) in names:
            again[each.quality].append(_clipped(_span(each.observed_at, step), span))
        else:
            kept.append(each)
    for quality, spans in again.items():
        kept += past.rows(gauge_id, joined(spans), quality)
    return thinned(last_revisions((*kept, *revised)), step)


def _number(at: datetime, step: timedelta) -> int:
    return (at - EPOCH) // step


def _span(at: datetime, step: timedelta) -> Span:
    begin = EPOCH + _number(at, step) * step
    return begin, begin + step - MICROSECOND


def _clipped(span: Span, limits: Span) -> Span:
    return max(span[0], limits[0]), min(span[1], limits[1])
