"""The catalogues: all words of the messages, one TOML file a language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
"""Line breaks, control characters, and marks that would turn the direction of the text around."""


@cache
def texts(language: str) -> dict[str, Any]:
    """The catalogue of a language (``ja`` or ``en``)."""
    return tomllib.loads(files("alerts").joinpath("texts", f"{language}.toml").read_text(encoding="utf-8"))


def one_line(text: str) -> str:
    """A name without line breaks and other control characters: it may not forge a line or a mail header."""
    return BREAKS.sub(" ", text).strip()


def filled(template: str, words: Mapping[str, object]) -> str:
    """A template with its words; empty where one of them is not known: what is not known is not told."""
    try:
        return template.format_map(words).strip()
    except KeyError:
        return ""


def lines(templates: Iterable[str], words: Mapping[str, object]) -> list[str]:
    """Those of the templates that can be filled."""
    return [line for each in templates if (line := filled(each, words))]
