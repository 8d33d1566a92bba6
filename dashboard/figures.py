"""The hydrograph as a Plotly figure. Pure; words come in as arguments."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard import hydrograph_layers
from dashboard.hydrograph_layers import Layers
from dashboard.hydrograph_layers import jst as jst
from dashboard.palette import AXIS, GRID, INK, QUIET, STAGE_LINE, plain_layout, plain_text
from dashboard.threshold_lines import add_thresholds
from dashboard.views import GaugeView
from ingest.hazard import hazard_at
from ingest.metres import shown_m
from ingest.readings import Quality, Reading
from ingest.rhythm import LATE_AFTER_INTERVALS, expected_s
from ingest.store.protocol import Course

_NOTHING = Layers()


@dataclass(frozen=True, slots=True)
class GraphWords:
    """The words of a hydrograph; ``labels`` gives the name of each hazard."""

    stage: str
    good: str
    suspect: str
    bad: str
    none: str
    labels: Mapping[int, str]
    maintenance: str = ""


def hydrograph(
    view: GaugeView,
    course: Course,
    since: datetime,
    until: datetime,
    words: GraphWords,
    height_px: float = 220,
    works: Sequence[tuple[datetime, datetime]] = (),
    layers: Layers = _NOTHING,
) -> go.Figure:
    """Stage over time with threshold bands and lines; suspect readings hollow, bad ones as crosses.

    ``works`` are the spans in which somebody worked on the gauge: shaded and named. ``layers`` lie over it.
    ``height_px`` is about the height between the axes: labels keep apart for it.
    What lies outside the span of thresholds and good readings is drawn at its edge and tells its value on hover,
    so that one spike of hundreds of metres does not flatten the curve.
    """
    readings = course.readings
    low, high = _span(view, readings, layers.stages_m())
    figure = go.Figure(list(_traces(view, course, (low, high), words)))
    marked = layers.event is not None or any(each.quality in (Quality.SUSPECT, Quality.BAD) for each in readings)
    add_thresholds(figure, view.levels, (low, high), words.labels, height_px)
    figure.update_layout(
        **{**plain_layout(), "margin": {"l": 52, "r": 12, "t": 30 if marked else 14, "b": 34}},
        plot_bgcolor="#ffffff",
        hovermode="x unified",
        showlegend=marked,
        legend=_LEGEND,
        dragmode=False,
        uirevision="hydrograph",
    )
    ends_at = layers.until(until + (until - since) * 0.02)
    _add_axes(figure, (jst(since), jst(ends_at)), (low, high), words.stage)
    _add_works(figure, works, (since, until), words.maintenance)
    hydrograph_layers.add(figure, layers)
    if not readings:
        _say_in_the_middle(figure, words.none)
    return figure


def _add_works(
    figure: go.Figure, works: Sequence[tuple[datetime, datetime]], span: tuple[datetime, datetime], name: str
) -> None:
    for begins_at, ends_at in works:
        begin, end = max(begins_at, span[0]), min(ends_at, span[1])
        if begin >= end:
            continue
        figure.add_vrect(x0=jst(begin), x1=jst(end), fillcolor=QUIET, opacity=0.18, line_width=0, layer="below")
        figure.add_annotation(
            text=plain_text(name),
            x=jst(begin),
            xanchor="left",
            xshift=3,
            y=0,
            yref="paper",
            yanchor="bottom",
            showarrow=False,
            font={"size": 12, "color": INK},
            bgcolor="rgba(255,255,255,0.75)",
        )


def _add_axes(figure: go.Figure, span: tuple[datetime, datetime], stages: tuple[float, float], title: str) -> None:
    figure.update_xaxes(
        range=span,
        type="date",
        gridcolor=GRID,
        tickformat=next(form for longest, form in _TICKS if span[1] - span[0] < longest),
        hoverformat="%Y/%m/%d %H:%M" if span[1] - span[0] > _YEARS_MATTER else "%m/%d %H:%M",
        linecolor=AXIS,
        ticks="outside",
        tickcolor=AXIS,
    )
    figure.update_yaxes(
        range=stages,
        showgrid=False,
        ticks="outside",
        tickcolor=AXIS,
        title={"text": title, "standoff": 6},
        ticksuffix="",
        zeroline=False,
    )


_YEARS_MATTER = timedelta(days=60)
_TICKS = ((timedelta(days=5), "%H:%M\n%m/%d"), (_YEARS_MATTER, "%m/%d"), (timedelta.max, "%Y/%m"))
"""How the times below the axis are written, by the length that is shown."""


def _say_in_the_middle(figure: go.Figure, sentence: str) -> None:
    figure.add_annotation(
        text=sentence, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False, font={"size": 15, "color": QUIET}
    )


def _span(view: GaugeView, readings: Sequence[Reading], also_m: Sequence[float]) -> tuple[float, float]:
    stages = [each.stage_m for each in readings if each.quality in (Quality.GOOD, Quality.NOT_EVALUATED)]
    stages += [*view.levels.values(), *([] if view.stage_m is None else [view.stage_m]), *also_m]
    low, high = min(stages, default=0.0), max(stages, default=1.0)
    pad = max(high - low, 0.1) * 0.08
    return low - pad, high + pad * 1.5


def _traces(view: GaugeView, course: Course, span: tuple[float, float], words: GraphWords) -> Iterable[go.Scatter]:
    readings = course.readings
    good = [each for each in readings if each.quality in (Quality.GOOD, Quality.NOT_EVALUATED)]
    times, stages = _with_gaps(view, good, course.step)
    yield go.Scatter(
        name=words.good,
        x=times,
        y=stages,
        mode="lines",
        line={"color": STAGE_LINE, "width": 2.5},
        customdata=["" if stage_m is None else shown_m(stage_m) for stage_m in stages],
        hovertemplate="%{customdata} m",
        connectgaps=False,
        showlegend=False,
    )
    yield _marked(words.suspect, readings, Quality.SUSPECT, "circle-open", span)
    yield _marked(words.bad, readings, Quality.BAD, "x-thin", span)


def _with_gaps(
    view: GaugeView, readings: Sequence[Reading], step: timedelta
) -> tuple[list[datetime], list[float | None]]:
    times: list[datetime] = []
    stages: list[float | None] = []
    for before, each in itertools.pairwise((None, *readings)):
        if each is None:
            continue
        if before is not None and _gap(view, before, each, step):
            times.append(jst(before.observed_at + (each.observed_at - before.observed_at) / 2))
            stages.append(None)
        times.append(jst(each.observed_at))
        stages.append(each.stage_m)
    return times, stages


def _gap(view: GaugeView, before: Reading, after: Reading, step: timedelta) -> bool:
    # What is left of two neighbouring steps may stand at their far ends.
    expected = timedelta(seconds=expected_s(view.gauge, hazard_at(before.stage_m, view.levels)))
    return after.observed_at - before.observed_at > max(LATE_AFTER_INTERVALS * expected, 2 * step)


def _marked(
    name: str, readings: Sequence[Reading], quality: Quality, symbol: str, span: tuple[float, float]
) -> go.Scatter:
    rows = [each for each in readings if each.quality is quality]
    low, high = span
    inside = (high - low) * 0.04
    return go.Scatter(
        name=name,
        x=[jst(each.observed_at) for each in rows],
        y=[min(max(each.stage_m, low + inside), high - inside) for each in rows],
        customdata=[shown_m(each.stage_m) for each in rows],
        mode="markers",
        marker={"symbol": symbol, "size": 10, "color": INK, "line": {"width": 2, "color": INK}},
        hovertemplate="%{customdata} m",
        showlegend=bool(rows),
    )


_LEGEND = {
    "orientation": "h",
    "x": 1,
    "xanchor": "right",
    "y": 1,
    "yanchor": "bottom",
    "itemclick": False,
    "itemdoubleclick": False,
}
