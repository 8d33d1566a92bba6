"""Everything the public site says, in one language: one catalogue a language, and the city's hazard labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from dashboard.public.words.catalogues import catalogue as catalogue
from dashboard.public.words.furigana import ruby
from dashboard.public.words.languages import Language
from ingest import labels
from ingest.clock import JST
from ingest.stations import Registry, StationKind

READING = "ja-Hira"
"""The key of a name's reading in hiragana, part by part as the name in ``ja``."""
LONGEST_WHOLE = 10
"""Characters of Japanese that fit on one line of the smallest phone: a longer part of a name may break."""
LONGEST_SHORT = 11
"""Latin letters of the longest short word of a hazard; Japanese ones are twice as wide."""


@dataclass(frozen=True)
class Words:
    """One language, for one registry, at one time (``now`` decides which times need their date)."""

    language: Language
    registry: Registry
    now: datetime

    @property
    def texts(self) -> Mapping[str, str]:
        """All texts of the catalogue as they are: for those without values, on pages that are made by the thousand."""
        return catalogue(self.language.code)

    def t(self, key: str, **values: object) -> str:
        """A text of the catalogue with its values filled in; an unknown key is a KeyError."""
        return catalogue(self.language.code)[key].format(**values)

    def name(self, names: Mapping[str, str]) -> str:
        """A name in this language, else the nearest there is."""
        return names[self._key(names)]

    def rich(self, key: str, **values: object) -> Markup:
        """As ``t`` for a text that holds markup, such as a name that must not break; other values are escaped."""
        return Markup(catalogue(self.language.code)[key]).format(**values)

    def whole(self, names: Mapping[str, str]) -> Markup:
        """A name as markup: Japanese has no spaces inside a part of a name, so each part is kept on one line.

        In やさしい日本語 with its reading above it where the registry has one (``ja-Hira``).
        """
        parts = self.name(names).split()
        if self.name_lang(names) != "ja":
            return escape(" ".join(parts))
        readings = names.get(READING, "").split() if self.language.readings else []
        if len(readings) == len(parts):
            return Markup(" ").join(ruby(part, reading) for part, reading in zip(parts, readings, strict=True))
        return Markup(" ").join(_kept_whole(part) for part in parts)

    def marked(self, names: Mapping[str, str]) -> Markup:
        """As ``whole``, for the midst of a sentence: a name in another language says in which."""
        lang, name = self.name_lang(names), self.whole(names)
        return name if lang == self.language.tag else Markup('<span lang="{}">{}</span>').format(lang, name)

    def name_lang(self, names: Mapping[str, str]) -> str:
        """What ``lang`` has to say of a name: that of the page, or another where the name is in another language."""
        key = self._key(names)
        return key if key in ("ja", "en") else self.language.tag

    def _key(self, names: Mapping[str, str]) -> str:
        return next(key for key in self.language.names if names.get(key))

    def metres(self, value_m: float) -> str:
        """A length to the centimetre, with the decimal mark of the language and without its unit."""
        return f"{value_m:.2f}".replace(".", self.language.decimal)

    def label(self, kind: StationKind, hazard: int) -> str:
        """What a hazard is called at this kind of station."""
        return labels.label(self.registry, kind, hazard, self.language.code)

    def short(self, kind: StationKind, hazard: int) -> str:
        """A word for a hazard where there is little room; the city's own label where that is short enough."""
        own = self.registry.labels.get(self.language.code, {}).get(kind, {}).get(hazard, "")
        room = LONGEST_SHORT if own.isascii() else LONGEST_SHORT // 2
        if own and len(own) <= room:
            return own
        return self.t(f"short.{kind}.{hazard}" if hazard else "short.below")

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

    def dated(self, at: datetime) -> str:
        """HH:MM in JST, always with its date: for what is read on another day too."""
        return self.t("date.short", **self._parts(at.astimezone(JST)))

    def long_time(self, at: datetime) -> str:
        """Date and HH:MM in JST."""
        return self.t("date.long", **self._parts(at.astimezone(JST)))

    def day(self, at: datetime) -> str:
        """The date in JST without its year."""
        return self.t("date.day", **self._parts(at.astimezone(JST)))

    def date(self, at: datetime) -> str:
        """The whole date in JST."""
        return self.t("date.full", **self._parts(at.astimezone(JST)))

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
