"""The past events of a gauge: looked for in three years of its readings, and remembered for the hour."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from dashboard.hydrograph_layers import Overlay
from dashboard.past_events import AROUND, Event, events, rise_began, worth_m
from dashboard.staff.station_choice import minute
from dashboard.views import GaugeView
from ingest.rhythm import LATE_AFTER_INTERVALS, expected_s
from ingest.store.protocol import Course, History

LOOK_BACK = timedelta(days=3 * 365)
COARSE, FINE = 4400, 500
"""Steps of the three years (six hours each), and of the days around a peak."""
MOST_REMEMBERED = 256


class PastEvents:
    """Finds events and remembers them by gauge and hour: a page asks for the same ones again and again."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._lock = threading.Lock()
        self._remembered: dict[tuple[str, datetime], tuple[Event, ...]] = {}

    def of(self, view: GaugeView, now: datetime) -> tuple[Event, ...]:
        """The highest events of a gauge that were over a day ago. Blocking."""
        until = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
        name = (view.gauge.id, until)
        with self._lock:
            known = self._remembered.get(name)
        if known is None:
            known, whole = self._find(view, until)
            if not whole:
                return known
            with self._lock:
                while len(self._remembered) >= MOST_REMEMBERED:
                    del self._remembered[next(iter(self._remembered))]
                self._remembered[name] = known
        return known

    def named(self, view: GaugeView, peak: str, now: datetime) -> Event | None:
        """The event with a peak of that minute; None where there is none. Blocking."""
        return next((each for each in self.of(view, now) if minute(each.peak_at) == peak), None) if peak else None

    def _find(self, view: GaugeView, until: datetime) -> tuple[tuple[Event, ...], bool]:
        """The events, and whether the past could be asked: where it is away, the next one asks again."""
        course = self._history.course(view.gauge.id, until - LOOK_BACK, until, COARSE)
        least_m = worth_m(course.readings, view.levels)
        found = tuple(self._sharpened(view, each, least_m) for each in events(course.readings, least_m))
        return found, course.whole

    def _sharpened(self, view: GaugeView, event: Event, least_m: float) -> Event:
        """The same event by what lies closer together."""
        near = self._history.course(view.gauge.id, event.peak_at - AROUND, event.peak_at + AROUND, FINE)
        found = events(near.readings, least_m, most=1)
        return found[0] if found and found[0].peak_at == event.peak_at else event


def laid_over(
    history: History, view: GaugeView, event: Event, course: Course, span: tuple[datetime, datetime], name: str
) -> Overlay:
    """An event moved so that its rise begins where that of the present course does; where nothing rises, in the middle
    of the span. Blocking."""
    since, until = span
    began = rise_began(course.readings, worth_m(course.readings, view.levels))
    anchor = began if began is not None and since <= began else since + (until - since) / 2
    shift = anchor - event.begins_at
    found = history.course(view.gauge.id, since - shift, until - shift, FINE)
    late = LATE_AFTER_INTERVALS * timedelta(seconds=expected_s(view.gauge, 0))
    return Overlay(name, found.readings, shift, max(late, 2 * found.step))
