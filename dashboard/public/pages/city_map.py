"""What a map of the pages shows: the ground, a mark a spot, and which marks are links. Pure, for all languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import fsum

from dashboard.public.areas import Area
from dashboard.public.drawings.map import WIDTH, Chart, Ground, chart_of, ground, marks, whole_city
from dashboard.public.signs import LOW, Sign, sign_of
from dashboard.public.spots import Spot
from ingest.stations import City, Names

HALF, HALF_DENSE = 11, 8
MOST_AIRY = 250
"""Spots from which on marks are smaller."""
MOST_NAMES = 12
NAME_HEIGHT = 16
GLYPH, NARROW_GLYPH = 12.0, 6.6
"""Widths of a letter of a name on the map, in its units: of a Japanese one, and of others."""
FIRST_WIDE = "\u2e80"


Box = tuple[float, float, float, float]
"""A middle, and half of the width and of the height around it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A spot on the map that leads to its page."""

    spot: Spot
    x: int
    y: int
    sign: Sign


@dataclass(frozen=True, slots=True)
class CityMap:
    """``marks`` are links, the worst last, so that they lie above the others. ``plain`` are further ones by their sign,
    each the data of one path, ``dots`` those of the low spots. ``signs`` are all that can be seen, the worst first."""

    chart: Chart
    ground: Ground
    dots: str
    plain: tuple[tuple[Sign, str], ...]
    marks: tuple[Mark, ...]
    signs: tuple[Sign, ...]
    dense: bool

    @property
    def half(self) -> int:
        """Half the size of a mark that is a link."""
        return HALF_DENSE if self.dense else HALF

    @property
    def shapes(self) -> list[str]:
        """The shapes that can be seen, the worst first."""
        return list(dict.fromkeys(sign.shape for sign in self.signs))

    @property
    def has_past(self) -> bool:
        """Whether a danger is there that is only the last known state of its spot."""
        return any(sign.past for sign in self.signs)


def map_of_city(city: City, spots: Sequence[Spot], most_linked: int) -> CityMap:
    """All spots (the worst first) in the whole city; the first ``most_linked`` are links where they are not low."""
    return _map(city, spots, whole_city(city, [_position(spot) for spot in spots]), most_linked)


def map_of_area(city: City, area: Area) -> CityMap:
    """The spots of an area, as large as they can be; all that are not low are links."""
    return _map(city, area.spots, chart_of(_position(spot) for spot in area.spots), len(area.spots))


def _position(spot: Spot) -> tuple[float, float]:
    return spot.station.lon, spot.station.lat


def _map(city: City, spots: Sequence[Spot], chart: Chart, most_linked: int) -> CityMap:
    signs = [sign_of(spot) for spot in spots]
    linked = [spot for spot, sign in zip(spots[:most_linked], signs, strict=False) if sign != LOW]
    plain = _plain(spots[len(linked) :], chart)  # the low ones are the last
    return CityMap(
        chart=chart,
        ground=ground(city, chart),
        dots=plain.pop(LOW, ""),
        plain=tuple(sorted(plain.items(), key=lambda each: each[0].urgency, reverse=True)),
        marks=tuple(_mark(spot, chart) for spot in reversed(linked)),
        signs=tuple(sorted(set(signs), key=lambda sign: sign.urgency)),
        dense=len(signs) > MOST_AIRY,
    )


def _plain(spots: Sequence[Spot], chart: Chart) -> dict[Sign, str]:
    """Marks that are not links, by their sign. They come from west to east, so that the map is another one only where
    a sign is."""
    found: dict[Sign, list[tuple[int, int]]] = {}
    for spot in spots:
        found.setdefault(sign_of(spot), []).append(chart.at(*_position(spot)))
    return {sign: marks(sorted(points), sign.shape) for sign, points in found.items()}


def _mark(spot: Spot, chart: Chart) -> Mark:
    return Mark(spot, *chart.at(*_position(spot)), sign_of(spot))


def names_on(drawn: CityMap, areas: Iterable[Area], name_of: Callable[[Names], str]) -> list[tuple[int, int, Names]]:
    """Names of areas beside the middle of their spots, those with most spots first: where each has room, clear of the
    marks and of other names. One that has none is left out."""
    taken = [(float(mark.x), float(mark.y), drawn.half + 1.0, drawn.half + 1.0) for mark in drawn.marks]
    found: list[tuple[int, int, Names]] = []
    for area in sorted((each for each in areas if each.name), key=lambda each: -len(each.spots)):
        if area.name is None or len(found) == MOST_NAMES:
            continue
        half = sum(GLYPH if letter >= FIRST_WIDE else NARROW_GLYPH for letter in name_of(area.name)) / 2
        place = _room(_middle(area, drawn.chart), half, taken, drawn.chart)
        if place is not None:
            taken.append((*place, half, NAME_HEIGHT / 2))
            found.append((place[0], place[1] + NAME_HEIGHT // 4, area.name))
    return found


def _middle(area: Area, chart: Chart) -> tuple[int, int]:
    points = [chart.exact(*_position(spot)) for spot in area.spots]
    # Exact sums: in which order the spots come says nothing of where they lie.
    return round(fsum(x for x, _ in points) / len(points)), round(fsum(y for _, y in points) / len(points))


def _room(middle: tuple[int, int], half: float, taken: Sequence[Box], chart: Chart) -> tuple[int, int] | None:
    """The nearest of a few places around the middle where a name of this half width lies free."""
    x, y = middle
    aside = round(half) + 14
    around = ((0, 0), (0, 18), (0, -18), (aside, 0), (-aside, 0), (aside, 12), (-aside, -12), (0, 32), (0, -32))
    return next((at for dx, dy in around if _is_free(at := (x + dx, y + dy), half, taken, chart)), None)


def _is_free(at: tuple[int, int], half: float, taken: Sequence[Box], chart: Chart) -> bool:
    x, y = at
    high = NAME_HEIGHT / 2
    inside = half <= x <= WIDTH - half and high <= y <= chart.height - high
    return inside and not any(abs(x - ox) < half + w and abs(y - oy) < high + h for ox, oy, w, h in taken)
