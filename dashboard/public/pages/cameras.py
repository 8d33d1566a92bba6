"""The public cameras: what each shows, with its own time, the worst place first. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from dashboard.public.edition import Edition
from dashboard.public.pages.frame import render, words_of
from dashboard.public.pages.station import address
from dashboard.public.pages.verdict import UNKNOWN, title
from dashboard.public.pictures import PublicPicture
from dashboard.public.sheets import Sheet
from dashboard.public.spots import Spot
from dashboard.public.words import Words
from dashboard.public.words.languages import Language
from ingest.stations import Station

PAGE = "cameras.html"


@dataclass(frozen=True, slots=True)
class Seen:
    """A camera in the list: where it stands, what the level is called there (empty without a gauge) with the name of
    its shape, the address of the place's page (empty where it has none) and what the camera shows."""

    station: Station
    title: str
    sign: str
    hazard: int | None
    address: str
    picture: PublicPicture


def sheets(edition: Edition, language: Language) -> Iterator[Sheet]:
    """The page in a language."""
    facts = (edition.once(_known), tuple(edition.pictures), edition.day)
    lasts_s = edition.every_minute.lasts_s
    yield Sheet(language.folder + PAGE, facts, partial(page, edition, language), lasts_s)


def _known(edition: Edition) -> tuple[object, ...]:
    """What the page says of the places with a camera, the worst first."""
    with_camera = {edition.board.registry.cameras[each.camera_id].station_id for each in edition.pictures}
    return tuple(
        (spot.station.id, spot.hazard, spot.last_known, spot.by_pumps, spot.worst.state, spot.worst.checked)
        for spot in edition.spots
        if spot.station.id in with_camera
    )


def page(edition: Edition, language: Language) -> bytes:
    """The page of the cameras."""
    words = words_of(edition, language)
    return render(
        "cameras.html",
        edition,
        language,
        PAGE,
        edition.every_minute,
        words=words,
        seen=list(_seen(edition, words)),
    )


def _seen(edition: Edition, words: Words) -> Iterator[Seen]:
    """Of all public cameras; those of places without a gauge come last."""
    for spot in edition.spots:
        for picture in edition.pictures_of(spot.station.id):
            yield _at(spot, picture, words)
    listed = {spot.station.id for spot in edition.spots}
    for station in _others(edition, listed):
        for picture in edition.pictures_of(station.id):
            yield Seen(station, "", UNKNOWN, None, "", picture)


def _others(edition: Edition, listed: set[str]) -> Sequence[Station]:
    return [each for each in edition.board.registry.stations.values() if each.id not in listed]


def _at(spot: Spot, picture: PublicPicture, words: Words) -> Seen:
    hazard, said = (None if spot.last_known else spot.hazard), title(spot, words)
    if spot.last_known:
        said = words.t("find.past", label=said) if spot.hazard else words.t("state.last_known")
    if spot.worst.checked:
        said = f"{said} · {words.t('state.being_checked')}"
    sign = UNKNOWN if hazard is None else str(hazard)
    return Seen(spot.station, said, sign, hazard, address(spot.station.id), picture)
