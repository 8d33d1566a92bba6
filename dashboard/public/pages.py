"""The HTML of the public site: pure, from a board, a language and the times of publication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from alerts.issued import IssuedLevel, place_names
from dashboard.public.pictures import PublicPicture
from dashboard.public.settings import PublicSettings
from dashboard.public.spots import Group, Spot, State, spots
from dashboard.public.words import LANGUAGES, Words, catalogue, iso_jst, stamp
from dashboard.views import Board
from ingest.stations import Registry, StationKind

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Edition:
    """One publication: the board, how fast its clock runs, the settings, the hashed asset names by plain name, what is
    told of the public cameras, and the alert levels that the authority issued and the city published."""

    board: Board
    clock_speed: float
    settings: PublicSettings
    assets: Mapping[str, str]
    pictures: Sequence[PublicPicture] = ()
    issued: Sequence[IssuedLevel] = ()

    def pictures_of(self, station_id: str) -> list[PublicPicture]:
        """What is told of the public cameras of a station."""
        mine = {each.id for each in self.board.registry.cameras_of(station_id)}
        return [each for each in self.pictures if each.camera_id in mine]

    @property
    def old_from(self) -> datetime:
        """From when on the page is old, by the clock of the house."""
        return self.board.at + timedelta(seconds=self.settings.stale_after_s * self.clock_speed)


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


def path_of(language: str) -> str:
    """Where a language's page is, below the site's folder."""
    return "index.html" if language == LANGUAGES[0] else f"{language}/index.html"


def page(edition: Edition, language: str) -> str:
    """The page of the levels in a language."""
    board = edition.board
    words = Words(language, board.registry, board.at)
    listed = spots(board)
    return _template("page.html").render(
        edition=edition,
        words=words,
        city=board.registry.city,
        summary=summary(listed, words),
        groups=_grouped(listed),
        kinds=levels_by_kind(board),
        links=_links(language),
        issued_place=partial(issued_place, registry=board.registry),
        root="" if language == LANGUAGES[0] else "../",
        iso=iso_jst,
        stamp=stamp,
    )


def issued_place(entry: IssuedLevel, registry: Registry) -> Mapping[str, str]:
    """Where a level was issued for, by its names."""
    return place_names(entry.announced.area, entry.announced.station_id, registry)


def missing_page(edition: Edition) -> str:
    """The page for an address that does not exist, in all languages, with addresses from the root."""
    board = edition.board
    pages = [Words(language, board.registry, board.at) for language in LANGUAGES]
    links = [f"/{_folder_of(language)}" for language in LANGUAGES]
    return _template("missing.html").render(edition=edition, pages=list(zip(pages, links, strict=True)))


def summary(listed: Sequence[Spot], words: Words) -> Summary:
    """What is the worst now, and how many spots are in danger or not known."""
    count = {group: sum(spot.group is group for spot in listed) for group in Group}
    unknown = [words.t("summary.unknown", count=count[Group.UNKNOWN])] if count[Group.UNKNOWN] else []
    if count[Group.ATTENTION]:
        return _danger(listed, [words.t("summary.attention", count=count[Group.ATTENTION]), *unknown], words)
    if unknown:
        return Summary(None, words.t("summary.not_known"), [words.t("summary.not_known_text"), *unknown])
    return Summary(0, words.t("summary.low"), [words.t("summary.low_text", count=count[Group.LOW])])


def _danger(listed: Sequence[Spot], counts: Sequence[str], words: Words) -> Summary:
    spot, kind = listed[0], listed[0].station.kind
    worst, hazard = spot.worst, spot.worst.hazard or 0
    said = {"name": words.whole(spot.station.name), "others": _as_bad(listed) - 1}
    more = "_more" if said["others"] else ""
    label = words.label(kind, hazard)
    if worst.state is State.LAST_KNOWN and worst.observed_at:
        text = words.rich(f"summary.worst_last_known{more}", **said, time=words.time(worst.observed_at))
        return Summary(hazard, words.t("summary.last_known", label=label), [text, *counts], last_known=True)
    text = words.rich(f"summary.worst{more}", **said)
    return Summary(hazard, words.meaning(kind, hazard), [text, *counts], label=label)


def _as_bad(listed: Sequence[Spot]) -> int:
    """How many spots are as bad as the first, and known as well as it is."""
    first = listed[0].worst
    return sum((spot.worst.hazard, spot.worst.state) == (first.hazard, first.state) for spot in listed)


def levels_by_kind(board: Board) -> dict[StationKind, list[int]]:
    """The hazards that exist at the city's stations, by kind, highest first: what the page has to explain."""
    found: dict[StationKind, set[int]] = {}
    for view in board.stations:
        for gauge in view.gauges:
            found.setdefault(view.station.kind, set()).update(gauge.levels)
    return {kind: sorted(found[kind], reverse=True) for kind in StationKind if found.get(kind)}


def _grouped(listed: Sequence[Spot]) -> list[tuple[str, list[Spot]]]:
    groups = [(group.name.lower(), [spot for spot in listed if spot.group is group]) for group in Group]
    return [(name, members) for name, members in groups if members]


def _links(current: str) -> list[tuple[str, str, str, bool]]:
    root = "" if current == LANGUAGES[0] else "../"
    folders = [(each, f"{root}{_folder_of(each)}" or "./") for each in LANGUAGES]
    return [(each, catalogue(each)["language"], link, each == current) for each, link in folders]


def _folder_of(language: str) -> str:
    return path_of(language).removesuffix("index.html")


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)
