"""The words of public messages: drafts that nobody wrote, and what is added to every text. Pure but for the
catalogues."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from alerts.public.records import Texts
from ingest.clock import JST
from ingest.labels import advice, label, meaning
from ingest.metres import shown_m
from ingest.stations import Registry, Station, StationKind, named

LANGUAGES = ("ja", "en")
STEADY_M_PER_H = 0.05
"""A slower change is not worth telling residents."""
LONGEST_HEADLINE = 160
"""What CAP names as the length that some receivers show."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a gauge has seen. ``rise_m_per_h`` is None where it is not known."""

    hazard: int
    stage_m: float | None
    observed_at: datetime
    since: datetime | None = None
    rise_m_per_h: float | None = None


def danger(registry: Registry, station: Station, seen: Seen) -> dict[str, Texts]:
    """What is said of a hazard that a gauge has reached, by language."""
    return {each: _danger(registry, station, seen, each) for each in LANGUAGES}


def over(station: Station, seen: Seen | None) -> dict[str, Texts]:
    """What is said at the end; a person has to approve it. Without ``seen`` it says nothing of the water."""
    return {each: _over(station, seen, each) for each in LANGUAGES}


def by_hand(names: Mapping[str, str], given: Mapping[str, Mapping[str, str]]) -> dict[str, Texts]:
    """What a person wrote, by language; what is missing in one is filled with a general sentence."""
    return {each: _by_hand(named(names, each), given.get(each, {}), each) for each in LANGUAGES}


def taken_back(old: Mapping[str, Texts], sent_at: datetime, why: Mapping[str, str]) -> dict[str, Texts]:
    """What is said of a message that should not have been sent."""
    return {each: _taken_back(old[each].headline, sent_at, why.get(each) or why["ja"], each) for each in LANGUAGES}


def put_right(
    old: Mapping[str, Texts], new: Mapping[str, Texts], sent_at: datetime, why: Mapping[str, str]
) -> dict[str, Texts]:
    """What is said in place of a message that was wrong."""
    return {each: _put_right(old[each], new[each], sent_at, why.get(each) or why["ja"], each) for each in LANGUAGES}


def event(kind: StationKind | None, language: str) -> str:
    """What the event is called: never by the name of an official warning."""
    found = catalogue(language)
    return str(found["event_underpass" if kind is StationKind.UNDERPASS else "event"])


def line(name: str, language: str, /, **values: Any) -> str:
    """One text of the catalogue, filled in; times are shown in Japan time."""
    shown = {key: each.astimezone(JST) if isinstance(each, datetime) else each for key, each in values.items()}
    return str(catalogue(language)[name]).format(**shown)


def hazard_words(language: str) -> str:
    """How a description begins to tell the hazard of a gauge."""
    before, _, _ = str(catalogue(language)["description"]).partition("{hazard}")
    return before.rpartition("\n")[2].strip()


@cache
def catalogue(language: str) -> Mapping[str, Any]:
    """All words in a language; English where there is none."""
    file = files(__package__) / "texts" / f"{language if language in LANGUAGES else 'en'}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def tidy(text: str) -> str:
    """A text without the lines that stayed empty, and without doubled blank ones."""
    lines = [each.rstrip() for each in text.strip().splitlines()]
    kept = [each for number, each in enumerate(lines) if each or (number and lines[number - 1])]
    return "\n".join(kept)


def _danger(registry: Registry, station: Station, seen: Seen, language: str) -> Texts:
    name = named(station.name, language)
    headline = line(
        "headline",
        language,
        station=name,
        kind=_kind(station, language),
        label=label(registry, station.kind, seen.hazard, language),
    )
    description = line(
        "description",
        language,
        place=_place(station, language),
        observed_at=seen.observed_at,
        stage_m="–" if seen.stage_m is None else shown_m(seen.stage_m),
        hazard=seen.hazard,
        meaning=meaning(station.kind, seen.hazard, language),
        since="" if seen.since is None else line("since", language, since=seen.since),
        trend=_trend(seen.rise_m_per_h, language),
    )
    return Texts(_cut(headline), _without_blank(description), advice(station.kind, seen.hazard, language))


def _over(station: Station, seen: Seen | None, language: str) -> Texts:
    place, stage = _place(station, language), ""
    if seen is not None and seen.stage_m is not None:
        stage = line("clear_stage", language, observed_at=seen.observed_at, stage_m=shown_m(seen.stage_m))
    # Without a gauge that saw it nothing is claimed about the water: it may stand as high as before.
    description = line("clear_by_hand" if seen is None else "clear_description", language, place=place, stage=stage)
    headline = line("clear_headline", language, station=named(station.name, language))
    return Texts(_cut(headline), _without_blank(description), line("clear_instruction", language))


def _by_hand(places: str, given: Mapping[str, str], language: str) -> Texts:
    def part(name: str) -> str:
        return given.get(name, "").strip() or line(f"by_hand_{name}", language, places=places)

    return Texts(_cut(part("headline")), part("description"), part("instruction"))


def _taken_back(old: str, sent_at: datetime, why: str, language: str) -> Texts:
    return Texts(
        _cut(line("cancel_headline", language, old=old)),
        line("cancel_description", language, old=old, sent_at=sent_at, why=why),
        line("cancel_instruction", language),
    )


def _put_right(old: Texts, new: Texts, sent_at: datetime, why: str, language: str) -> Texts:
    told = line(
        "correction_description",
        language,
        old=old.headline,
        sent_at=sent_at,
        why=why,
        description=new.description,
    )
    return Texts(_cut(line("correction_headline", language, new=new.headline)), told, new.instruction)


def _place(station: Station, language: str) -> str:
    name, kind = named(station.name, language), _kind(station, language)
    if not station.area:
        return line("place_without_area", language, station=name, kind=kind)
    return line("place", language, station=name, area=named(station.area, language), kind=kind)


def _kind(station: Station, language: str) -> str:
    return str(catalogue(language)["kinds"][station.kind])


def _trend(rise_m_per_h: float | None, language: str) -> str:
    if rise_m_per_h is None:
        return ""
    if abs(rise_m_per_h) < STEADY_M_PER_H:
        return line("steady", language)
    return line("rising" if rise_m_per_h > 0 else "falling", language, rate_m_per_h=f"{abs(rise_m_per_h):.2f}")


def _without_blank(text: str) -> str:
    return "\n".join(each for each in text.splitlines() if each.strip())


def _cut(headline: str) -> str:
    return headline if len(headline) <= LONGEST_HEADLINE else headline[: LONGEST_HEADLINE - 1] + "…"
