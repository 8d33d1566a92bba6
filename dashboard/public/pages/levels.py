"""What the levels mean, how they come about, and what they are not. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from dashboard.public.edition import Edition
from dashboard.public.pages.frame import render
from dashboard.public.sheets import Sheet
from dashboard.public.words.languages import Language
from dashboard.views import Board
from ingest.stations import StationKind

PAGE = "levels.html"
DIFFERENCES = ("what", "who", "when", "act")
VALUES = (1, 2, 3, 4, 5)


def sheets(edition: Edition, language: Language) -> Iterator[Sheet]:
    """The page in a language."""
    kinds = edition.once(_kinds)
    lasts_s = edition.quiet.lasts_s
    yield Sheet(language.folder + PAGE, tuple(kinds.items()), partial(page, edition, language, kinds), lasts_s)


def page(edition: Edition, language: Language, kinds: Mapping[StationKind, Sequence[int]]) -> bytes:
    """The explanation."""
    return render(
        "levels.html",
        edition,
        language,
        PAGE,
        edition.quiet,
        kinds=kinds,
        differences=DIFFERENCES,
        values=VALUES,
    )


def _kinds(edition: Edition) -> dict[StationKind, tuple[int, ...]]:
    return levels_by_kind(edition.board)


def levels_by_kind(board: Board) -> dict[StationKind, tuple[int, ...]]:
    """The hazards that there can be at the city's stations by kind, the highest first and 0 last."""
    found: dict[StationKind, set[int]] = {}
    for view in board.stations:
        for gauge in view.gauges:
            found.setdefault(view.station.kind, {0}).update(gauge.levels)
    return {kind: tuple(sorted(found[kind], reverse=True)) for kind in StationKind if len(found.get(kind, ())) > 1}
