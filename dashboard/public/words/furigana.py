"""Readings above their kanji: what stands in parentheses behind a kanji is set as ruby."""

from __future__ import annotations

import re

from markupsafe import Markup

_PIECE = re.compile(r"<(title|text|option)\b.*?</\1>|<[^>]*>|([一-鿿々]+)（([ぁ-ゖー]+)）", re.DOTALL)
"""Text that can hold no markup, a tag with its attributes, or a kanji with its reading."""
_RUBY = "<ruby>{}<rp>（</rp><rt>{}</rt><rp>）</rp></ruby>"


def with_furigana(html: str) -> str:
    """A page with every ``避難（ひなん）`` of its text as ruby; titles, attributes and drawings stay as they are.

    The parentheses stay in the markup, for browsers without ruby and for what is copied.
    """
    return _PIECE.sub(_above, html)


def _above(found: re.Match[str]) -> str:
    return found[0] if found[2] is None else _RUBY.format(found[2], found[3])


def ruby(text: str, reading: str) -> Markup:
    """A text with its reading above it."""
    return Markup(_RUBY).format(text, reading)
