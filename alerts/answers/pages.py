"""The page behind a link: pure, from what is known to HTML. It works without scripts and asks for nothing else."""

from __future__ import annotations

import tomllib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from alerts.answers.given import LONGEST_NOTE, Answer, Reply
from alerts.chronology.words import jst, rule_name
from alerts.messages.catalogue import one_line
from alerts.records import STAGE, Incident
from ingest.labels import label
from ingest.stations import Registry, named

LANGUAGES = ("ja", "en")
Both = Mapping[str, str]
"""The same in Japanese and in English."""


@dataclass(frozen=True, slots=True)
class Matter:
    """An incident as a crew sees it. ``level`` is the hazard; 0 where its rule is not that of the stage. ``seen_level``
    is that of the incident, whatever its rule: an answer is about no higher one."""

    place: Both
    state: Both
    level: int
    seen_level: int
    doubts: tuple[str, ...]
    opened_at: str


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer that was given."""

    at: str
    reply: str
    note: str


@dataclass(frozen=True, slots=True)
class Link:
    """One of several incidents; ``href`` is relative to the page, so that a proxy can put anything before it."""

    href: str
    matter: Matter


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows: an apology, or one incident, or a list of them."""

    now: str
    drill: bool = False
    demonstration: bool = False
    apology: str = ""
    closed_at: str = ""
    matter: Matter | None = None
    given: tuple[Sent, ...] = ()
    received: bool = False
    links: tuple[Link, ...] = ()
    replies: tuple[str, ...] = tuple(Reply)
    longest_note: int = LONGEST_NOTE

    @property
    def title(self) -> str:
        """The line of the words that heads the page."""
        return self.apology or "title"


def page(view: View) -> str:
    """The page as HTML."""
    return _template().render(view=view, say=say, style=Markup(style()))


def policy() -> str:
    """What a browser may do with it: show it and post its form."""
    digest = b64encode(sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def matter_of(incident: Incident, registry: Registry) -> Matter:
    """What a crew may know of an incident: place, level, and since when."""
    station = registry.stations.get(incident.station_id)
    doubts = [name for name in ("unconfirmed", "unverified") if getattr(incident, name)]
    return Matter(
        place={each: one_line(named(station.name, each)) if station else incident.station_id for each in LANGUAGES},
        state={each: _state(incident, registry, each) for each in LANGUAGES},
        level=incident.level if incident.rule == STAGE else 0,
        seen_level=incident.level,
        doubts=tuple(doubts),
        opened_at=jst(incident.opened_at),
    )


def sent(answers: Sequence[Answer]) -> tuple[Sent, ...]:
    """Answers as they are shown, the newest first."""
    return tuple(Sent(jst(each.at), str(each.reply), each.note) for each in reversed(answers))


def view_at(now: datetime, registry: Registry, *, drill: bool) -> View:
    """What every page shows."""
    return View(jst(now), drill=drill, demonstration=registry.city.demonstration)


def say(key: str, **values: str) -> Both:
    """A line of the words in both languages."""
    return {language: text.format(**values) for language, text in _words()[key].items()}


def _state(incident: Incident, registry: Registry, language: str) -> str:
    if incident.rule != STAGE:
        return rule_name(incident.rule, language)
    hazard = say("hazard", level=str(incident.level))[language]
    station = registry.stations.get(incident.station_id)
    if station is None:
        return hazard
    return f"{hazard} {one_line(label(registry, station.kind, incident.level, language))}"


@cache
def style() -> str:
    """The style sheet, which stands in the page."""
    return _read("page.css").strip()


@cache
def _words() -> Mapping[str, Both]:
    return tomllib.loads(_read("words.toml"))


@cache
def _template() -> Template:
    environment = Environment(
        loader=FunctionLoader(_read), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html")


def _read(name: str) -> str:
    return files("alerts.answers").joinpath(name).read_text(encoding="utf-8")
