"""The page of a station at which nothing is observed any more: whoever comes by an old link or the code on the spot
is told so, and where to look. Pure, from an edition and a language."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from alerts.public.scope import area_of
from dashboard.public.edition import Edition
from dashboard.public.former import Former, near
from dashboard.public.pages.area import path
from dashboard.public.pages.frame import render
from dashboard.public.pages.station import address, said_here
from dashboard.public.sheets import Sheet
from dashboard.public.signs import places
from dashboard.public.words.languages import Language


def sheets(edition: Edition, language: Language) -> Iterator[Sheet]:
    """The pages in a language, where those of the stations would be."""
    observed = {spot.station.id for spot in edition.spots}
    for each in edition.former:
        name = each.station.id
        if name not in observed:
            facts = (each, *said_here(edition, each.station), bool(edition.pictures_of(name)), edition.day)
            make = partial(page, edition, language, each)
            yield Sheet(f"{language.folder}{address(name)}", facts, make, edition.quiet.lasts_s)


def page(edition: Edition, language: Language, of: Former) -> bytes:
    """The page of one in a language."""
    key, station = area_of(of.station), of.station
    issued, told = said_here(edition, station)
    return render(
        "discontinued.html",
        edition,
        language,
        address(station.id),
        edition.quiet,
        station=station,
        last_at=of.last_at,
        near=edition.memo.of(("near", station.id), None, partial(near, station, places(edition.board.registry))),
        issued_here=issued,
        told_here=told,
        has_pictures=bool(edition.pictures_of(station.id)),
        area_address=next((path(area) for area in edition.areas if area.key == key and area.name), ""),
    )
