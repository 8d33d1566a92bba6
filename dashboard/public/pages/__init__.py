"""The pages of the public site: one module a page, in every language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from dashboard.public.edition import Edition
from dashboard.public.pages import (
    area,
    cameras,
    data,
    discontinued,
    history,
    levels,
    messages,
    missing,
    notice_board,
    overview,
    places,
    robots,
    station,
)
from dashboard.public.sheets import Sheet
from dashboard.public.words.languages import Language

PAGES: tuple[Callable[[Edition, Language], Iterator[Sheet]], ...] = (
    overview.sheets,
    area.sheets,
    places.sheets,
    station.sheets,
    discontinued.sheets,
    messages.sheets,
    history.sheets,
    data.sheets,
    cameras.sheets,
    levels.sheets,
    notice_board.sheets,
)


def sheets(edition: Edition) -> Iterator[Sheet]:
    """All pages, in the languages that are switched on."""
    return chain.from_iterable(parts(edition))


def parts(edition: Edition) -> Iterator[Iterator[Sheet]]:
    """The same page by page, each in each language: a fault of one says nothing of the others."""
    for language in edition.languages:
        for page in PAGES:
            yield page(edition, language)
    yield (each.sheet(edition) for each in (missing, robots))


def of_water(edition: Edition) -> frozenset[str]:
    """The pages that tell how the water stands: the first one, and that of every spot."""
    names = [overview.PAGE, *(station.address(spot.station.id) for spot in edition.spots)]
    return frozenset(f"{language.folder}{name}" for language in edition.languages for name in names)
