"""Where the words of thresholds stand beside their lines, so that none lies over another. Pure."""

from __future__ import annotations

from collections.abc import Mapping

LETTER = 14.0
"""The least distance between two of them."""


def spread(lines: Mapping[int, float], top: float, bottom: float) -> dict[int, float]:
    """The middle heights of the words by hazard, from the upper edge, in the order of their lines (``lines`` are the
    heights of those): each at its line where there is room, else pushed away as little as the others allow."""
    ordered = sorted(lines, reverse=True)
    found: list[float] = []
    for hazard in ordered:
        least = found[-1] + LETTER if found else top
        found.append(max(lines[hazard], least))
    lowest = bottom
    for place in reversed(range(len(found))):
        found[place] = min(found[place], lowest)
        lowest = found[place] - LETTER
    return dict(zip(ordered, _centred(found, [lines[each] for each in ordered], top), strict=True))


def _centred(found: list[float], lines: list[float], top: float) -> list[float]:
    """Move groups that were pushed down as one up by half of it, as far as those above allow."""
    moved: list[float] = []
    begin = 0
    for end in range(1, len(found) + 1):
        if end < len(found) and found[end] - found[end - 1] <= LETTER:
            continue
        group, own = found[begin:end], lines[begin:end]
        wanted = sum(at - line for at, line in zip(group, own, strict=True)) / len(group)
        room = group[0] - (moved[-1] + LETTER if moved else top)
        shift = min(max(wanted, 0.0), max(room, 0.0))
        moved += [round(at - shift, 1) for at in group]
        begin = end
    return moved
