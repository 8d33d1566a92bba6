"""The running times of pumps as bands below a hydrograph: pure, from what they said over a span."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.figures import jst
from dashboard.palette import INK, QUIET, STAGE_LINE, plain_text
from ingest.readings import Reading

ROW_PX = 20.0
GAP_PX = 14.0


@dataclass(frozen=True, slots=True)
class Span:
    """What a pump did from ``begin`` to ``end``; ``running`` is None where nobody knows."""

    begin: datetime
    end: datetime
    running: bool | None


@dataclass(frozen=True, slots=True)
class PumpCourse:
    """What a pump did over the whole of a graph, without a gap."""

    name: str
    spans: Sequence[Span]


def spans(readings: Sequence[Reading], patience: timedelta, since: datetime, until: datetime) -> tuple[Span, ...]:
    """Readings of whether a pump runs, by ``observed_at``, as spans that fill [since, until].

    What a pump said holds until its next word, but not for longer than ``patience``: after that nobody knows.
    """
    found: list[Span] = []
    for each in _pieces(readings, patience, since, until):
        if found and found[-1].running is each.running:
            found[-1] = Span(found[-1].begin, each.end, each.running)
        else:
            found.append(each)
    return tuple(found)


def _pieces(readings: Sequence[Reading], patience: timedelta, since: datetime, until: datetime) -> Iterator[Span]:
    at = since
    for each, following in pairwise((*readings, None)):
        assert each is not None
        begin = max(at, each.observed_at)
        next_at = min(following.observed_at, until) if following is not None else until
        if begin > at:
            yield Span(at, begin, None)
        held = max(begin, min(next_at, each.observed_at + patience))
        if held > begin:
            yield Span(begin, held, each.value > 0)
        if next_at > held:
            yield Span(held, next_at, None)
        at = max(at, next_at)
    if at < until:
        yield Span(at, until, None)


def height_px(pumps: int) -> float:
    """How much of a graph's height the bands take."""
    return pumps * ROW_PX + GAP_PX if pumps else 0.0


def add(figure: go.Figure, courses: Sequence[PumpCourse], plot_px: float, title: str) -> None:
    """Draw the bands below the curve: thick where a pump runs, thin where it stands, dotted where nobody knows.

    ``plot_px`` is about the height between the axes, bands included.
    """
    if not courses:
        return
    share = height_px(len(courses)) / plot_px
    figure.update_layout(
        yaxis={"domain": [share, 1.0]},
        yaxis2={
            "domain": [0.0, share - GAP_PX * 0.5 / plot_px],
            "range": [len(courses) - 0.5, -0.5],
            "visible": False,
            "fixedrange": True,
        },
        xaxis={"anchor": "y2"},
    )
    for row, course in enumerate(courses):
        for running, line in _LINES.items():
            figure.add_trace(_trace(course, row, running, line))
        figure.add_annotation(
            text=f"{plain_text(course.name)} {title}",
            x=0,
            xref="paper",
            xanchor="left",
            xshift=4,
            y=row,
            yref="y2",
            showarrow=False,
            font={"size": 11, "color": INK},
            bgcolor="rgba(255,255,255,0.8)",
            borderpad=1,
        )


_LINES: dict[bool | None, dict[str, object]] = {
    True: {"color": STAGE_LINE, "width": 12},
    False: {"color": QUIET, "width": 1.5},
    None: {"color": QUIET, "width": 1.5, "dash": "dot"},
}


def _trace(course: PumpCourse, row: int, running: bool | None, line: dict[str, object]) -> go.Scatter:
    times: list[datetime | None] = []
    for span in course.spans:
        if span.running is running:
            times += [jst(span.begin), jst(span.end), None]
    rows = [None if each is None else row for each in times]
    return go.Scatter(x=times, y=rows, yaxis="y2", mode="lines", line=line, hoverinfo="skip", showlegend=False)
