"""The catalogues of the public site: one TOML file a language, beside this one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

REVIEW = "review"
"""The table of a catalogue that says who has read it; all else are texts."""


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The texts of a language by dotted key, for example ``state.no_data``."""
    return dict(_flat({key: value for key, value in _content(language).items() if key != REVIEW}))


def is_draft(language: str) -> bool:
    """Whether no speaker has read the catalogue and the hazard words of this language as they come with the program."""
    state: str = _content(language)[REVIEW]["state"]
    return state == "draft"


@cache
def _content(language: str) -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"{language}.toml").read_text("utf-8"))


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
