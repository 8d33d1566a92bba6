"""The page for the notice board: one sheet of A4, legible in black and white. Pure, from an edition and a language."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from markupsafe import Markup

from dashboard.public.drawings.qr import code
from dashboard.public.edition import Edition
from dashboard.public.pages.frame import render, words_of
from dashboard.public.pages.situation import situation, summary
from dashboard.public.sheets import Sheet
from dashboard.public.signs import Tally, sign_of, together
from dashboard.public.spots import Spot
from dashboard.public.words.languages import Language

PAGE = "print.html"
MOST = 12
"""Spots that fit on the sheet below everything else."""


def sheets(edition: Edition, language: Language) -> Iterator[Sheet]:
    """The page in a language."""
    said = (tuple(edition.issued), edition.messages.in_city(edition.board.at))
    facts = (situation(edition), _worst(edition), edition.once(_tally), *said, edition.day)
    lasts_s = edition.every_minute.lasts_s
    yield Sheet(language.folder + PAGE, facts, partial(page, edition, language), lasts_s)


def page(edition: Edition, language: Language) -> bytes:
    """The page in a language."""
    words = words_of(edition, language)
    address = edition.settings.address and edition.settings.address + language.folder
    return render(
        "notice_board.html",
        edition,
        language,
        PAGE,
        edition.every_minute,
        words=words,
        summary=summary(situation(edition), words),
        tally=edition.once(_tally),
        worst=[(spot, sign_of(spot)) for spot in _worst(edition)],
        left=max(situation(edition).not_low - MOST, 0),
        address=address,
        code=Markup(code(address)) if address else "",
    )


def _worst(edition: Edition) -> tuple[Spot, ...]:
    """Those that are not low, as far as they fit; they come first."""
    return edition.spots[: min(MOST, situation(edition).not_low)]


def _tally(edition: Edition) -> Tally:
    return together(each for _, each in edition.tallies)
