"""The page for the notice board: one sheet of A4, legible in black and white. Pure, from an edition and a language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from markupsafe import Markup

from dashboard.public.drawings.qr import code
from dashboard.public.edition import Edition
from dashboard.public.pages.frame import render, words_of
from dashboard.public.pages.overview import counts, summary
from dashboard.public.sheets import Sheet
from dashboard.public.signs import Sign, sign_of, tally
from dashboard.public.spots import Group
from dashboard.public.words.languages import Language

PAGE = "print.html"
MOST = 12
"""Spots that fit on the sheet below everything else."""


def sheets(edition: Edition, language: Language) -> Iterator[Sheet]:
    """The page in a language."""
    facts = (edition.spots, tuple(edition.issued), edition.messages.in_city(edition.board.at), edition.day)
    lasts_s = edition.every_minute.lasts_s
    yield Sheet(language.folder + PAGE, facts, partial(page, edition, language), lasts_s)


def page(edition: Edition, language: Language) -> bytes:
    """The page in a language."""
    words = words_of(edition, language)
    not_low = len(edition.spots) - edition.once(counts)[Group.LOW]  # they come first
    address = edition.settings.address and edition.settings.address + language.folder
    return render(
        "notice_board.html",
        edition,
        language,
        PAGE,
        edition.every_minute,
        words=words,
        summary=summary(edition, words),
        tally=edition.once(_tally),
        worst=[(spot, sign_of(spot)) for spot in edition.spots[: min(MOST, not_low)]],
        left=max(not_low - MOST, 0),
        address=address,
        code=Markup(code(address)) if address else "",
    )


def _tally(edition: Edition) -> Sequence[tuple[Sign, int]]:
    return tally(edition.spots)
