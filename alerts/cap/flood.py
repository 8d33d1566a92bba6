"""A flood notice of a city as a CAP message: what its hazard means in CAP's three scales, and how it is put together.

Certainty is always Observed: only confirmed values and what people saw are published, never a forecast, which needs a
permit (気象業務法 17条).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alerts.cap.area_checks import MUNICIPALITY
from alerts.cap.message import Area, CapMessage, Circle, Info, Named, references_for
from alerts.cap.vocabulary import Category, Certainty, MsgType, ResponseType, Severity, Status, Urgency
from ingest.clock import JST

HAZARD = "mizumori:hazardOfGauge"
ISSUED_LEVEL = "mizumori:issuedAlertLevel"
ISSUED_BY = "mizumori:issuedAlertLevelBy"
ISSUED_AT = "mizumori:issuedAlertLevelAt"
TAGS = {"ja": "ja-JP", "en": "en-US"}


@dataclass(frozen=True, slots=True)
class Scale:
    """One row of the mapping."""

    urgency: Urgency
    severity: Severity
    responses: tuple[ResponseType, ...]


SCALES: Mapping[int, Scale] = {
    5: Scale(Urgency.IMMEDIATE, Severity.EXTREME, (ResponseType.AVOID, ResponseType.SHELTER)),
    4: Scale(Urgency.IMMEDIATE, Severity.SEVERE, (ResponseType.AVOID,)),
    3: Scale(Urgency.EXPECTED, Severity.SEVERE, (ResponseType.PREPARE, ResponseType.AVOID)),
    2: Scale(Urgency.FUTURE, Severity.MODERATE, (ResponseType.MONITOR,)),
    1: Scale(Urgency.FUTURE, Severity.MINOR, (ResponseType.MONITOR,)),
}
"""5: the water is over the crown or stalls cars: life is at risk now, and the way out may be cut. 4: significant
threat, act at once. 3: who needs time should be ready within the hour. 2 and 1: possible, then minimal, and later."""
OVER = Scale(Urgency.PAST, Severity.MINOR, (ResponseType.ALL_CLEAR,))
WRONG = Scale(Urgency.PAST, Severity.UNKNOWN, (ResponseType.NONE,))


class Step(StrEnum):
    """What a notice does in its chain. A correction says something else in place of what was wrong."""

    FIRST = "first"
    UPDATE = "update"
    CORRECTION = "correction"
    ALL_CLEAR = "all_clear"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class IssuedFor:
    """Where a level was issued: an area by its Japanese name, or a station; both empty: the whole city."""

    area: str = ""
    station_id: str = ""


@dataclass(frozen=True, slots=True)
class Issued:
    """An alert level that the authority has issued, as a person entered it. ``where`` is None where nobody said."""

    level: int
    by: str
    at: datetime
    where: IssuedFor | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """The texts of a notice in one language."""

    event: str
    sender_name: str
    headline: str
    description: str
    instruction: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a notice holds: its outlines, without its name, which ``Said.places`` has."""

    polygons: tuple[tuple[tuple[float, float], ...], ...] = ()
    circles: tuple[tuple[float, float, float], ...] = ()
    """(latitude, longitude, radius in km)"""


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything that a CAP message is made of.

    ``gravity`` (1 to 5) is how grave it is; ``hazard`` that of a gauge, None where people wrote it without one.
    ``said`` is by language (ja, en).
    """

    identifier: str
    sender: str
    sent: datetime
    expires: datetime
    step: Step
    incident: str
    gravity: int
    said: Mapping[str, Said]
    places: Sequence[Place]
    municipal_code: str
    hazard: int | None = None
    issued: Issued | None = None
    drill: bool = False
    demonstration: bool = False
    note: str = ""
    web: str = ""


def message_of(notice: Notice, earlier: Sequence[CapMessage]) -> CapMessage:
    """The CAP message of a notice; ``earlier`` are those of its chain, oldest first."""
    sent = whole_second(notice.sent)
    first = notice.step is Step.FIRST
    return CapMessage(
        identifier=notice.identifier,
        sender=notice.sender,
        sent=sent,
        status=_status(notice),
        msg_type=MSG_TYPES[notice.step],
        note=notice.note,
        references=() if first else references_for(tuple(earlier), sent),
        incidents=notice.incident,
        infos=tuple(_info(notice, language, said, sent) for language, said in notice.said.items()),
    )


def _status(notice: Notice) -> Status:
    if notice.demonstration:
        return Status.TEST
    return Status.EXERCISE if notice.drill else Status.ACTUAL


MSG_TYPES = {
    Step.FIRST: MsgType.ALERT,
    Step.UPDATE: MsgType.UPDATE,
    Step.CORRECTION: MsgType.UPDATE,
    Step.ALL_CLEAR: MsgType.UPDATE,
    Step.CANCEL: MsgType.CANCEL,
}


def whole_second(at: datetime) -> datetime:
    """A time as CAP wants it: Japan's, without fractions."""
    return at.astimezone(JST).replace(microsecond=0)


def _info(notice: Notice, language: str, said: Said, sent: datetime) -> Info:
    scale = _scale(notice)
    return Info(
        language=TAGS[language],
        categories=(Category.MET,),
        event=said.event,
        response_types=_responses(notice, scale),
        urgency=scale.urgency,
        severity=scale.severity,
        certainty=Certainty.UNLIKELY if notice.step is Step.CANCEL else Certainty.OBSERVED,
        effective=sent,
        expires=whole_second(notice.expires),
        sender_name=said.sender_name,
        headline=said.headline,
        description=said.description,
        instruction=said.instruction,
        web=notice.web,
        parameters=_parameters(notice),
        areas=tuple(_area(notice, *each) for each in zip(said.places, notice.places, strict=True)),
    )


def _scale(notice: Notice) -> Scale:
    if notice.step is Step.ALL_CLEAR:
        return OVER
    return WRONG if notice.step is Step.CANCEL else SCALES[notice.gravity]


def _responses(notice: Notice, scale: Scale) -> tuple[ResponseType, ...]:
    """Evacuate only where the authority has said so: a gauge does not send people away."""
    ordered = notice.issued is not None and notice.issued.level >= 3
    going_on = notice.step not in (Step.ALL_CLEAR, Step.CANCEL)
    return (ResponseType.EVACUATE, *scale.responses) if ordered and going_on else scale.responses


def _parameters(notice: Notice) -> tuple[Named, ...]:
    """The hazard of the gauge and the issued level, each under its own name."""
    hazard = () if notice.hazard is None else ((HAZARD, str(notice.hazard)),)
    if notice.issued is None:
        return hazard
    issued = notice.issued
    at = whole_second(issued.at).isoformat()
    return (*hazard, (ISSUED_LEVEL, str(issued.level)), (ISSUED_BY, issued.by), (ISSUED_AT, at))


def _area(notice: Notice, name: str, place: Place) -> Area:
    return Area(
        name,
        place.polygons,
        tuple(Circle((lat, lon), radius_km) for lat, lon, radius_km in place.circles),
        ((MUNICIPALITY, notice.municipal_code),) if notice.municipal_code else (),
    )
