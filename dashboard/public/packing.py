"""The smaller forms of a file that lie beside it, so that no server computes while everybody asks."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import brotli

ENDINGS = (".br", ".gz")
"""What is added to a file's name; the best first."""
KINDS = (".html", ".css", ".js", ".json", ".jsonld", ".geojson", ".svg", ".csv", ".xml")
"""The kinds of file that get smaller."""
SMALLEST = 300
"""Bytes below which a smaller form saves no packet."""
QUALITY = 5
"""Of brotli: above it each step costs twice the time for some percent."""
LEVEL = 6


def packed(name: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    """The smaller forms by the ending that each adds to the name; none where none is smaller.

    The same body gives the same bytes whenever it is packed.
    """
    if not name.endswith(KINDS) or len(body) < SMALLEST:
        return
    forms = ((".br", brotli.compress(body, quality=QUALITY)), (".gz", gzip.compress(body, LEVEL, mtime=0)))
    yield from ((ending, form) for ending, form in forms if len(form) < len(body))
