"""What the routes of public messages answer."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from alerts.cap.flood import Issued
from alerts.public.protocol import Look, Preview, Reach
from alerts.public.records import Out, PublicMessage, Refused, State, Step
from dashboard.api.public_asked import PARTS
from dashboard.public_words import fault, reach, reach_whole, refusal
from ingest.stations import named


class DecisionSaid(BaseModel):
    """Who decided what."""

    at: datetime
    actor: str
    action: str
    detail: str


class IssuedSaid(BaseModel):
    """The alert level that the authority issued, as it stands in a message: for an area or a station, for the whole
    city where both are empty, and for no known place (it was typed without one) where both are null."""

    level: int
    by: str
    at: datetime
    area: str | None
    station_id: str | None


class MessageSaid(BaseModel):
    """One message. ``mark`` is what ``seen`` must be when somebody decides about it."""

    id: int
    chain: int
    step: Step
    state: State
    drill: bool
    author: str
    created_at: datetime
    sent_at: datetime | None
    expires_at: datetime | None
    stations: list[str]
    places: list[dict[str, str]]
    gravity: int
    hazard_of_gauge: int | None
    issued_alert_level: IssuedSaid | None
    approved_by: list[str]
    texts: dict[str, dict[str, str]]
    mark: str


class Hindrance(BaseModel):
    """Why something cannot be done now."""

    code: str
    detail: str


class MessageWhole(BaseModel):
    """A message with what whoever asks may do with it."""

    message: MessageSaid
    decisions: list[DecisionSaid]
    chain: list[int]
    drafts: list[int]
    needed_approvals: int
    not_approvable: Hindrance | None
    not_publishable: Hindrance | None
    despite_helps: bool


class Messages(BaseModel):
    """Messages, the newest first."""

    messages: list[MessageSaid]


class FormSaid(BaseModel):
    """One language as receivers get it. ``sms_units`` is the length of the short form in UTF-16 units."""

    subject: str
    long: str
    short: str
    sms_units: int
    sms_parts: int
    atom: str


class PreviewSaid(BaseModel):
    """What would go out. ``faults`` say why it cannot yet."""

    forms: dict[str, FormSaid]
    cap: str
    faults: list[str]


class OutSaid(BaseModel):
    """What went out."""

    message: MessageSaid
    told: int = Field(description="to how many addresses")
    taken_back: int = Field(description="how many deliveries of earlier messages were taken back unsent")


class ReachSaid(BaseModel):
    """Whom it would go to."""

    channels: dict[str, int]
    people: list[str]
    taken_back: int
    line: str = Field(description="how many by channel, in words")
    said: str = Field(description="the same with the people and what is taken back, a line each")


def said(message: PublicMessage) -> MessageSaid:
    """A message for programs."""
    content = message.content
    return MessageSaid(
        id=message.id,
        chain=message.chain_id,
        step=message.step,
        state=message.state,
        drill=message.drill,
        author=message.author,
        created_at=message.created_at,
        sent_at=message.sent_at,
        expires_at=message.expires_at,
        stations=list(content.station_ids),
        places=[dict(each.names) for each in content.where],
        gravity=content.gravity,
        hazard_of_gauge=content.hazard,
        issued_alert_level=None if content.issued is None else _issued(content.issued),
        approved_by=[each.actor for each in message.approvals],
        texts={each: {part: getattr(content.texts[each], part) for part in PARTS} for each in content.texts},
        mark=message.content_mark,
    )


def _issued(issued: Issued) -> IssuedSaid:
    where = issued.where
    return IssuedSaid(
        level=issued.level,
        by=issued.by,
        at=issued.at,
        area=None if where is None else where.area,
        station_id=None if where is None else where.station_id,
    )


def whole(look: Look, language: str) -> MessageWhole:
    """A message with what stands against deciding about it."""
    return MessageWhole(
        message=said(look.message),
        decisions=[
            DecisionSaid(at=each.at, actor=each.actor, action=each.action, detail=each.detail)
            for each in look.message.decisions
        ],
        chain=[each.id for each in look.chain],
        drafts=[each.id for each in look.drafts],
        needed_approvals=look.needed,
        not_approvable=_hindrance(look.not_approvable, language),
        not_publishable=_hindrance(look.not_publishable, language),
        despite_helps=look.despite,
    )


def _hindrance(why: Refused | None, language: str) -> Hindrance | None:
    return None if why is None else Hindrance(code=why.name or "refused", detail=refusal(why, language))


def preview_said(preview: Preview, language: str) -> PreviewSaid:
    """What would go out."""
    forms = {
        each: FormSaid(
            subject=form.subject,
            long=form.long,
            short=form.short,
            sms_units=form.sms_units,
            sms_parts=form.sms_parts,
            atom=form.atom,
        )
        for each, form in preview.forms.items()
    }
    return PreviewSaid(forms=forms, cap=preview.cap, faults=[fault(each, language) for each in preview.faults])


def out_said(out: Out) -> OutSaid:
    """What went out."""
    return OutSaid(message=said(out.message), told=out.told, taken_back=out.taken_back)


def reach_said(found: Reach, step: Step, language: str) -> ReachSaid:
    """Whom it would go to."""
    return ReachSaid(
        channels=dict(found.channels),
        people=[named(each, language) for each in found.people],
        taken_back=found.taken_back,
        line=reach(found, language),
        said=reach_whole(found, step, language),
    )
