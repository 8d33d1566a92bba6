"""The thresholds of a gauge in its hydrograph: bands, lines, and labels that keep apart. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.palette import COLOURS, INK, plain_text
from ingest.hazard import Levels

_LABEL_PX = 14.5
_BAND_OPACITY = {1: 0.0, 2: 0.13, 3: 0.08, 4: 0.09, 5: 0.10}
LINE_COLOURS = {**{hazard: COLOURS[hazard] for hazard in (2, 3, 4, 5)}, 1: "#9aa5af", 2: "rgb(214,203,0)"}


def add_thresholds(
    figure: go.Figure, levels: Levels, span: tuple[float, float], labels: Mapping[int, str], height_px: float
) -> None:
    """Band, line and label of every threshold within a ``span`` of stages; ``height_px`` is that between the axes."""
    ordered = sorted(levels.items())
    if not ordered:
        return
    tops = [*(stage for _, stage in ordered[1:]), span[1]]
    heights = label_heights(levels, span, _LABEL_PX / height_px)
    for (hazard, stage_m), top in zip(ordered, tops, strict=True):
        figure.add_hrect(
            y0=stage_m, y1=top, fillcolor=COLOURS[hazard], opacity=_BAND_OPACITY[hazard], line_width=0, layer="below"
        )
        figure.add_hline(y=stage_m, line={"color": LINE_COLOURS[hazard], "width": 1.5}, layer="below")
        if hazard not in heights:
            continue
        figure.add_annotation(
            text=f"<b>{hazard}</b> {plain_text(labels.get(hazard, ''))} {stage_m:.2f}",
            x=0,
            xref="paper",
            xanchor="left",
            xshift=4,
            y=heights[hazard],
            yanchor="bottom",
            showarrow=False,
            font={"size": 11, "color": INK},
            bgcolor="rgba(255,255,255,0.75)",
            borderpad=0,
        )


def label_heights(levels: Levels, span: tuple[float, float], least_share: float = 0.075) -> dict[int, float]:
    """Heights of the labels of the thresholds by hazard: each at its line, or close above it to clear the one below.

    Where a label would be pushed too far from its line, the one below it, of the lower hazard, is left out.
    """
    least = (span[1] - span[0]) * least_share
    kept = sorted(levels.items())
    while True:
        heights = _stacked(kept, least)
        far = next(
            (
                number
                for number, (at, (_, line)) in enumerate(zip(heights, kept, strict=True))
                if at - line > least * 0.4
            ),
            None,
        )
        if far is None:
            return {hazard: height for (hazard, _), height in zip(kept, heights, strict=True)}
        del kept[far - 1]


def _stacked(lines: Sequence[tuple[int, float]], least: float) -> list[float]:
    heights: list[float] = []
    for _, stage_m in lines:
        heights.append(stage_m if not heights else max(stage_m, heights[-1] + least))
    return heights
