"""Readings above their kanji: what stands in parentheses behind a kanji is set as ruby."""

from __future__ import annotations

import re

from markupsafe import Markup

_PAIR = re.compile(r"([一-鿿々]+)（([ぁ-ゖー]+)）(?![^<>]*(?:>|</(?:title|text|tspan|option)>))")
"""A kanji with its reading, where markup may stand: neither within a tag nor in a title or a drawing."""
_RUBY = "<ruby>{}<rp>（</rp><rt>{}</rt><rp>）</rp></ruby>"


def with_furigana(html: str) -> str:
    """A page with every ``避難（ひなん）`` of its text as ruby; titles, attributes and drawings stay as they are.

    The parentheses stay in the markup, for browsers without ruby and for what is copied.
    """
    return _PAIR.sub(_RUBY.format(r"\1", r"\2"), html)


def ruby(text: str, reading: str) -> Markup:
    """A text with its reading above it."""
    return Markup(_RUBY).format(text, reading)
