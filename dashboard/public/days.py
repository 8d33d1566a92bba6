"""The last 24 hours of the gauges as pages show them, each drawn once for all languages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from dashboard.public.course import SPAN, STEP_S, Course24
from dashboard.public.drawings.hours import hours
from dashboard.public.drawings.hydrograph import Drawing, Points, drawing
from dashboard.views import Board
from ingest.hazard import Levels, hazard_at, levels_at
from ingest.metres import shown_m
from ingest.stations import Gauge, StationKind


@dataclass(frozen=True, slots=True)
class Row:
    """An hour of the table: from when to when in Japan, the highest stage as text and the hazard that this was by the
    thresholds of its time; empty and None where nothing came, or where the gauge has no thresholds."""

    hour: str
    stage: str
    hazard: int | None


@dataclass(frozen=True)
class Day:
    """A gauge's last 24 hours. ``points`` are its good readings, and nothing else."""

    gauge: Gauge
    kind: StationKind
    levels: Levels
    course: Course24
    at: datetime

    @cached_property
    def points(self) -> Points:
        """The good readings of the 24 hours that are drawn, the oldest first."""
        since = self.course.until - SPAN
        return [each for each in self.course.points if each[0] >= since]

    @cached_property
    def drawing(self) -> Drawing:
        """The hydrograph, up to the next full hour."""
        return drawing(self.points, self.levels, self.gauge, self.course.until, timedelta(seconds=STEP_S))

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Hour by hour, the newest first."""
        return tuple(self._row(each.begin, each.highest) for each in hours(self.points, self.at))

    @property
    def highest(self) -> tuple[datetime, float] | None:
        """The highest stage (observed_at, stage_m) and when it was reached first; None where nothing came."""
        return max(self.points, key=lambda point: point[1], default=None)

    def _row(self, begin: datetime, highest: tuple[datetime, float] | None) -> Row:
        hour = f"{begin.hour:02}:00–{begin.hour:02}:59"
        if highest is None:
            return Row(hour, "", None)
        at, stage_m = highest
        revised = len(self.gauge.thresholds) > 1
        levels = levels_at(self.kind, self.gauge, at) if revised else self.levels
        return Row(hour, shown_m(stage_m), hazard_at(stage_m, levels) if levels else None)


class Days:
    """The days of one edition, made when they are asked for first."""

    def __init__(self, board: Board, courses: Mapping[str, Course24]) -> None:
        self._at = board.at
        self._courses = courses
        gauges = (gauge for view in board.stations for gauge in view.gauges)
        self.levels: Mapping[str, Levels] = {each.gauge.id: each.levels for each in gauges}
        """The thresholds in force by gauge id."""
        self._made: dict[str, Day] = {}

    def facts(self, gauge_id: str) -> object:
        """What the drawing and the table of a gauge depend on."""
        course = self._courses.get(gauge_id)
        return (course, self.levels[gauge_id])

    def of(self, gauge: Gauge, kind: StationKind) -> Day:
        """The day of a gauge of the board."""
        found = self._made.get(gauge.id)
        if found is None:
            course = self._courses.get(gauge.id) or Course24(self._at)
            found = Day(gauge, kind, self.levels[gauge.id], course, self._at)
            self._made[gauge.id] = found
        return found
