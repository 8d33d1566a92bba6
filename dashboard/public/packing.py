"""The smaller forms of a file that lie beside it, so that no server computes while everybody asks."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass

import brotli

ENDINGS = (".br", ".gz")
"""What is added to a file's name; the best first."""
KINDS = (".html", ".css", ".js", ".json", ".jsonld", ".geojson", ".svg", ".csv", ".xml")
"""The kinds of file that get smaller."""
SMALLEST = 300
"""Bytes below which a smaller form saves no packet."""
LARGE = 100_000
"""Bytes from which on a file is a list of values for programs, made anew at each reading: there time counts more."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard each form is tried: of brotli, and of gzip."""

    brotli: int
    gzip: int


EFFORT, EFFORT_LARGE = Effort(5, 6), Effort(2, 1)


def packed(name: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    """The smaller forms by the ending that each adds to the name; none where none is smaller.

    The same body gives the same bytes whenever it is packed.
    """
    if not name.endswith(KINDS) or len(body) < SMALLEST:
        return
    effort = EFFORT if len(body) < LARGE else EFFORT_LARGE
    forms = (
        (".br", brotli.compress(body, quality=effort.brotli)),
        (".gz", gzip.compress(body, effort.gzip, mtime=0)),
    )
    yield from ((ending, form) for ending, form in forms if len(form) < len(body))
