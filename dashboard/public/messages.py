"""What residents are told of messages: of those that were published and of nothing else. Pure.

A message that expired is not over. Its chain is told as lapsed until a person ends it, however long that takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.cap.flood import Issued
from alerts.issued import IssuedLevel, place_names
from alerts.public.feeds import KEPT, Published
from alerts.public.records import PublicMessage, State, Step
from alerts.public.rendering import Issuer, mark, notes
from alerts.public.scope import Scope, area_of, scope_of
from alerts.public.settings import PublicMessages
from alerts.public.words import LANGUAGES, line
from ingest.stations import Registry, Station, named

FRESH = timedelta(hours=24)
"""How long the end of a danger is told beside the dangers that go on."""
SPOKEN = {"ja": ("ja",), "easy": ("ja",), "en": ("en",)}
"""In which languages of messages each language of the site tells them, where it has one of its own."""


class Course(StrEnum):
    """Where a chain of messages is."""

    ACTIVE = "active"
    LAPSED = "lapsed"
    OVER = "over"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Said:
    """A message in one language, as it was sent. ``notes`` are the lines that stand below every message, without that
    of the issued level."""

    headline: str
    description: str
    instruction: str
    notes: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Told:
    """One published message. ``said`` is by language; ``wrong`` the headline by language of the message that it
    corrects, None where it corrects none; ``issued_for`` names the place of the issued level where one was said."""

    identifier: str
    step: Step
    gravity: int
    sent_at: datetime
    expires_at: datetime
    said: Mapping[str, Said]
    issued: Issued | None = None
    issued_for: Mapping[str, str] | None = None
    wrong: Mapping[str, str] | None = None
    drill: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """A message and what followed it, oldest first (never empty), and whom it concerns."""

    id: int
    steps: tuple[Told, ...]
    scope: Scope

    @property
    def newest(self) -> Told:
        """What holds now."""
        return self.steps[-1]

    @property
    def since(self) -> datetime:
        """When the public was told first."""
        return self.steps[0].sent_at

    def course(self, at: datetime) -> Course:
        """Where it is at a moment."""
        if self.newest.step is Step.ALL_CLEAR:
            return Course.OVER
        if self.newest.step is Step.CANCEL:
            return Course.CANCELLED
        return Course.ACTIVE if at < self.newest.expires_at else Course.LAPSED


@dataclass(frozen=True, slots=True)
class Notice:
    """A chain in one line, for pages that lead to it. ``headline`` is by language, and so is ``place``, empty where the
    headline says it; ``at`` is when that went out."""

    chain_id: int
    course: Course
    gravity: int
    headline: Mapping[str, str]
    at: datetime
    place: Mapping[str, str]


@dataclass(slots=True)
class _Noticed:
    """The notices of one moment, and those of each station that was asked for: a city asks for a thousand of them."""

    at: datetime
    told: Sequence[tuple[Scope, Notice]]
    by_station: dict[str, tuple[Notice, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Messages:
    """All that was published and still matters. ``published`` are the documents of the last 30 days, ``last`` is when
    one was published for the last time, however long ago, ``settings`` say who speaks."""

    chains: tuple[Chain, ...] = ()
    published: Published = ()
    settings: PublicMessages = field(default_factory=PublicMessages)
    last: datetime | None = None
    _noticed: list[_Noticed] = field(default_factory=list, init=False, repr=False, compare=False)

    def active(self, at: datetime) -> tuple[Chain, ...]:
        """What is in force, the gravest first, of equals the newest."""
        return self._in(Course.ACTIVE, at)

    def lapsed(self, at: datetime) -> tuple[Chain, ...]:
        """What ran out without a word that it is over."""
        return self._in(Course.LAPSED, at)

    def ended(self, at: datetime, within: timedelta = KEPT) -> tuple[Chain, ...]:
        """What was ended or cancelled lately, the newest first."""
        over = [each for each in self.chains if each.course(at) in (Course.OVER, Course.CANCELLED)]
        return tuple(sorted((each for each in over if at - each.newest.sent_at < within), key=_newest_first))

    def corrections(self, at: datetime) -> tuple[tuple[Chain, Told], ...]:
        """What was put right in 30 days, the newest first, with its chain."""
        found = [(chain, step) for chain in self.chains for step in chain.steps if step.step is Step.CORRECTION]
        lately = [each for each in found if at - each[1].sent_at < KEPT]
        return tuple(sorted(lately, key=lambda each: each[1].sent_at, reverse=True))

    def in_city(self, at: datetime) -> tuple[Notice, ...]:
        """What the overview leads to: dangers, then what ended within FRESH."""
        return tuple(notice for _, notice in self._notices(at).told)

    def in_area(self, area: str, at: datetime) -> tuple[Notice, ...]:
        """The same for an area by its Japanese name; empty: for the stations that have none."""
        return tuple(notice for scope, notice in self._notices(at).told if scope.has_area(area))

    def at_station(self, station: Station, at: datetime) -> tuple[Notice, ...]:
        """The same for a station."""
        now = self._notices(at)
        if station.id not in now.by_station:
            now.by_station[station.id] = tuple(notice for scope, notice in now.told if scope.has_station(station))
        return now.by_station[station.id]

    def _in(self, course: Course, at: datetime) -> tuple[Chain, ...]:
        return tuple(sorted((each for each in self.chains if each.course(at) is course), key=_gravest_first))

    def _notices(self, at: datetime) -> _Noticed:
        if not self._noticed or self._noticed[0].at != at:
            found = (*self.active(at), *self.lapsed(at), *self.ended(at, FRESH))
            self._noticed[:] = [_Noticed(at, [(each.scope, _notice(each, at)) for each in found])]
        return self._noticed[0]


def messages_of(
    out: Iterable[PublicMessage], published: Published, registry: Registry, settings: PublicMessages
) -> Messages:
    """What is told of whole chains, oldest message first. What is no published message is left out, whoever gave it."""
    chains: dict[int, list[PublicMessage]] = {}
    for each in out:
        if each.state is State.PUBLISHED:
            chains.setdefault(each.chain_id, []).append(each)
    issuer = Issuer(registry, settings)
    return Messages(tuple(_chain(each, issuer) for each in chains.values()), tuple(published), settings)


def spoken(language: str) -> tuple[str, ...]:
    """In which languages a language of the site tells a message: there are none but Japanese and English."""
    return SPOKEN.get(language, ("en", "ja"))


def issued_at(issued: Sequence[IssuedLevel], station: Station) -> list[IssuedLevel]:
    """The issued levels that are for where a station is."""
    return [each for each in issued if each.concerns(station)]


def issued_in(issued: Sequence[IssuedLevel], area: str, registry: Registry) -> list[IssuedLevel]:
    """The issued levels that are for an area (by its Japanese name, empty: stations without one) or a station in it."""
    return [each for each in issued if _is_for_area(each, area, registry)]


def _is_for_area(entry: IssuedLevel, area: str, registry: Registry) -> bool:
    announced = entry.announced
    if announced.station_id:
        station = registry.stations.get(announced.station_id)
        return station is not None and area_of(station) == area
    return announced.area in ("", area)


def _chain(chain: Sequence[PublicMessage], issuer: Issuer) -> Chain:
    by_id = {each.id: each for each in chain}
    steps = tuple(_told(each, by_id.get(each.corrects or 0), issuer) for each in chain)
    return Chain(chain[0].chain_id, steps, scope_of(chain, issuer.registry))


def _told(message: PublicMessage, wrong: PublicMessage | None, issuer: Issuer) -> Told:
    assert message.sent_at is not None
    assert message.expires_at is not None
    content = message.content
    where = content.issued.where if content.issued is not None else None
    return Told(
        identifier=message.identifier,
        step=message.step,
        gravity=content.gravity,
        sent_at=message.sent_at,
        expires_at=message.expires_at,
        said={each: _said(message, issuer, each) for each in LANGUAGES},
        issued=content.issued,
        issued_for=place_names(where.area, where.station_id, issuer.registry) if where is not None else None,
        wrong={each: _headline(wrong, issuer, each) for each in LANGUAGES} if wrong is not None else None,
        drill=message.drill,
    )


def _said(message: PublicMessage, issuer: Issuer, language: str) -> Said:
    texts = message.content.texts[language]
    return Said(
        headline=_headline(message, issuer, language),
        description=texts.description.strip(),
        instruction=texts.instruction.strip(),
        notes=tuple(notes(message, issuer, language, issued=False)),
        place=line("separator", language).join(named(each.names, language) for each in message.content.where),
    )


def _headline(message: PublicMessage, issuer: Issuer, language: str) -> str:
    return f"{mark(message, issuer, language)}{message.content.texts[language].headline}"


def _notice(chain: Chain, at: datetime) -> Notice:
    newest = chain.newest
    headline = {language: said.headline for language, said in newest.said.items()}
    place = {language: "" if said.place in said.headline else said.place for language, said in newest.said.items()}
    return Notice(chain.id, chain.course(at), newest.gravity, headline, newest.sent_at, place)


def _gravest_first(chain: Chain) -> tuple[int, float, int]:
    return (-chain.newest.gravity, -chain.newest.sent_at.timestamp(), -chain.id)


def _newest_first(chain: Chain) -> tuple[float, int]:
    return (-chain.newest.sent_at.timestamp(), -chain.id)
