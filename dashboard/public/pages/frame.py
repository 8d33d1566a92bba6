"""What all pages share: the templates, the languages' addresses, the stamp of the publication."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.runtime import Macro
from markupsafe import Markup

from alerts.issued import place_names
from dashboard.public.edition import Edition, Lasting
from dashboard.public.messages import spoken
from dashboard.public.pages.verdict import title
from dashboard.public.words import Words, catalogue, iso_jst, stamp
from dashboard.public.words.furigana import with_furigana
from dashboard.public.words.languages import Language, for_search

MAIN = '<main id="main"'
HERE = Path(__file__).parent / "templates"
NAV = (
    ("home", ""),
    ("places", "places.html"),
    ("messages", "messages.html"),
    ("cameras", "cameras.html"),
    ("levels", "levels.html"),
    ("data", "data.html"),
    ("print", "print.html"),
)
"""The pages that every page leads to: the key of their name in the catalogues, and the address below a language."""


@dataclass(frozen=True, slots=True)
class Link:
    """A page in another language, or in this one (``current``), as seen from this page.

    ``for_search``: whether search engines are told of it as the translation for its ``hreflang``.
    """

    language: Language
    name: str
    href: str
    current: bool
    for_search: bool


def words_of(edition: Edition, language: Language) -> Words:
    """What the site says in a language at this publication."""
    return Words(language, edition.board.registry, edition.board.at)


def root_of(path: str) -> str:
    """From a file's folder up to the site's: ``../`` for each folder."""
    return "../" * path.count("/")


def links(edition: Edition, language: Language, page: str) -> Sequence[Link]:
    """The same page in every language. ``page`` is its path below the folder of a language."""
    up = root_of(language.folder + page)
    name = page.removesuffix("index.html")
    told = for_search(edition.languages)
    return [
        Link(each, catalogue(each.code)["language"], f"{up}{each.folder}{name}" or "./", each == language, each in told)
        for each in edition.languages
    ]


def render(template: str, edition: Edition, language: Language, page: str, lasting: Lasting, **values: object) -> bytes:
    """A page in a language. ``page`` is its path below the folder of the language, ``lasting`` how long it lasts."""
    html = template_of(template).render(
        edition=edition,
        words=values.pop("words", None) or words_of(edition, language),
        language=language,
        city=edition.board.registry.city,
        page=page,
        home="../" * page.count("/"),
        root=root_of(language.folder + page),
        links=links(edition, language, page),
        here=page.removesuffix("index.html").rpartition("/")[2] or "./",
        fixed=_fixed(language, "../" * page.count("/"), _address(page)),
        pictured=edition.pictured,
        kept=partial(_kept, edition, language, page),
        title_of=title,
        old_from=edition.old_from(lasting),
        old_after_s=lasting.old_after_s,
        iso=iso_jst,
        stamp=stamp,
        **values,
    )
    return _marked(with_furigana(html) if language.readings else html).encode()


def _kept(edition: Edition, language: Language, page: str, macro: Macro, name: str, *facts: object) -> Markup:
    """What a macro makes of the facts that it is given, kept for the next edition: the lists have hundreds of rows, and
    one of them changes. It may look at nothing else but the language, the day, where the page lies and the registry.
    Macros that are kept have names that no other has.
    """
    made_of = (*facts, edition.day)
    return edition.memo.of((macro.name, language.code, root_of(page), name), made_of, lambda: Markup(macro(*facts)))


def _marked(html: str) -> str:
    """With a mark of everything around ``main``: where it changes the script loads the whole page anew. What a browser
    or its extensions add to the page does not touch it."""
    before, main, after = html.partition(MAIN)
    mark = zlib.crc32((before + after.rpartition("</main>")[2]).encode())
    return f'{before}{main} data-frame="{mark:08x}"{after}' if main else html


@dataclass(frozen=True, slots=True)
class Fixed:
    """What is the same on many pages, ready: the navigation on top and at the foot, and the shapes of the signs."""

    pages: Markup
    foot: Markup
    signs: Markup


def _address(page: str) -> str | None:
    """That of a page which the navigation leads to; None of another."""
    address = page.removesuffix("index.html")
    return address if any(address == each for _, each in NAV) else None


@lru_cache(maxsize=256)
def _fixed(language: Language, home: str, current: str | None) -> Fixed:
    # Made once: three thousand pages of stations have the same.
    texts = catalogue(language.code)
    parts = ("_pages.html", "_foot.html", "_signs.html")
    made = (template_of(part).render(nav=NAV, texts=texts, home=home, current=current) for part in parts)
    return Fixed(*map(Markup, made))


def template_of(name: str) -> Template:
    """A template by its file's name; a value that is missing is an error."""
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {"spoken": spoken, "place_names": place_names}
    return environment
