"""The page for an address that does not exist: one for all languages."""

from __future__ import annotations

from functools import partial

from dashboard.public.edition import Edition
from dashboard.public.pages.frame import template_of, words_of
from dashboard.public.sheets import Sheet
from dashboard.public.words.furigana import with_furigana

PAGE = "404.html"


def sheet(edition: Edition) -> Sheet:
    """The file."""
    return Sheet(PAGE, None, partial(missing_page, edition))


def missing_page(edition: Edition) -> bytes:
    """The page, with addresses from the root: it is shown at any depth."""
    pages = [(words_of(edition, each), f"/{each.folder}") for each in edition.languages]
    return with_furigana(template_of("missing.html").render(edition=edition, pages=pages)).encode()
