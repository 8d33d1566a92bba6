"""Which lies above which on the water. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter


def circle(above: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The stations of a circle in "which lie next above which", each upstream of the one before it; empty without."""
    try:
        TopologicalSorter(above).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1][1:]))
    return ()
