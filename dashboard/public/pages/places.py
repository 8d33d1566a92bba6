"""Every spot by area and name, to find one's own: a page without states, and the same for the script. Both change with
the registry only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial

from dashboard.public.edition import Edition
from dashboard.public.pages.frame import render
from dashboard.public.sheets import Sheet
from dashboard.public.signs import order, places
from dashboard.public.words.languages import Language
from ingest import labels
from ingest.stations import Registry, Station, StationKind

PAGE = "places.html"
JSON = "places.json"
MOST_OPEN = 60
"""Spots up to which all areas of the page are open."""
_DIGITS = 5
"""Of degrees: about a metre."""


def sheets(edition: Edition, language: Language) -> Iterator[Sheet]:
    """The page in a language; with the first language also what the script asks for."""
    yield Sheet(language.folder + PAGE, None, partial(page, edition, language), edition.quiet.lasts_s)
    if language == edition.languages[0]:
        yield Sheet(JSON, None, partial(positions, edition))


def page(edition: Edition, language: Language) -> bytes:
    """The page in a language."""
    few = len(edition.spots) <= MOST_OPEN
    return render("places.html", edition, language, PAGE, edition.quiet, areas=edition.areas, few=few)


def positions(edition: Edition) -> bytes:
    """``places.json``: where every spot is, its names and area, and what each hazard is called at its kind.

    ``of`` is the mark of their order, for the states that the overview gives by it.
    """
    registry = edition.board.registry
    found = {
        "of": order(registry),
        "places": [_place(each) for each in places(registry)],
        "labels": {each.code: _labels(registry, each.code) for each in edition.languages},
    }
    return (json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _place(station: Station) -> Mapping[str, object]:
    found: dict[str, object] = {
        "id": station.id,
        "kind": station.kind.value,
        "name": dict(station.name),
        "lat": round(station.lat, _DIGITS),
        "lon": round(station.lon, _DIGITS),
    }
    return found | ({"area": dict(station.area)} if station.area else {})


def _labels(registry: Registry, code: str) -> Mapping[str, list[str]]:
    kinds = {station.kind for station in registry.stations.values()}
    return {
        kind.value: [labels.label(registry, kind, hazard, code) for hazard in range(6)]
        for kind in StationKind
        if kind in kinds
    }
