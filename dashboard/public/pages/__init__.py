"""The pages of the public site: one module a page, in every language."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dashboard.public.edition import Edition
from dashboard.public.pages import (
    area,
    cameras,
    data,
    history,
    levels,
    messages,
    missing,
    notice_board,
    overview,
    places,
    station,
)
from dashboard.public.sheets import Sheet
from dashboard.public.words.languages import Language

PAGES: tuple[Callable[[Edition, Language], Iterator[Sheet]], ...] = (
    overview.sheets,
    area.sheets,
    places.sheets,
    station.sheets,
    messages.sheets,
    history.sheets,
    data.sheets,
    cameras.sheets,
    levels.sheets,
    notice_board.sheets,
)


def sheets(edition: Edition) -> Iterator[Sheet]:
    """All pages, in the languages that are switched on."""
    for language in edition.languages:
        for page in PAGES:
            yield from page(edition, language)
    yield missing.sheet(edition)
