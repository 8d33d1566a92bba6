"""What ended in 30 days: all-clears and cancellations with all that came before them, and corrections. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from dashboard.public.edition import Edition
from dashboard.public.pages.frame import render
from dashboard.public.pages.messages import documents
from dashboard.public.sheets import Sheet
from dashboard.public.words.languages import Language

PAGE = "history.html"


def sheets(edition: Edition, language: Language) -> Iterator[Sheet]:
    """The page in a language."""
    at, told = edition.board.at, edition.messages
    facts = (told.ended(at), told.corrections(at), edition.day, documents(edition))
    yield Sheet(language.folder + PAGE, facts, partial(page, edition, language), edition.every_minute.lasts_s)


def page(edition: Edition, language: Language) -> bytes:
    """The page of what ended, in a language."""
    at, told = edition.board.at, edition.messages
    return render(
        "history.html",
        edition,
        language,
        PAGE,
        edition.every_minute,
        ended=told.ended(at),
        corrections=told.corrections(at),
        documents=documents(edition),
    )
