"""The city's map as a Plotly figure: outlines, rivers, one mark per station. No tiles, so it needs no other host."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.figures import COLOURS, INK, ON_COLOUR, SYMBOLS, plain_layout, plain_text
from dashboard.views import Board, StationView
from ingest.stations import City, named

MARK_PX = 24.0
_NAME_PX = 11.0
_USUAL_HEIGHT_PX = 300.0
"""Height of the map on a common screen: names are placed for it."""


def city_map(board: Board, language: str, path_of: Callable[[str], str]) -> go.Figure:
    """Outlines, rivers and one mark per station; ``path_of`` gives the address that a mark opens."""
    city = board.registry.city
    figure = go.Figure([*_lines(city.outlines, "#a9b4be", 1.5, "#f7f9fa"), *_lines(city.rivers, "#a5c8df", 3, None)])
    # Worst last, so that it lies on top.
    stations = tuple(reversed(board.stations))
    figure.add_trace(_marks(stations, language, path_of))
    west, east, south, north = _bounds(city, board.stations)
    figure.update_layout(
        **plain_layout(),
        annotations=_names(stations, language),
        uirevision="map",
        showlegend=False,
        hovermode="closest",
        plot_bgcolor="#edf1f4",
        dragmode=False,
    )
    figure.update_xaxes(visible=False, range=[west, east], constrain="range")
    figure.update_yaxes(
        visible=False,
        range=[south, north],
        constrain="range",
        scaleanchor="x",
        scaleratio=1 / math.cos(math.radians((south + north) / 2)),
    )
    return figure


def _lines(
    lines: Iterable[Sequence[tuple[float, float]]], colour: str, width: float, fill: str | None
) -> list[go.Scatter]:
    return [
        go.Scatter(
            x=[lon for lon, _ in line],
            y=[lat for _, lat in line],
            mode="lines",
            line={"color": colour, "width": width},
            fill="toself" if fill else None,
            fillcolor=fill,
            hoverinfo="skip",
        )
        for line in lines
    ]


def _marks(stations: Sequence[StationView], language: str, path_of: Callable[[str], str]) -> go.Scatter:
    hazards = [view.hazard for view in stations]
    return go.Scatter(
        name="stations",
        x=[view.station.lon for view in stations],
        y=[view.station.lat for view in stations],
        mode="markers+text",
        text=["?" if hazard is None else str(hazard) for hazard in hazards],
        textfont={"color": [ON_COLOUR[hazard] for hazard in hazards], "size": 12, "weight": 700},
        marker={
            "opacity": 1,
            "symbol": [SYMBOLS[hazard] for hazard in hazards],
            "size": [16 if not hazard else 22 + 2 * (hazard == 2) for hazard in hazards],
            "color": [COLOURS[hazard] for hazard in hazards],
            "line": {"color": [_edge(view) for view in stations], "width": [_edge_px(view) for view in stations]},
        },
        customdata=[path_of(view.station.id) for view in stations],
        hovertext=[_hover(view, language) for view in stations],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _edge(view: StationView) -> str:
    return INK if view.silent or view.being_checked or view.hazard != 0 else "#8995a1"


def _edge_px(view: StationView) -> float:
    return 2.5 if view.silent or view.being_checked else 1


def _hover(view: StationView, language: str) -> str:
    worst = view.worst
    stage = "" if worst is None or worst.stage_m is None else f"<br>{worst.stage_m:.2f} m"
    return f"{plain_text(named(view.station.name, language))}{stage}"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the screen, in pixels from any origin."""

    left: float
    top: float
    width: float
    height: float

    def overlap(self, other: Box) -> float:
        """The common area, in square pixels."""
        across = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        down = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        return max(0.0, across) * max(0.0, down)


@dataclass(frozen=True, slots=True)
class Side:
    """Where a name stands beside its mark: Plotly's anchors, and how far it is shifted in pixels."""

    xanchor: str
    yanchor: str
    xshift: float
    yshift: float

    def box(self, x: float, y: float, width: float) -> Box:
        """The rectangle of a name of that width at a mark at (x, y), y downwards."""
        left = {"left": x, "right": x - width, "center": x - width / 2}[self.xanchor]
        top = {"middle": y - 8, "bottom": y - 16, "top": y}[self.yanchor]
        return Box(left + self.xshift, top - self.yshift, width, 16)


SIDES = (
    Side("left", "middle", 13, 0),
    Side("right", "middle", -13, 0),
    Side("center", "bottom", 0, 11),
    Side("center", "top", 0, -11),
)


def _names(stations: Sequence[StationView], language: str) -> list[dict[str, object]]:
    """Names of the stations that matter now, each on the side of its mark where it covers least."""
    worth = [view for view in reversed(stations) if (view.hazard or 0) >= 2 or view.silent or view.being_checked]
    names = {view.station.id: named(view.station.name, language) for view in worth}
    sides = place(names, _pixels(stations))
    return [_name(view, names[view.station.id], sides[view.station.id]) for view in worth]


def _pixels(stations: Sequence[StationView]) -> dict[str, tuple[float, float]]:
    lats = [view.station.lat for view in stations]
    scale = _USUAL_HEIGHT_PX / max(max(lats, default=0.0) - min(lats, default=0.0), 1e-6)
    squeeze = math.cos(math.radians(sum(lats) / len(lats))) if lats else 1.0
    return {view.station.id: (view.station.lon * scale * squeeze, -view.station.lat * scale) for view in stations}


def place(names: Mapping[str, str], marks: Mapping[str, tuple[float, float]]) -> dict[str, Side]:
    """For each name the side that covers the least of marks and of names placed before it; the worst go first."""
    taken = [Box(x - MARK_PX / 2, y - MARK_PX / 2, MARK_PX, MARK_PX) for x, y in marks.values()]
    sides: dict[str, Side] = {}
    for key, name in names.items():
        boxes = [side.box(*marks[key], text_width(name)) for side in SIDES]
        covered = [sum(box.overlap(each) for each in taken) for box in boxes]
        best = covered.index(min(covered))
        sides[key] = SIDES[best]
        taken.append(boxes[best])
    return sides


def text_width(name: str) -> float:
    """About how wide a name is drawn, in pixels: Japanese characters are square, Latin ones half as wide."""
    return sum(_NAME_PX if ord(each) > 0x2E80 else _NAME_PX * 0.58 for each in name)


def _name(view: StationView, name: str, side: Side) -> dict[str, object]:
    return {
        "x": view.station.lon,
        "y": view.station.lat,
        "text": plain_text(name),
        "xanchor": side.xanchor,
        "yanchor": side.yanchor,
        "xshift": side.xshift,
        "yshift": side.yshift,
        "showarrow": False,
        "font": {"size": _NAME_PX, "color": INK},
        "bgcolor": "rgba(255,255,255,0.72)",
        "borderpad": 0,
    }


def _bounds(city: City, stations: Iterable[StationView]) -> tuple[float, float, float, float]:
    points = [point for line in (*city.outlines, *city.rivers) for point in line]
    points += [(view.station.lon, view.station.lat) for view in stations]
    lons, lats = [lon for lon, _ in points] or [0.0], [lat for _, lat in points] or [0.0]
    pad = max(max(lons) - min(lons), max(lats) - min(lats), 0.002) * 0.04
    return min(lons) - pad, max(lons) + pad, min(lats) - pad, max(lats) + pad
