"""What may lie over a hydrograph: the fan of the extrapolation, and an event of the past. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.ahead import Ahead
from dashboard.palette import INK, QUIET, plain_text
from ingest.clock import JST
from ingest.metres import shown_m
from ingest.readings import Quality, Reading

EVENT_LINE = "#8a6d3b"
"""Earth, as nothing else is: neither a hazard nor the stage of now."""
_FAN = "rgba(91,104,117,0.22)"


@dataclass(frozen=True, slots=True)
class Overlay:
    """An event of the past, moved by ``shift`` so that its rise begins where the present one does.

    ``readings`` are its real ones, by ``observed_at``; a gap longer than ``gap`` breaks its line.
    """

    name: str
    readings: Sequence[Reading]
    shift: timedelta
    gap: timedelta

    @property
    def good(self) -> list[Reading]:
        """Those that are believed."""
        return [each for each in self.readings if each.quality in (Quality.GOOD, Quality.NOT_EVALUATED)]


@dataclass(frozen=True, slots=True)
class Layers:
    """What is laid over a hydrograph; ``outlook`` names the fan."""

    ahead: Ahead | None = None
    outlook: str = ""
    event: Overlay | None = None

    def stages_m(self) -> list[float]:
        """The stages that the axis must have room for."""
        found = [each.stage_m for each in self.event.good] if self.event else []
        return [*found, *([self.ahead.level_m] if self.ahead else [])]

    def until(self, until: datetime) -> datetime:
        """Where the axis of time ends: an event of the past goes on there to where it went then."""
        ends = [self.ahead.until] if self.ahead else []
        ends += [each.observed_at + self.event.shift for each in self.event.good[-1:]] if self.event else []
        return max([until, *ends])


def add(figure: go.Figure, layers: Layers) -> None:
    """Draw what there is: the event below everything, the fan and its middle above."""
    if layers.event is not None:
        figure.add_trace(_event(layers.event))
    if layers.ahead is not None:
        for each in _fan(layers.ahead, layers.outlook):
            figure.add_trace(each)
        _say(figure, layers.ahead, layers.outlook)


def jst(at: datetime) -> datetime:
    """The wall clock of Japan without a zone: Plotly draws what it is told."""
    return at.astimezone(JST).replace(tzinfo=None)


def _event(overlay: Overlay) -> go.Scatter:
    times: list[datetime] = []
    stages: list[float | None] = []
    said: list[str] = []
    before: Reading | None = None
    for each in overlay.good:
        if before is not None and each.observed_at - before.observed_at > overlay.gap:
            times.append(jst(before.observed_at + overlay.shift))
            stages.append(None)
            said.append("")
        times.append(jst(each.observed_at + overlay.shift))
        stages.append(each.stage_m)
        said.append(f"{shown_m(each.stage_m)} m ({each.observed_at.astimezone(JST):%m/%d %H:%M})")
        before = each
    return go.Scatter(
        name=plain_text(overlay.name),
        x=times,
        y=stages,
        customdata=said,
        mode="lines",
        line={"color": EVENT_LINE, "width": 2, "dash": "dash"},
        hovertemplate="%{customdata}",
        connectgaps=False,
        showlegend=True,
    )


def _fan(found: Ahead, name: str) -> list[go.Scatter]:
    corners = found.fan()
    ends_h = min(found.likely_h, (found.until - found.at) / timedelta(hours=1))
    middle = [
        (found.at, found.stage_m),
        (found.at + timedelta(hours=ends_h), found.stage_m + found.likely_m_per_h * ends_h),
    ]
    return [
        go.Scatter(
            name=plain_text(name),
            x=[jst(at) for at, _ in corners],
            y=[stage_m for _, stage_m in corners],
            mode="lines",
            fill="toself",
            fillcolor=_FAN,
            line={"color": QUIET, "width": 0.5},
            hoverinfo="skip",
            showlegend=False,
        ),
        go.Scatter(
            x=[jst(at) for at, _ in middle],
            y=[stage_m for _, stage_m in middle],
            mode="lines",
            line={"color": QUIET, "width": 2, "dash": "dot"},
            hoverinfo="skip",
            showlegend=False,
        ),
    ]


def _say(figure: go.Figure, found: Ahead, name: str) -> None:
    figure.add_annotation(
        text=plain_text(name),
        x=jst(found.until),
        xanchor="right",
        y=0,
        yref="y domain",
        yanchor="bottom",
        showarrow=False,
        font={"size": 11, "color": INK},
        bgcolor="rgba(255,255,255,0.85)",
        borderpad=1,
    )
