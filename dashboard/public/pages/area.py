"""The page of an area: all its spots, the worst first, and a map of it. Pure, from an edition and a language."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from alerts.issued import IssuedLevel
from dashboard.public.areas import Area
from dashboard.public.edition import Edition
from dashboard.public.messages import Notice, issued_in
from dashboard.public.pages.city_map import CityMap, map_of_area
from dashboard.public.pages.frame import render, words_of
from dashboard.public.pages.overview import Listed, grouped
from dashboard.public.sheets import Sheet
from dashboard.public.signs import Tally, tally
from dashboard.public.words.languages import Language


def sheets(edition: Edition, language: Language) -> Iterator[Sheet]:
    """A page an area, also of the stations that have none."""
    lasting = edition.every_minute
    for area in edition.areas:
        pictured = frozenset(each.station.id for each in area.spots) & edition.pictured
        facts = (area, pictured, len(edition.areas), *_said(edition, area), edition.day)
        yield Sheet(language.folder + path(area), facts, partial(page, edition, language, area), lasting.lasts_s)


def path(area: Area) -> str:
    """Where its page lies, below the folder of a language."""
    return f"areas/{area.slug}.html"


def page(edition: Edition, language: Language, area: Area) -> bytes:
    """The page of an area in a language."""
    words, city = words_of(edition, language), edition.board.registry.city
    notes, of_area = _said(edition, area)
    groups, city_map, counts = _shown(edition, area)
    return render(
        "area.html",
        edition,
        language,
        path(area),
        edition.every_minute,
        words=words,
        area=area,
        area_names=area.name or city.name,
        notes=notes,
        of_area=of_area,
        groups=groups,
        city_map=city_map,
        tally=counts,
    )


def _shown(edition: Edition, area: Area) -> tuple[list[Listed], CityMap, Tally]:
    """The same in every language, and for as long as nothing changes: its list, its map and its counts."""
    city, spots = edition.board.registry.city, area.spots
    return edition.memo.of(
        ("area page", area.slug), area, lambda: (grouped(spots, len(spots)), map_of_area(city, area), tally(spots))
    )


def _said(edition: Edition, area: Area) -> tuple[tuple[Notice, ...], list[IssuedLevel]]:
    """The messages and the issued levels that concern an area."""
    registry = edition.board.registry
    return edition.messages.in_area(area.key, edition.board.at), issued_in(edition.issued, area.key, registry)
