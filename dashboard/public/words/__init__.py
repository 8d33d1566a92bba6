"""Everything the public site says, in one language: one catalogue a language, and the city's hazard labels."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from dashboard.public.words.languages import Language
from ingest import labels
from ingest.clock import JST
from ingest.stations import Registry, StationKind, named

LONGEST_WHOLE = 10
"""Characters of Japanese that fit on one line of the smallest phone: a longer part of a name may break."""


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The texts of a language by dotted key, for example ``state.no_data``."""
    with (Path(__file__).parent / f"{language}.toml").open("rb") as file:
        return dict(_flat(tomllib.load(file)))


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((prefix + key, value))
    return found


@dataclass(frozen=True)
class Words:
    """One language, for one registry, at one time (``now`` decides which times need their date)."""

    language: Language
    registry: Registry
    now: datetime

    def t(self, key: str, **values: object) -> str:
        """A text of the catalogue with its values filled in; an unknown key is a KeyError."""
        return catalogue(self.language.code)[key].format(**values)

    def name(self, names: Mapping[str, str]) -> str:
        """A name in this language, else the nearest there is."""
        return named(names, self.language.code)

    def rich(self, key: str, **values: object) -> Markup:
        """As ``t`` for a text that holds markup, such as a name that must not break; other values are escaped."""
        return Markup(catalogue(self.language.code)[key]).format(**values)

    def whole(self, names: Mapping[str, str]) -> Markup:
        """A name as markup: Japanese has no spaces inside a part of a name, so each part is kept on one line."""
        parts = self.name(names).split()
        if self.name_lang(names) != "ja":
            return escape(" ".join(parts))
        return Markup(" ").join(_kept_whole(part) for part in parts)

    def name_lang(self, names: Mapping[str, str]) -> str:
        """The language a name is really in: screen readers need to know where it is another."""
        return next(language for language in (self.language.code, "en", "ja") if names.get(language))

    def label(self, kind: StationKind, hazard: int) -> str:
        """What a hazard is called at this kind of station."""
        return labels.label(self.registry, kind, hazard, self.language.code)

    def meaning(self, kind: StationKind, hazard: int) -> str:
        """What it means."""
        return labels.meaning(kind, hazard, self.language.code)

    def advice(self, kind: StationKind, hazard: int) -> str:
        """What to do."""
        return labels.advice(kind, hazard, self.language.code)

    def time(self, at: datetime) -> str:
        """HH:MM in JST, with the date where it is not today's."""
        local = at.astimezone(JST)
        same_day = local.date() == self.now.astimezone(JST).date()
        return f"{local:%H:%M}" if same_day else self.t("date.short", **self._parts(local))

    def long_time(self, at: datetime) -> str:
        """Date and HH:MM in JST."""
        return self.t("date.long", **self._parts(at.astimezone(JST)))

    def _parts(self, local: datetime) -> dict[str, object]:
        month = self.t("date.months").split()[local.month - 1]
        return {"year": local.year, "month": month, "day": local.day, "time": f"{local:%H:%M}"}


def _kept_whole(part: str) -> Markup:
    return Markup('<span class="whole">{}</span>').format(part) if len(part) <= LONGEST_WHOLE else escape(part)


def iso_jst(at: datetime) -> str:
    """ISO 8601 with ``+09:00`` and whole seconds."""
    return at.astimezone(JST).replace(microsecond=0).isoformat()


def stamp(at: datetime) -> str:
    """The mark of a publication: as ``iso_jst`` with milliseconds, so that two in one second differ."""
    return at.astimezone(JST).isoformat(timespec="milliseconds")
