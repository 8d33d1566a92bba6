"""The page of a station at which nothing is observed any more: whoever comes by an old link or the code on the spot
is told so, and where to look. Pure, from an edition and a language."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from alerts.public.scope import area_of
from dashboard.public.edition import Edition
from dashboard.public.pages.area import path
from dashboard.public.pages.frame import render
from dashboard.public.pages.station import address
from dashboard.public.sheets import Sheet
from dashboard.public.words.languages import Language
from ingest.store.protocol import Discontinued


def sheets(edition: Edition, language: Language) -> Iterator[Sheet]:
    """The pages in a language, where those of the stations would be."""
    observed = {spot.station.id for spot in edition.spots}
    for each in edition.discontinued:
        if each.station.id not in observed:
            name, make = f"{language.folder}{address(each.station.id)}", partial(page, edition, language, each)
            yield Sheet(name, each, make, edition.quiet.lasts_s)


def page(edition: Edition, language: Language, of: Discontinued) -> bytes:
    """The page of one in a language."""
    key = area_of(of.station)
    return render(
        "discontinued.html",
        edition,
        language,
        address(of.station.id),
        edition.quiet,
        station=of.station,
        at=of.at,
        area_address=next((path(area) for area in edition.areas if area.key == key and area.name), ""),
    )
