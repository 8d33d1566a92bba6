"""Taking alerts on: one, or all of a station at once. The answer says what was acknowledged, up to which level, and
what was not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from alerts.chronology.words import rule_name
from alerts.incidents.acts import Became, Taken
from alerts.records import OF_HAZARD, Incident
from dashboard.accounts.actor import Role
from dashboard.api.actor import Operator, need_at
from dashboard.api.incident_words import Asked, IncidentSaid
from dashboard.api.incidents import LARGEST, NOT_NOW, Here, Number
from dashboard.api.problems import language_of
from dashboard.api.services import Services
from dashboard.i18n import text
from ingest.stations import Identifier, Registry, named

router = APIRouter(tags=["incidents"])

MOST_AT_ONCE = 200


class Acknowledging(Asked):
    """Taking an incident on."""

    level: int | None = Field(
        default=None, ge=1, le=5, description="the level that was seen; left out: the present one"
    )


class Seen(Asked):
    """An alert as it was seen."""

    incident: int = Field(ge=1, le=LARGEST)
    level: int = Field(ge=1, le=5, description="the level that was seen: a higher one is not acknowledged by it")


class AcknowledgingSeen(Asked):
    """Taking on what was seen of a station, and nothing that nobody saw."""

    seen: tuple[Seen, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)


class Acknowledged(IncidentSaid):
    """The incident as it stands now, and what came of acknowledging it."""

    became: Became = Field(
        description="acknowledged; known: it was before; risen: it has risen above what was seen and still waits; "
        "ended: it had ended already"
    )
    said: str = Field(description="the same as a sentence in the language of whoever asks")


class AcknowledgedSaid(BaseModel):
    """Every alert that was named, in that order, and what came of it as sentences."""

    incidents: list[Acknowledged]
    said: str


@router.post("/incidents/{incident_id}/acknowledgement", responses=NOT_NOW)
def acknowledge(
    request: Request, incident_id: Number, actor: Here, services: Services, asked: Acknowledging | None = None
) -> Acknowledged:
    """Take an incident on, at its present level or at the one that was seen; a rise above asks anew."""
    found = services.desk.acknowledge(incident_id, actor.name, asked.level if asked else None)
    ours = Became.ACKNOWLEDGED if found.acknowledged_by == actor.name else Became.KNOWN
    return _one(Taken(found, Became.RISEN if found.waits else ours), services.city(), language_of(request))


@router.post("/stations/{station_id}/acknowledgement", responses=NOT_NOW)
def acknowledge_seen(
    request: Request,
    station_id: Annotated[Identifier, Path()],
    actor: Operator,
    services: Services,
    asked: AcknowledgingSeen,
) -> AcknowledgedSaid:
    """Take on several alerts of a station, each up to the level that was seen. All of it is done or nothing; an alert
    that has ended meanwhile hinders nothing."""
    registry, language = services.city(), language_of(request)
    need_at(actor, Role.OPERATOR, station_id, registry)
    levels = {each.incident: each.level for each in asked.seen}
    taken = services.desk.acknowledge_seen(station_id, actor.name, levels)
    return AcknowledgedSaid(
        incidents=[_one(each, registry, language) for each in taken], said=said(taken, registry, language)
    )


def _one(taken: Taken, registry: Registry, language: str) -> Acknowledged:
    plain = IncidentSaid.model_validate(taken.incident).model_dump()
    return Acknowledged(**plain, became=taken.became, said=said([taken], registry, language))


def said(taken: Sequence[Taken], registry: Registry, language: str) -> str:
    """What was acknowledged at which level and what was not, in sentences."""
    station = registry.stations.get(taken[0].incident.station_id)
    place = named(station.name, language) if station else taken[0].incident.station_id
    sentences = [
        text(language, f"acknowledged.{became}", what=_listed(found, became, language))
        for became in Became
        if (found := [each.incident for each in taken if each.became is became])
    ]
    whole = text(language, "acknowledged.between").join(sentences)
    return text(language, "acknowledged.at", place=place, said=whole) if place else whole


def _listed(found: Iterable[Incident], became: Became, language: str) -> str:
    return text(language, "acknowledged.and").join(_named(each, became, language) for each in found)


def _named(incident: Incident, became: Became, language: str) -> str:
    rule = rule_name(incident.rule, language)
    if became is Became.ENDED:
        return rule
    up_to = _level(incident, incident.acknowledged_level, language)
    now = _level(incident, incident.level, language)
    if became is not Became.RISEN:
        return text(language, "acknowledged.one", rule=rule, level=up_to)
    key = "acknowledged.one_risen" if incident.acknowledged_level else "acknowledged.one_new"
    return text(language, key, rule=rule, level=up_to, now=now)


def _level(incident: Incident, level: int, language: str) -> str:
    return text(language, "hazard.word" if incident.rule in OF_HAZARD else "alerts_page.matter", n=level)
