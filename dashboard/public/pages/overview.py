"""The overview: the situation in one look, and every spot, the worst first. Pure, from an edition and a language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from dashboard.public.edition import Edition
from dashboard.public.pages.city_map import CityMap, map_of_city, names_on
from dashboard.public.pages.frame import render, words_of
from dashboard.public.pages.situation import situation, summary
from dashboard.public.sheets import Sheet
from dashboard.public.signs import Tally, letters, order
from dashboard.public.spots import Group, Spot
from dashboard.public.words import Words
from dashboard.public.words.languages import Language
from ingest.stations import Names

PAGE = "index.html"
MOST_IN_FULL = 8
"""Spots that are told of in full, with advice; those after them have a row each."""


def sheets(edition: Edition, language: Language) -> Iterator[Sheet]:
    """The page in a language. It is written anew where something changed that it shows: of most spots of a large city
    that is their sign."""
    facts = (
        edition.once(_shown),
        situation(edition),
        edition.pictured,
        tuple(edition.issued),
        edition.messages.in_city(edition.board.at),
        edition.day,
    )
    lasts_s = edition.every_minute.lasts_s
    yield Sheet(language.folder + PAGE, facts, partial(page, edition, language), lasts_s)


def page(edition: Edition, language: Language) -> bytes:
    """The page of the levels in a language."""
    words, shown = words_of(edition, language), edition.once(_shown)
    return render(
        "overview.html",
        edition,
        language,
        PAGE,
        edition.every_minute,
        words=words,
        summary=summary(situation(edition), words),
        groups=shown.groups,
        left=max(len(edition.spots) - edition.settings.most_listed, 0),
        city_map=shown.city_map,
        names=_names(edition, shown.city_map, words),
        areas=shown.areas,
        states=shown.states,
        states_of=shown.states_of,
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page shows in every language: the map, the list, the counts of each area, and the letters of all
    stations for the search, with the order that they are in."""

    city_map: CityMap
    groups: Sequence[Listed]
    areas: Sequence[AreaCounted]
    states: str
    states_of: str


@dataclass(frozen=True, slots=True)
class AreaCounted:
    """An area by its counts alone: what its spots say is on its own page. ``name`` is None of those without one."""

    slug: str
    name: Names | None
    counts: Tally


def _shown(edition: Edition) -> _Shown:
    registry, most = edition.board.registry, edition.settings.most_listed
    return _Shown(
        city_map=map_of_city(registry.city, edition.spots, most),
        groups=grouped(edition.spots, most),
        areas=[AreaCounted(area.slug, area.name, counts) for area, counts in edition.tallies],
        states=letters(edition.spots, registry),
        states_of=edition.memo.of("order", None, partial(order, registry)),
    )


def _names(edition: Edition, city_map: CityMap, words: Words) -> Sequence[tuple[int, int, Names]]:
    """The names on the map: where they have room is found anew when a mark comes or goes."""
    marked = (city_map.chart, city_map.half, tuple((mark.x, mark.y) for mark in city_map.marks))
    made = partial(names_on, city_map, edition.areas, words.name)
    return edition.memo.of(("names", words.language.code), marked, made)


@dataclass(frozen=True, slots=True)
class Listed:
    """A part of the list: how many spots it has, those that are told of in full, and those with a row each."""

    name: str
    count: int
    full: Sequence[Spot]
    rows: Sequence[Spot]


def grouped(spots: Sequence[Spot], most: int) -> list[Listed]:
    """The first ``most`` spots by group, those that are not low in full until there are too many to read."""
    listed, counts = spots[:most], Counter(spot.group for spot in spots)
    cut = sum(spot.group is not Group.LOW for spot in listed[:MOST_IN_FULL])
    full, rows = listed[:cut], listed[cut:]
    return [
        Listed(
            group.name.lower(),
            counts[group],
            [spot for spot in full if spot.group is group],
            [spot for spot in rows if spot.group is group],
        )
        for group in Group
        if any(spot.group is group for spot in listed)
    ]
