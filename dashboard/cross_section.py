"""The cross-section of a gauge with the water in it, as a Plotly figure. Pure; words come in as arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.palette import AXIS, INK, QUIET, STAGE_LINE, plain_layout, plain_text
from dashboard.threshold_lines import LINE_COLOURS, label_heights
from dashboard.views import GaugeView
from ingest.metres import shown_m
from ingest.stations import Gauge

Point = tuple[float, float]
"""Offset across and height above the gauge zero, in metres."""
GROUND = "#d8d2c8"


@dataclass(frozen=True, slots=True)
class SectionWords:
    """The words of a cross-section."""

    height: str
    across: str
    crown: str
    last_known: str


def profile(gauge: Gauge, levels: Mapping[int, float], stage_m: float | None) -> tuple[Point, ...]:
    """The surveyed points, else a plain trough from the gauge zero to the crown (or to what is highest of what is
    known): a drawing of heights only, whose width means nothing."""
    if gauge.section:
        return gauge.section
    bottom = min(0.0, *([stage_m] if stage_m is not None else []), *levels.values(), 0.0)
    known = [each for each in (gauge.crown_m, gauge.bank_m, *levels.values(), stage_m) if each is not None]
    top = gauge.crown_m if gauge.crown_m is not None else max([*known, bottom + 0.5])
    top = max(top, bottom + 0.1)
    return ((0.0, top), (1.0, top), (3.0, bottom), (7.0, bottom), (9.0, top), (10.0, top))


def wetted(points: Sequence[Point], stage_m: float) -> list[Point]:
    """The outline of the water: along the bed from where the surface meets one bank to where it meets the other, the
    surface closing it. Empty where the bed is dry. What lies lower behind a bank that holds is dry."""
    deepest = min(range(len(points)), key=lambda index: points[index][1])
    if points[deepest][1] >= stage_m:
        return []
    right = _bank(points[deepest:], stage_m)
    left = _bank(points[deepest::-1], stage_m)
    return [*reversed(left), *right[1:]]


def _bank(points: Sequence[Point], stage_m: float) -> list[Point]:
    """From the deepest point outwards to where the surface meets the ground, or to the end of what was surveyed."""
    found = [points[0]]
    for (x, height), (next_x, next_height) in pairwise(points):
        if next_height >= stage_m:
            share = (stage_m - height) / (next_height - height)
            return [*found, (x + share * (next_x - x), stage_m)]
        found.append((next_x, next_height))
    return [*found, (found[-1][0], stage_m)]


def cross_section(view: GaugeView, words: SectionWords, height_px: float = 200) -> go.Figure:
    """Ground, water, thresholds and crown. Water that is not believed or old has a broken surface and no body."""
    gauge = view.gauge
    points = profile(gauge, view.levels, view.stage_m)
    span = _span(view, points)
    figure = go.Figure([_ground(points, span[0]), *_water(view, points)])
    _add_lines(figure, view, span, height_px)
    figure.update_layout(
        **{**plain_layout(), "margin": {"l": 52, "r": 12, "t": 12, "b": 34 if gauge.section else 12}},
        plot_bgcolor="#ffffff",
        showlegend=False,
        hovermode=False,
        dragmode=False,
    )
    figure.update_xaxes(
        range=(points[0][0], points[-1][0]),
        visible=bool(gauge.section),
        title={"text": words.across, "standoff": 4},
        showgrid=False,
        zeroline=False,
        ticks="outside",
        tickcolor=AXIS,
    )
    figure.update_yaxes(
        range=span, title={"text": words.height, "standoff": 6}, showgrid=False, zeroline=False, ticks="outside"
    )
    _add_crown(figure, gauge, words.crown)
    _add_stage(figure, view, words)
    return figure


def _span(view: GaugeView, points: Sequence[Point]) -> tuple[float, float]:
    heights = [height for _, height in points]
    known = [*heights, *view.levels.values()]
    known += [each for each in (view.stage_m, view.gauge.crown_m) if each is not None]
    low, high = min(known), max(known)
    pad = max(high - low, 0.1) * 0.1
    return low - pad, high + pad * 1.6


def _ground(points: Sequence[Point], floor_m: float) -> go.Scatter:
    outline = [(points[0][0], floor_m), *points, (points[-1][0], floor_m)]
    return go.Scatter(
        x=[x for x, _ in outline],
        y=[height for _, height in outline],
        mode="lines",
        fill="toself",
        fillcolor=GROUND,
        line={"color": QUIET, "width": 1.5},
        hoverinfo="skip",
    )


def _water(view: GaugeView, points: Sequence[Point]) -> list[go.Scatter]:
    outline = wetted(points, view.stage_m) if view.stage_m is not None else []
    if not outline:
        return []
    body = [
        go.Scatter(
            x=[x for x, _ in outline],
            y=[height for _, height in outline],
            mode="lines",
            fill="toself",
            fillcolor="rgba(31,95,139,0.28)",
            line={"width": 0},
            hoverinfo="skip",
        )
    ]
    surface = go.Scatter(
        x=[outline[0][0], outline[-1][0]],
        y=[view.stage_m, view.stage_m],
        mode="lines",
        line={"color": STAGE_LINE, "width": 3, "dash": "solid" if believed(view) else "dot"},
        hoverinfo="skip",
    )
    return [*(body if believed(view) else []), surface]


def believed(view: GaugeView) -> bool:
    """Whether the stage shown is one to draw as water."""
    return not (view.silent or view.being_checked or view.maintenance is not None)


def _add_lines(figure: go.Figure, view: GaugeView, span: tuple[float, float], height_px: float) -> None:
    """The thresholds, without the bands of the hydrograph: they would colour the water."""
    heights = label_heights(view.levels, span, 14.5 / height_px)
    for hazard, stage_m in view.levels.items():
        figure.add_hline(y=stage_m, line={"color": LINE_COLOURS[hazard], "width": 1.5})
        if hazard in heights:
            _note(figure, f"<b>{hazard}</b> {stage_m:.2f}", heights[hazard], x=0, xanchor="left")


def _note(figure: go.Figure, said: str, height: float, **at: object) -> None:
    look = {"showarrow": False, "font": {"size": 11, "color": INK}, "bgcolor": "rgba(255,255,255,0.75)"}
    figure.add_annotation(**{"text": said, "xref": "paper", "y": height, "yanchor": "bottom", **look, **at})


def _add_crown(figure: go.Figure, gauge: Gauge, name: str) -> None:
    if gauge.crown_m is None:
        return
    _note(figure, f"▼ {plain_text(name)} {gauge.crown_m:.2f}", gauge.crown_m, x=1, xanchor="right")


def _add_stage(figure: go.Figure, view: GaugeView, words: SectionWords) -> None:
    if view.stage_m is None:
        return
    note = "" if believed(view) else f" {plain_text(words.last_known)}"
    said = f"<b>{shown_m(view.stage_m)} m</b>{note}"
    _note(figure, said, view.stage_m, x=0.5, yanchor="top", font={"size": 14, "color": INK})
