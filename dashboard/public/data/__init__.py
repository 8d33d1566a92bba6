"""The values of the site for programs: one module a kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from dashboard.public.data import catalog, latest
from dashboard.public.edition import Edition
from dashboard.public.sheets import Sheet

KINDS: tuple[Callable[[Edition], Iterator[Sheet]], ...] = (latest.sheets, catalog.sheets)


def sheets(edition: Edition) -> Iterator[Sheet]:
    """All files of the open data."""
    return chain.from_iterable(parts(edition))


def parts(edition: Edition) -> Iterator[Iterator[Sheet]]:
    """The same kind by kind."""
    for kind in KINDS:
        yield kind(edition)
