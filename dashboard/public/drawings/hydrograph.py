"""The last 24 hours of a gauge as SVG: pure, and drawn once for all languages.

The line is broken where nothing came for longer than the gauge's rhythm allows, so what was held back is a gap and
nothing is guessed. Colours, dashes and sizes are classes of the style sheet: the site allows no style in its pages.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from markupsafe import Markup, escape

from dashboard.public.drawings.axes import Scale, clock_ticks, scale_of, stage_ticks
from dashboard.public.drawings.labels import spread
from dashboard.public.drawings.paths import path
from ingest.clock import JST
from ingest.hazard import Levels
from ingest.metres import shown_m
from ingest.rhythm import LATE_AFTER_INTERVALS, expected_s
from ingest.stations import Gauge

Points = Sequence[tuple[datetime, float]]
"""Good readings (observed_at, stage_m above the gauge zero), the oldest first."""
SPAN = timedelta(hours=24)
LEFT, TOP, RIGHT, BOTTOM = 33.0, 16.0, 228.0, 174.0
WIDTH, HEIGHT = 320, 206
"""In units that are pixels on the smallest phone, where 12.5 of them are the height of the letters."""


@dataclass(frozen=True, slots=True)
class DrawnWords:
    """The words of a drawing in one language, plain.

    ``levels`` are the short words of the hazards, ``since`` what is said of the time from the newest point on where
    that is not of now (empty: it is), ``date`` the date of the last midnight, ``decimal`` the mark before a fraction.
    """

    levels: Mapping[int, str]
    provisional: str
    since: str = ""
    date: str = ""
    decimal: str = "."


@dataclass(frozen=True, slots=True)
class Drawing:
    """A hydrograph without its words. ``stages`` are the heights and numbers of its axis, ``labels`` the heights of the
    words of the thresholds by hazard, ``newest`` the place and stage of the newest point."""

    ground: str
    line: str
    stages: tuple[tuple[float, str], ...]
    labels: Mapping[int, float]
    midnight_x: float | None
    newest: tuple[float, float, str] | None

    def svg(self, labelled_by: str, described_by: str, words: DrawnWords, number: bool = True) -> Markup:
        """The markup: an image whose name and description are elsewhere on the page, by their ids.

        Without ``number`` the newest point is not marked and its stage not said.
        """
        head = (
            f'<svg class="graph" role="img" aria-labelledby="{escape(labelled_by)}" '
            f'aria-describedby="{escape(described_by)}" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
            f'height="{HEIGHT}">'
        )
        since = self._since(words.since) if words.since else ""
        newest = self._newest(words) if number else ""
        return Markup("".join([head, self.ground, *self._said(words), since, self.line, newest, "</svg>"]))

    def _said(self, words: DrawnWords) -> Iterator[str]:
        for y, said in self.stages:
            yield f'<text class="e" x="{LEFT - 4:g}" y="{y + 4:g}">{said.replace(".", words.decimal)}</text>'
        for hazard, y in self.labels.items():
            yield (
                f'<use class="plain h{hazard}" href="#s-{hazard}" x="{RIGHT + 9:g}" y="{y - 6:g}" '
                f'width="12" height="12"/>'
                f'<text x="{RIGHT + 24:g}" y="{y + 4.5:g}">{escape(words.levels.get(hazard, ""))}</text>'
            )
        yield f'<text class="q e" x="{WIDTH - 2}" y="{HEIGHT - 3}">{escape(words.provisional)}</text>'
        if words.date and self.midnight_x is not None:
            yield f'<text class="m" x="{self.midnight_x:g}" y="{HEIGHT - 3}">{escape(words.date)}</text>'

    def _since(self, said: str) -> str:
        left, line_y = self.newest[:2] if self.newest else (LEFT, TOP)
        y = BOTTOM - 6 if line_y < (TOP + BOTTOM) / 2 else TOP + 16
        return (
            f'<path class="gap" d="M{left:g} {TOP:g}H{RIGHT:g}V{BOTTOM:g}H{left:g}z"/>'
            f'<text class="w e" x="{RIGHT - 3:g}" y="{y:g}">{escape(said)}</text>'
        )

    def _newest(self, words: DrawnWords) -> str:
        if self.newest is None:
            return ""
        x, y, said = self.newest
        beside = y - 9 if y - TOP > 22 else y + 19
        return (
            f'<circle class="{"past" if words.since else "now"}" cx="{x:g}" cy="{y:g}" r="4.5"/>'
            f'<text class="w v e" x="{min(x + 4, RIGHT - 2):g}" y="{beside:g}">'
            f"{said.replace('.', words.decimal)} m</text>"
        )


def drawing(points: Points, levels: Levels, gauge: Gauge, until: datetime, step: timedelta = timedelta(0)) -> Drawing:
    """A gauge's good readings of the 24 hours before ``until`` with the thresholds in force.

    ``step``: what is left of two neighbouring steps of a thinned course may stand at their far ends, so a gap is not
    seen before it is longer than two.
    """
    since = until - SPAN
    seen = [each for each in points if since <= each[0] <= until]
    scale = scale_of([stage_m for _, stage_m in seen], list(levels.values()), (TOP, BOTTOM))
    ticks = list(clock_ticks(since, until))
    heights = {hazard: scale.y(stage_m) for hazard, stage_m in levels.items()}
    labels = spread(heights, TOP + 3, BOTTOM - 3)
    runs = [_places(run, since, scale) for run in broken(seen, levels, gauge, step)]
    newest = (round(runs[-1][-1][0], 1), round(runs[-1][-1][1], 1), shown_m(seen[-1][1])) if runs else None
    return Drawing(
        ground="".join(_ground(heights, labels, [(_x(at, since), f"{at:%H:%M}") for at in ticks])),
        line=f'<path class="stage-line" d="{path(runs)}"/>' if runs else "",
        stages=tuple(stage_ticks(scale)),
        labels=labels,
        midnight_x=next((_x(at, since) for at in reversed(ticks) if at.hour == 0), None),
        newest=newest,
    )


def broken(points: Points, levels: Levels, gauge: Gauge, step: timedelta = timedelta(0)) -> list[Points]:
    """The points in runs: a new one begins where nothing came for longer than three intervals of the mode."""
    wet_from = min(levels.values(), default=math.inf)
    dry, wet = (_patience(gauge, hazard, step) for hazard in (0, 1))
    runs: list[list[tuple[datetime, float]]] = []
    last_by = datetime.min.replace(tzinfo=UTC)
    for each in points:
        at, stage_m = each
        if at > last_by:
            runs.append([])
        runs[-1].append(each)
        last_by = at + (wet if stage_m >= wet_from else dry)
    return list(runs)


def midnight_of(until: datetime) -> datetime:
    """The midnight in Japan whose date the axis of time says."""
    return until.astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0)


def _patience(gauge: Gauge, hazard: int, step: timedelta) -> timedelta:
    return max(timedelta(seconds=LATE_AFTER_INTERVALS * expected_s(gauge, hazard)), 2 * step)


def _x(at: datetime, since: datetime) -> float:
    return round(LEFT + (RIGHT - LEFT) * ((at - since) / SPAN), 1)


def _places(run: Points, since: datetime, scale: Scale) -> list[tuple[float, float]]:
    across = (RIGHT - LEFT) / SPAN.total_seconds()
    low_m, up = scale.low_m, (BOTTOM - TOP) / (scale.high_m - scale.low_m)
    return [(LEFT + (at - since).total_seconds() * across, BOTTOM - (stage_m - low_m) * up) for at, stage_m in run]


def _ground(
    heights: Mapping[int, float], labels: Mapping[int, float], times: Sequence[tuple[float, str]]
) -> Iterator[str]:
    """Bands and lines of the thresholds, and both axes."""
    top = TOP
    for hazard, y in sorted(heights.items(), reverse=True):
        yield f'<path class="b{hazard}" d="M{LEFT:g} {y:g}H{RIGHT:g}V{top:g}H{LEFT:g}z"/>'
        top = y
    for hazard, y in sorted(heights.items()):
        yield f'<path class="t{hazard}" d="M{LEFT:g} {y:g}H{RIGHT:g}l7 {labels[hazard] - y:g}"/>'
    across = "".join(f"M{x:g} {TOP:g}V{BOTTOM + 4:g}" for x, _ in times)
    yield f'<path class="grid" d="{across}M{LEFT:g} {TOP:g}V{BOTTOM:g}H{RIGHT:g}"/>'
    yield from (f'<text class="m" x="{x:g}" y="{BOTTOM + 16:g}">{said}</text>' for x, said in times)
    yield f'<text class="e" x="{LEFT - 4:g}" y="11">m</text>'
