"""The words of the staff screens: one catalogue a language, one look-up."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("ja", "en")
"""Japanese first; a further language is a further catalogue beside these and a word here."""


def text(language: str, key: str, /, **values: object) -> str:
    """The words of ``key`` such as ``list.title``, with ``values`` in its braces; KeyError without them."""
    words = catalogue(language)[key]
    return words.format(**values) if values else words


def known(language: str, group: str, name: str) -> str:
    """The words for a name that comes from a device or a service; the name itself where the catalogue has none."""
    return catalogue(language).get(f"{group}.{name}", name)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All words of a language by dotted key."""
    table = tomllib.loads(files(__package__).joinpath(f"{language}.toml").read_text("utf-8"))
    return dict(_flat(table))


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
