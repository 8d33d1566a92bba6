"""The words for a hazard, by kind of station and language: they live in one TOML file a language, never in code.

They say what a sensor's value means. They never name what an authority issues: a hazard is not an alert level.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from ingest.stations import Registry, StationKind

STAFF_LANGUAGES = ("ja", "en")
"""The languages of the duty staff: their files hold the staff's text for every hazard, the others need none."""
_SUFFIX = ".toml"


class Words(NamedTuple):
    """What is said of one hazard at one kind of station; ``staff`` is empty in a language that is for residents."""

    name: str
    meaning: str
    advice: str
    staff: str


@cache
def languages() -> tuple[str, ...]:
    """The languages there are words in, Japanese first."""
    found = (each.name.removesuffix(_SUFFIX) for each in files(__name__).iterdir() if each.name.endswith(_SUFFIX))
    return tuple(sorted(found, key=lambda language: (language != "ja", language)))


def label(registry: Registry, kind: StationKind, hazard: int, language: str) -> str:
    """The short name of a hazard (0 to 5); the city's own label wins."""
    own = registry.labels.get(language, {}).get(kind, {}).get(hazard)
    return own or words(kind, hazard, language).name


def meaning(kind: StationKind, hazard: int, language: str) -> str:
    """What a hazard means for a resident, in a sentence or two."""
    return words(kind, hazard, language).meaning


def advice(kind: StationKind, hazard: int, language: str) -> str:
    """What a resident should do; it points to what the authorities announce and never replaces it."""
    return words(kind, hazard, language).advice


def staff_note(kind: StationKind, hazard: int, language: str) -> str:
    """What the duty staff see and should check; in English where the language is none of theirs."""
    return words(kind, hazard, language if language in STAFF_LANGUAGES else "en").staff


def words(kind: StationKind, hazard: int, language: str) -> Words:
    """All words for a hazard of 0 to 5, in English where the language has none."""
    return _catalogue(language if language in languages() else "en")[kind, hazard]


@cache
def _catalogue(language: str) -> Mapping[tuple[StationKind, int], Words]:
    content = tomllib.loads((files(__name__) / f"{language}{_SUFFIX}").read_text(encoding="utf-8"))
    unneeded = {} if language in STAFF_LANGUAGES else {"staff": ""}
    return {
        (StationKind(kind), int(hazard)): Words(**unneeded | texts)
        for kind, hazards in content.items()
        for hazard, texts in hazards.items()
    }
