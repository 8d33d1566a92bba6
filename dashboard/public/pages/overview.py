"""The overview: the situation in one look, and every spot, the worst first. Pure, from an edition and a language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile

from dashboard.public.areas import Area
from dashboard.public.edition import Edition
from dashboard.public.pages.city_map import CityMap, map_of_city, names_on
from dashboard.public.pages.frame import render, words_of
from dashboard.public.pages.verdict import title
from dashboard.public.sheets import Sheet
from dashboard.public.signs import Sign, letters, order, tally
from dashboard.public.spots import Group, Spot
from dashboard.public.words import Words
from dashboard.public.words.languages import Language

PAGE = "index.html"
MOST_IN_FULL = 8
"""Spots that are told of in full, with advice; those after them have a row each."""


@dataclass(frozen=True)
class Summary:
    """The situation in one look: the worst hazard (None where none is known), a title and sentences.

    Of a danger the title says what it means, and ``label`` what its level is called. ``last_known`` says that the
    worst is no more than the last known state of a gauge.
    """

    hazard: int | None
    title: str
    lines: Sequence[str]
    last_known: bool = False
    label: str = ""


def sheets(edition: Edition, language: Language) -> Iterator[Sheet]:
    """The page in a language."""
    facts = (
        edition.spots,
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
        summary=summary(edition, words),
        groups=shown.groups,
        left=max(len(edition.spots) - edition.settings.most_listed, 0),
        city_map=shown.city_map,
        names=names_on(shown.city_map, edition.areas, words.name),
        tallies=shown.tallies,
        states=shown.states,
        states_of=shown.states_of,
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page shows in every language: the map, the list, the counts of each area, and the letters of all
    stations for the search, with the order that they are in."""

    city_map: CityMap
    groups: Sequence[Listed]
    tallies: Sequence[tuple[Area, Sequence[tuple[Sign, int]]]]
    states: str
    states_of: str


def _shown(edition: Edition) -> _Shown:
    registry, most = edition.board.registry, edition.settings.most_listed
    return _Shown(
        city_map=map_of_city(registry.city, edition.spots, most),
        groups=grouped(edition.spots, most),
        tallies=[(area, tally(area.spots)) for area in edition.areas],
        states=letters(edition.spots, registry),
        states_of=order(registry),
    )


def counts(edition: Edition) -> Counter[Group]:
    """How many spots are in each group."""
    return Counter(spot.group for spot in edition.spots)


def summary(edition: Edition, words: Words) -> Summary:
    """What is the worst now, and how many spots are in danger or not known."""
    listed, count = edition.spots, edition.once(counts)
    unknown = [words.t("summary.unknown", count=count[Group.UNKNOWN])] if count[Group.UNKNOWN] else []
    if count[Group.ATTENTION]:
        return _danger(listed, [words.t("summary.attention", count=count[Group.ATTENTION]), *unknown], words)
    if not listed:
        return Summary(None, words.t("summary.no_spot"), [words.t("summary.no_spot_text")])
    if unknown:
        return Summary(None, words.t("summary.not_known"), [words.t("summary.not_known_text"), *unknown])
    return Summary(0, words.t("summary.low"), [words.t("summary.low_text", count=count[Group.LOW])])


def _danger(listed: Sequence[Spot], counts: Sequence[str], words: Words) -> Summary:
    spot, hazard = listed[0], listed[0].hazard or 0
    said = {"name": words.marked(spot.station.name), "others": _as_bad(listed) - 1}
    more = "_more" if said["others"] else ""
    label = title(spot, words)
    if spot.last_known and spot.worst.observed_at:
        text = words.rich(f"summary.worst_last_known{more}", **said, time=words.time(spot.worst.observed_at))
        checked = [words.t("state.newer_checked")] if spot.worst.checked else []
        return Summary(hazard, words.t("summary.last_known", label=label), [text, *checked, *counts], last_known=True)
    text = words.rich(f"summary.worst{more}", **said)
    if spot.by_pumps is not None:
        return Summary(hazard, label, [text, *counts])
    return Summary(hazard, words.meaning(spot.station.kind, hazard), [text, *counts], label=label)


def _as_bad(listed: Sequence[Spot]) -> int:
    """How many spots are as bad as the first, and known as well as it is."""
    first = listed[0]
    same = takewhile(lambda spot: spot.hazard == first.hazard, listed)
    return sum(spot.last_known == first.last_known for spot in same)


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
