"""A public message as it goes out: as text to a receiver, and as a CAP message. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alerts.cap.flood import Issued, Notice, Said, message_of
from alerts.cap.message import CapMessage
from alerts.issued import place_names
from alerts.public.records import Action, Content, PublicMessage, Refused, State
from alerts.public.settings import PublicMessages
from alerts.public.words import LANGUAGES, event, hazard_words, line, tidy
from ingest.stations import Registry, named


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who speaks: the city with its settings."""

    registry: Registry
    settings: PublicMessages

    def name(self, language: str) -> str:
        """The sender for people."""
        own = self.settings.sender_name
        return named(own, language) if own.get("ja") else named(self.registry.city.name, language)

    @property
    def sender(self) -> str:
        """The sender in CAP."""
        return self.settings.sender or f"{self.registry.city.id}.mizumori.invalid"


def subject(message: PublicMessage, issuer: Issuer, language: str) -> str:
    """The subject of a mail."""
    return line(
        "subject", language, drill=mark(message, issuer, language), headline=message.content.texts[language].headline
    )


def body(message: PublicMessage, issuer: Issuer, language: str, *, short: bool = False) -> str:
    """The text for a receiver, whole or for a channel with little room."""
    texts = message.content.texts[language]
    values: dict[str, Any] = {
        "drill": mark(message, issuer, language),
        "sender": issuer.name(language),
        "headline": texts.headline,
        "instruction": texts.instruction,
        "link": issuer.settings.link,
    }
    if short:
        return " ".join(line("short", language, **values, description="").split())
    values["description"] = description(message, issuer, language)
    return tidy(line("body", language, **values)) + "\n"


def description(message: PublicMessage, issuer: Issuer, language: str) -> str:
    """What is said, with what everybody must know of it: where it comes from, what is issued, who decided."""
    return "\n".join([message.content.texts[language].description.strip(), "", *notes(message, issuer, language)])


def machine(message: PublicMessage) -> dict[str, Any]:
    """The same for programs (webhooks, signs)."""
    content = message.content
    return {
        "kind": "public",
        "step": str(message.step),
        "identifier": message.identifier,
        "stations": list(content.station_ids),
        "gravity": content.gravity,
        "hazard_of_gauge": content.hazard,
        "issued_alert_level": None if content.issued is None else content.issued.level,
        "headline": {language: texts.headline for language, texts in content.texts.items()},
    }


def cap_of(message: PublicMessage, issuer: Issuer, earlier: Sequence[CapMessage]) -> CapMessage:
    """The CAP message of a message that goes out; ``earlier`` are those of its chain, oldest first."""
    if message.sent_at is None or message.expires_at is None:
        raise Refused(f"message {message.id} has not gone out")
    content = message.content
    return message_of(
        Notice(
            identifier=message.identifier,
            sender=issuer.sender,
            sent=message.sent_at,
            expires=message.expires_at,
            step=message.step,
            incident=f"public-{message.chain_id}",
            gravity=content.gravity,
            said={each: _said(message, issuer, each) for each in LANGUAGES},
            places=[each.place for each in content.where],
            municipal_code=issuer.registry.city.municipal_code,
            hazard=content.hazard,
            issued=content.issued,
            drill=message.drill,
            demonstration=issuer.registry.city.demonstration,
            note=_note(message),
            web=issuer.settings.link,
        ),
        earlier,
    )


def _said(message: PublicMessage, issuer: Issuer, language: str) -> Said:
    texts = message.content.texts[language]
    station = issuer.registry.stations.get(next(iter(message.content.station_ids), ""))
    kind = station.kind if station is not None else None
    return Said(
        event=event(kind, language),
        sender_name=issuer.name(language),
        headline=f"{mark(message, issuer, language)}{texts.headline}",
        description=description(message, issuer, language),
        instruction=texts.instruction,
        places=tuple(named(each.names, language) for each in message.content.where),
    )


def notes(message: PublicMessage, issuer: Issuer, language: str, *, issued: bool = True) -> list[str]:
    """What everybody must know of a message, a line each; ``issued`` says whether the issued level is among them."""
    content, official = message.content, issuer.settings.official
    lines = [line("drill_note", language)] if message.drill else []
    if speaks_of_a_gauge(content, language):
        lines += [line("hazard_note", language), line("provisional", language)]
    if issued and content.issued is not None:
        lines.append(_issued(content.issued, issuer, language))
    lines.append(official.get(language) or line("official", language))
    return [*lines, *_decided(message, issuer, language)]


def _issued(issued: Issued, issuer: Issuer, language: str) -> str:
    """The issued level with its place, where somebody said for which."""
    said = {"level": issued.level, "by": issued.by, "at": issued.at}
    if issued.where is None:
        return line("issued", language, **said)
    place = place_names(issued.where.area, issued.where.station_id, issuer.registry)
    return line("issued_for", language, place=named(place, language), **said)


def speaks_of_a_gauge(content: Content, language: str) -> bool:
    """Whether the text tells a gauge's hazard: also one that a person took over, which stands on no gauge any more."""
    return content.hazard is not None or hazard_words(language) in content.texts[language].description


def _decided(message: PublicMessage, issuer: Issuer, language: str) -> list[str]:
    """Who decided: the rule and who approved it, else who approved, else who sent it."""
    separator = line("separator", language)
    if message.rule_id:
        rule = next((each for each in issuer.settings.standing if each.id == message.rule_id), None)
        names = separator.join(rule.approved_by) if rule is not None else message.decisions[-1].detail
        return [line("decided_rule", language, rule=message.rule_id, names=names)]
    if message.approvals:
        return [line("decided_people", language, names=separator.join(each.actor for each in message.approvals))]
    sent = [each.actor for each in message.decisions if each.action is Action.PUBLISHED]
    return [line("decided_one", language, names=sent[-1])] if sent else []


def _note(message: PublicMessage) -> str:
    drill = [line("drill_note", each) for each in LANGUAGES] if message.drill else []
    return "\n".join([*drill, *([message.content.note] if message.content.note else [])])


def mark(message: PublicMessage, issuer: Issuer, language: str) -> str:
    """What stands before everything that is no real danger."""
    drill = line("drill_mark", language) if message.drill else ""
    return line("demonstration_mark", language) + drill if issuer.registry.city.demonstration else drill


def shown_state(message: PublicMessage) -> str:
    """How far a message is, with the approvals that a draft has."""
    given = len(message.approvals)
    return f"{message.state}, {given} approved" if message.state is State.DRAFT and given else str(message.state)
