"""Readings above their kanji: what stands in parentheses behind a kanji is set as ruby."""

from __future__ import annotations

import re
from functools import lru_cache

from markupsafe import Markup

_TEXT = re.compile(r">([^<>（]*（[^<>]*)<(?!/(?:title|text|tspan|option)>)")
"""A text between two tags that may hold a reading, where markup may stand: no title, drawing or attribute."""
_SPOKEN = re.compile(r' (alt|aria-label)="([^"]*（[^"]*)"')
"""What is read out, and hardly ever seen: a voice would say each of these words twice."""
_PAIR = re.compile(r"([一-鿿々]+)（([ぁ-ゖー]+)）")
_RUBY = "<ruby>{}<rp>（</rp><rt>{}</rt><rp>）</rp></ruby>"


def with_furigana(html: str) -> str:
    """A page with every ``避難（ひなん）`` of its text as ruby, and without its readings where it is only read out;
    titles, other attributes and drawings stay as they are.

    The parentheses stay in the markup, for browsers without ruby and for what is copied. A text with readings becomes
    one ``span``: in a flexible box each ruby would else stand apart.
    """
    return _SPOKEN.sub(_unread, _TEXT.sub(_above, html))


def _unread(attribute: re.Match[str]) -> str:
    said = _PAIR.sub(r"\1", attribute[2])
    return f' {attribute[1]}="{said}"'


def _above(text: re.Match[str]) -> str:
    return _set(text[1])


@lru_cache(8_192)
def _set(text: str) -> str:
    """Between its tags. The pages of a city's stations say the same words thousands of times."""
    said, found = _PAIR.subn(_RUBY.format(r"\1", r"\2"), text)
    return f"><span>{said}</span><" if found else f">{text}<"


def ruby(text: str, reading: str) -> Markup:
    """A text with its reading above it."""
    return Markup(_RUBY).format(text, reading)
