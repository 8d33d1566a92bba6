"""The languages of the public site: one row each, one catalogue beside this file, one file in ``ingest/labels``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the site.

    ``code`` names its catalogue; ``tag`` is what ``lang`` and ``hreflang`` say; its pages are in ``folder`` (empty, or
    with a slash at its end). ``names`` are the keys by which a name of the registry is looked for, in their order.
    ``decimal`` is the mark before a fraction. With ``readings`` the catalogue gives the reading of a kanji in
    parentheses behind it, which the pages set above it.
    """

    code: str
    tag: str
    folder: str
    names: tuple[str, ...]
    decimal: str = "."
    readings: bool = False


JA = Language("ja", "ja", "", ("ja",))
EASY = Language("easy", "ja", "easy/", ("easy", "ja"), readings=True)
EN = Language("en", "en", "en/", ("en", "ja"))
ZH = Language("zh", "zh-Hans", "zh/", ("zh-Hans", "zh", "en", "ja"))
KO = Language("ko", "ko", "ko/", ("ko", "en", "ja"))
VI = Language("vi", "vi", "vi/", ("vi", "en", "ja"), decimal=",")
PT = Language("pt", "pt-BR", "pt/", ("pt-BR", "pt", "en", "ja"), decimal=",")
LANGUAGES = (JA, EASY, EN, ZH, KO, VI, PT)
"""The first is at the root of the site."""
ON_BY_DEFAULT = (JA, EASY, EN)
BY_CODE = {each.code: each for each in LANGUAGES}


def for_search(languages: Sequence[Language]) -> tuple[Language, ...]:
    """The languages that search engines are told of as translations of each other: of two with one tag the first.

    やさしい日本語 is Japanese to a browser, a search engine and a screen reader (no registered tag says more), and two
    pages for one ``hreflang`` would contradict each other.
    """
    first = {each.tag: each for each in reversed(languages)}
    return tuple(each for each in languages if first[each.tag] is each)
