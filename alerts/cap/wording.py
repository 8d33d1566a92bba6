"""Words that only others may use, found in a text. Used for CAP and for every message to the public.

Only the Japan Meteorological Agency issues 警報 and 注意報 (気象業務法 23条), and a level is issued by the mayor, not
by a gauge.
"""

from __future__ import annotations

import re
import unicodedata

OFFICIAL = re.compile(r"警報|注意報|\b(?:flood|heavy rain|storm)[ -](?:warning|advisory|watch)\b", re.IGNORECASE)
LEVEL = re.compile(
    r"レベル\s*([1-5一二三四五])(?!\.?\d)|\b(?:alert|warning|evacuation)\s+level\s*([1-5])(?!\.?\d)", re.IGNORECASE
)
ORDERS = re.compile(
    r"(?:避難指示|高齢者等避難|緊急安全確保)(?:を|が|は)?\s*(?:発令|出し|出さ|出て|発表)(?!\S{0,8}(?:ません|なし|ない|たら|れば|場合|とき|時))"
    r"|evacuation (?:order|instruction)s? (?:has|have|is|are|was|were) (?:been )?(?:in force|issued|given)",
    re.IGNORECASE,
)
KANJI = {"一": "1", "二": "2", "三": "3", "四": "4", "五": "5"}


def official_names(text: str) -> list[str]:
    """The names of official warnings in a text."""
    return OFFICIAL.findall(_plain(text))


def issued_levels_named(text: str) -> list[str]:
    """The alert levels that a text names, as digits: 警戒レベル４ and alert level 4 alike."""
    found = (ja or en for ja, en in LEVEL.findall(_plain(text)))
    return [KANJI.get(each, each) for each in found]


def speaks_of_orders(text: str) -> bool:
    """Whether a text says that people are ordered to leave; that no order stands, or what to do if one comes, may
    be said."""
    return ORDERS.search(_plain(text)) is not None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
