"""Lines of a map made small: clipped to what is seen, simplified, and written with few characters. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

Point = tuple[float, float]
Line = Sequence[Point]
LEAST_LINE = 2
LEAST_AREA = 3


def simplified(line: Line, tolerance: float) -> list[Point]:
    """The line with fewer points, none of those left out further than ``tolerance`` from it (Douglas and Peucker)."""
    if len(line) <= LEAST_LINE:
        return list(line)
    kept = {0, len(line) - 1}
    parts = [(0, len(line) - 1)]
    while parts:
        first, last = parts.pop()
        farthest, distance = _farthest(line, first, last)
        if distance > tolerance:
            kept.add(farthest)
            parts += [(first, farthest), (farthest, last)]
    return [line[number] for number in sorted(kept)]


def apart(line: Line, least: float) -> list[Point]:
    """The line without points that lie closer than ``least`` to the one before: cheap, and done first for that."""
    found = list(line[:1])
    for point in line[1:]:
        if abs(point[0] - found[-1][0]) + abs(point[1] - found[-1][1]) >= least:
            found.append(point)
    return found if not line or found[-1] == line[-1] else [*found, line[-1]]


def _farthest(line: Line, first: int, last: int) -> tuple[int, float]:
    begin, end = line[first], line[last]
    distances = ((_distance(line[number], begin, end), number) for number in range(first + 1, last))
    distance, number = max(distances, default=(0.0, first))
    return number, distance


def _distance(point: Point, begin: Point, end: Point) -> float:
    """From a point to a stretch; a closed line begins and ends at one point."""
    dx, dy = end[0] - begin[0], end[1] - begin[1]
    length = dx * dx + dy * dy
    along = ((point[0] - begin[0]) * dx + (point[1] - begin[1]) * dy) / length if length else 0.0
    along = max(0.0, min(1.0, along))
    return math.dist(point, (begin[0] + along * dx, begin[1] + along * dy))


def clipped_ring(ring: Line, width: float, height: float) -> list[Point]:
    """The part of an area that lies in a picture of this size (Sutherland and Hodgman); empty where none does."""
    found = list(ring[:-1]) if ring and ring[0] == ring[-1] else list(ring)
    for axis, limit, sign in ((0, 0.0, 1), (0, width, -1), (1, 0.0, 1), (1, height, -1)):
        found = _half(found, axis, limit, sign)
    return found


def _half(ring: list[Point], axis: int, limit: float, sign: int) -> list[Point]:
    """The part of a ring on one side of a line along an axis."""
    found: list[Point] = []
    for before, point in zip([*ring[-1:], *ring[:-1]], ring, strict=True):
        was_in, is_in = sign * (before[axis] - limit) >= 0, sign * (point[axis] - limit) >= 0
        if was_in != is_in:
            share = (limit - before[axis]) / (point[axis] - before[axis])
            found.append((before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])))
        if is_in:
            found.append(point)
    return found


def seen_parts(line: Line, width: float, height: float) -> list[list[Point]]:
    """The stretches of an open line that may be seen: those that lie beyond one side of the picture are left out."""
    parts: list[list[Point]] = [[]]
    for before, point in pairwise(line):
        if _beyond(before, point, width, height):
            parts.append([])
        else:
            parts[-1] += [point] if parts[-1] else [before, point]
    return [part for part in parts if part]


def _beyond(one: Point, other: Point, width: float, height: float) -> bool:
    (x1, y1), (x2, y2) = one, other
    return max(x1, x2) < 0 or min(x1, x2) > width or max(y1, y2) < 0 or min(y1, y2) > height


def path(lines: Iterable[Line], closed: bool = False) -> str:
    """Lines as the data of one SVG path, in whole units; what has become a point is left out."""
    return "".join(_written(whole, closed) for line in lines if len(whole := _whole(line)) >= _least(closed))


def _least(closed: bool) -> int:
    return LEAST_AREA if closed else LEAST_LINE


def _whole(line: Line) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for point in line:
        rounded = (round(point[0]), round(point[1]))
        if not found or found[-1] != rounded:
            found.append(rounded)
    return found


def _written(line: list[tuple[int, int]], closed: bool) -> str:
    steps = [f"{x - before_x} {y - before_y}" for (before_x, before_y), (x, y) in pairwise(line)]
    return f"M{line[0][0]} {line[0][1]}l{' '.join(steps).replace(' -', '-')}{'z' if closed else ''}"


def small_enough(draw: Callable[[float], str], tolerance: float, most: int) -> str:
    """What ``draw`` gives for the first tolerance, doubled each time, whose text is not longer than ``most``."""
    found = draw(tolerance)
    while len(found) > most and tolerance < most:
        tolerance *= 2
        found = draw(tolerance)
    return found
