"""The page for an address that does not exist: one for all languages."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

from dashboard.public.edition import Edition
from dashboard.public.pages.frame import template_of, words_of
from dashboard.public.sheets import Sheet
from dashboard.public.words.furigana import with_furigana

PAGE = "404.html"


def sheet(edition: Edition) -> Sheet:
    """The file."""
    return Sheet(PAGE, None, partial(missing_page, edition))


def missing_page(edition: Edition) -> bytes:
    """The page. It is shown at any depth, so its addresses are from the root of the site's address."""
    base = urlsplit(edition.settings.address).path or "/"
    pages = [(words_of(edition, each), f"{base}{each.folder}") for each in edition.languages]
    return with_furigana(template_of("missing.html").render(edition=edition, pages=pages, base=base)).encode()
