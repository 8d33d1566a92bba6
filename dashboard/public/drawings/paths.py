"""Lines as the data of an SVG path, as short as they can be said. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

Place = tuple[float, float]


def path(runs: Sequence[Sequence[Place]]) -> str:
    """Every run as a line of its own in steps of tenths; one of a single place is a dot."""
    return "".join(_line([(round(x * 10), round(y * 10)) for x, y in run]) for run in runs)


def _line(run: Sequence[tuple[int, int]]) -> str:
    begin = f"M{_pair(*run[0])}"
    steps: list[tuple[int, int]] = []
    for (x0, y0), (x1, y1) in pairwise(run):
        dx, dy = x1 - x0, y1 - y0
        if steps and dy == steps[-1][1] == 0:
            steps[-1] = (steps[-1][0] + dx, 0)
        elif dx or dy:
            steps.append((dx, dy))
    return begin + ("l" + " ".join(_pair(*each) for each in steps).replace(" -", "-") if steps else "h.1")


def _pair(x: int, y: int) -> str:
    return f"{_tenths(x)} {_tenths(y)}".replace(" -", "-")


@cache
@cache
def _tenths(number: int) -> str:
    whole, part = divmod(abs(number), 10)
    said = f"{whole or ''}.{part}" if part else str(whole)
    return f"-{said}" if number < 0 and number else said
