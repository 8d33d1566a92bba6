"""How a message to the public is named and told of on the staff's pages. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.cap.flood import IssuedFor
from alerts.issued import IssuedLevel, place_names
from alerts.public.announced import names
from alerts.public.lifecycle import BY_RULE
from alerts.public.records import AUTOMATIC, Action, PublicMessage
from dashboard.i18n import text
from dashboard.staff import words
from ingest.stations import Registry, named

PARTS = ("headline", "description", "instruction")


def place(message: PublicMessage, language: str) -> str:
    """Where it is about."""
    return "、".join(named(each.names, language) for each in message.content.where)


def headline(message: PublicMessage, language: str) -> str:
    """What it says first, in the language of the screen."""
    texts = message.content.texts
    return texts[language if language in texts else "ja"].headline


def body(message: PublicMessage, language: str) -> str:
    """What it says below its headline, in the language of the screen."""
    said = message.content.texts[language if language in message.content.texts else "ja"]
    return f"{said.description}\n{said.instruction}"


def author(message: PublicMessage, language: str) -> str:
    """Who drafted it."""
    return text(language, "desk.drafted_by", name=actor(message.author, language))


def actor(name: str, language: str) -> str:
    """A person's name, or the words for what decides by itself."""
    if name == AUTOMATIC:
        return text(language, "desk.a_rule")
    return text(language, "desk.by_rule", rule=name.removeprefix(BY_RULE)) if name.startswith(BY_RULE) else name


def decided(message: PublicMessage, language: str) -> str:
    """Who let it out: the rule, else who approved and who published."""
    if message.rule_id:
        return text(language, "desk.decided_by", names=text(language, "desk.by_rule", rule=message.rule_id))
    actors = [each.actor for each in message.approvals]
    actors += [each.actor for each in message.decisions if each.action is Action.PUBLISHED]
    return text(language, "desk.decided_by", names="、".join(dict.fromkeys(actors)))


def issued(message: PublicMessage, levels: Levels, now: datetime, language: str) -> str:
    """The issued level that it names, for where, with who issued it and when; nothing where it names none."""
    found = message.content.issued
    if found is None:
        return ""
    where = text(language, "desk.issued.no_place") if found.where is None else levels.names(found.where, language)
    return text(
        language, "desk.names_issued", place=where, n=found.level, by=found.by, at=words.near_time(found.at, now)
    )


def gone(message: PublicMessage, levels: Levels, language: str) -> list[str]:
    """That the issued level which it names stands no more."""
    said = message.content.issued
    if said is None or message.ends_chain or any(names(message, each) for each in levels.in_force):
        return []
    return [text(language, "desk.check.issued_gone", n=said.level)]


def times(message: PublicMessage, now: datetime, language: str) -> str:
    """When it went out and when it ends."""
    if message.sent_at is None:
        return ""
    return words.joined(
        text(language, "desk.sent", at=words.near_time(message.sent_at, now)), end(message, now, language)
    )


def end(message: PublicMessage, now: datetime, language: str) -> str:
    """When it expires, loudly where that is over: a danger never ends in silence."""
    if message.expires_at is None or message.ends_chain:
        return ""
    word = "lapsed" if message.expires_at <= now else "expires"
    return text(language, f"desk.{word}", at=words.near_time(message.expires_at, now))


@dataclass(frozen=True, slots=True)
class Levels:
    """The issued alert levels that stand, with the registry that names their places."""

    in_force: Sequence[IssuedLevel]
    registry: Registry

    def place(self, entry: IssuedLevel, language: str) -> str:
        """Where it was issued for."""
        return self.names(IssuedFor(entry.announced.area, entry.announced.station_id), language)

    def names(self, where: IssuedFor, language: str) -> str:
        """The same of what a message names."""
        if not where.area and not where.station_id:
            return text(language, "desk.issued.city")
        return named(place_names(where.area, where.station_id, self.registry), language)

    def of(self, message: PublicMessage) -> list[IssuedLevel]:
        """Those that concern a place of a message; all where it has no station."""
        stations = [self.registry.stations.get(each) for each in message.content.station_ids]
        known_ = [each for each in stations if each is not None]
        return [each for each in self.in_force if not known_ or any(each.concerns(station) for station in known_)]


def areas(registry: Registry) -> Mapping[str, Mapping[str, str]]:
    """The areas of the registry by their Japanese name."""
    return registry.areas
