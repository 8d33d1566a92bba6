"""The city's map as a Plotly figure: outlines, rivers, one mark per station. No tiles, so it needs no other host."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.palette import COLOURS, INK, ON_COLOUR, SYMBOLS, plain_layout, plain_text
from dashboard.views import Board, StationView
from ingest.metres import shown_m
from ingest.stations import City, named

MARK = "station"
"""Name of the traces that are marks."""
MARK_PX = 24.0
_NAME_PX = 11.0
MARGIN = 0.11
"""Kept free beyond the outermost stations, as a share of their extent: for marks and names."""
NARROW_PX = 320.0
"""Width of the map on a narrow screen: names keep within it where they can."""
LEAST_SHARE = 0.6
"""Of the city's outline at least this is shown, however close together the stations stand."""
_USUAL_HEIGHT_PX = 270.0
"""Height on a common screen from the southernmost to the northernmost station: names are placed for it."""


def city_map(board: Board, language: str, path_of: Callable[[str], str]) -> go.Figure:
    """Outlines, rivers and one mark per station; ``path_of`` gives the address that a mark opens."""
    city = board.registry.city
    figure = go.Figure([*_lines(city.outlines, "#a9b4be", 1.5, "#f7f9fa"), *_lines(city.rivers, "#a5c8df", 3, None)])
    # A trace a station, the worst last: so that it lies on top and hides the numbers of those below it as well.
    figure.add_traces([_mark(view, language, path_of) for view in reversed(board.stations)])
    west, east, south, north = _bounds(city, board.stations)
    figure.update_layout(
        **plain_layout(),
        annotations=_names(board.stations, language),
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


def _mark(view: StationView, language: str, path_of: Callable[[str], str]) -> go.Scatter:
    hazard = view.hazard
    return go.Scatter(
        name=MARK,
        x=[view.station.lon],
        y=[view.station.lat],
        mode="markers+text",
        text=["?" if hazard is None else str(hazard)],
        textfont={"color": ON_COLOUR[hazard], "size": 12, "weight": 700},
        marker={
            "opacity": 1,
            "symbol": SYMBOLS[hazard],
            "size": 16 if not hazard else 22 + 2 * (hazard == 2),
            "color": COLOURS[hazard],
            "line": {"color": _edge(view), "width": 2.5 if view.silent or view.being_checked or view.maintained else 1},
        },
        customdata=[path_of(view.station.id)],
        hovertext=[_hover(view, language)],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _edge(view: StationView) -> str:
    return INK if view.silent or view.being_checked or view.hazard != 0 else "#8995a1"


def _hover(view: StationView, language: str) -> str:
    worst = view.worst
    stage = "" if worst is None or worst.stage_m is None else f"<br>{shown_m(worst.stage_m)} m"
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
    Side("left", "bottom", 9, 7),
    Side("right", "bottom", -9, 7),
    Side("left", "top", 9, -7),
    Side("right", "top", -9, -7),
)


def _names(stations: Sequence[StationView], language: str) -> list[dict[str, object]]:
    """Names of the stations that matter now, the worst first, as far as they leave free what matters as much."""
    worth = [view for view in stations if _rank(view) >= 2 or view.silent or view.being_checked]
    names = {view.station.id: named(view.station.name, language) for view in worth}
    sides = place(names, _pixels(stations), {view.station.id: _rank(view) for view in stations})
    return [_name(view, names[view.station.id], sides[view.station.id]) for view in worth if view.station.id in sides]


def _rank(view: StationView) -> int:
    return view.hazard or 0


def _pixels(stations: Sequence[StationView]) -> dict[str, tuple[float, float]]:
    lats = [view.station.lat for view in stations]
    scale = _USUAL_HEIGHT_PX / max(max(lats, default=0.0) - min(lats, default=0.0), 1e-6)
    squeeze = math.cos(math.radians(sum(lats) / len(lats))) if lats else 1.0
    return {view.station.id: (view.station.lon * scale * squeeze, -view.station.lat * scale) for view in stations}


def place(
    names: Mapping[str, str], marks: Mapping[str, tuple[float, float]], ranks: Mapping[str, int]
) -> dict[str, Side]:
    """For each name, the worst first, the side that covers the least of the marks.

    A name may cover no name placed before it and no mark of its own hazard or of a higher one; without such a side it
    is left out.
    """
    boxes = {key: Box(x - MARK_PX / 2, y - MARK_PX / 2, MARK_PX, MARK_PX) for key, (x, y) in marks.items()}
    frame = _frame(marks.values())
    sides: dict[str, Side] = {}
    placed: list[Box] = []
    for key, name in names.items():
        others = {other: box for other, box in boxes.items() if other != key}
        shut = [*placed, *(box for other, box in others.items() if ranks[other] >= max(1, ranks[key]))]
        free = [side for side in SIDES if not _covered(side.box(*marks[key], text_width(name)), shut)]
        if free:
            costs = [_cost(side.box(*marks[key], text_width(name)), frame, others.values()) for side in free]
            sides[key] = free[costs.index(min(costs))]
            placed.append(sides[key].box(*marks[key], text_width(name)))
    return sides


def _frame(marks: Iterable[tuple[float, float]]) -> Box:
    across = [x for x, _ in marks] or [0.0]
    return Box((min(across) + max(across) - NARROW_PX) / 2, -1e9, NARROW_PX, 2e9)


def _cost(name: Box, frame: Box, marks: Iterable[Box]) -> tuple[float, float]:
    """What is cut off by the edge of a narrow screen, and what is covered."""
    return round(name.width * name.height - name.overlap(frame), 3), _covered(name, marks)


def _covered(box: Box, others: Iterable[Box]) -> float:
    return sum(box.overlap(each) for each in others)


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
    """West, east, south and north of what is shown: all stations, with a margin, and enough of the city around them."""
    places = [(view.station.lon, view.station.lat) for view in stations]
    lines = [point for line in (*city.outlines, *city.rivers) for point in line]
    west, east = _extent([lon for lon, _ in places], [lon for lon, _ in lines])
    south, north = _extent([lat for _, lat in places], [lat for _, lat in lines])
    return west, east, south, north


def _extent(places: Sequence[float], lines: Sequence[float]) -> tuple[float, float]:
    least = LEAST_SHARE * (max(lines) - min(lines)) if lines else 0.0
    shown = places or lines or [0.0]
    middle, span = (min(shown) + max(shown)) / 2, max(shown) - min(shown)
    half = max(span * (1 + 2 * MARGIN), least, 0.004) / 2
    return middle - half, middle + half
