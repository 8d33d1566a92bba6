"""What is sent to and answered by the routes of public messages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from alerts.cap.flood import Issued, Place
from alerts.public.protocol import Look, Preview, Reach
from alerts.public.records import Given, Out, PublicMessage, Refused, State, Step, Where
from dashboard.public_words import fault, reach, reach_whole, refusal
from ingest.stations import named

PARTS = ("headline", "description", "instruction")
LANGUAGES = ("ja", "en")
MOST_STATIONS = 50
Headline = Annotated[str, Field(max_length=160)]
Text = Annotated[str, Field(max_length=2000)]
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Changing(BaseModel):
    """What a person writes; what is left out stays as it was, or is a general sentence in a new message."""

    model_config = ConfigDict(extra="forbid")

    headline_ja: Headline = ""
    description_ja: Text = ""
    instruction_ja: Text = ""
    headline_en: Headline = ""
    description_en: Text = ""
    instruction_en: Text = ""
    gravity: Annotated[int, Field(ge=1, le=5)] | None = None
    issued_id: int | None = Field(default=None, ge=0, description="number of an issued level in force; 0 takes it out")

    def given(self, issued: Issued | None) -> Given:
        """For the desk; ``issued`` is the level of ``issued_id``."""
        texts = {
            language: {part: said for part in PARTS if (said := getattr(self, f"{part}_{language}").strip())}
            for language in LANGUAGES
        }
        return Given(
            texts={language: parts for language, parts in texts.items() if parts},
            gravity=self.gravity,
            issued=issued,
            no_issued=self.issued_id == 0,
        )


class Reasoned(BaseModel):
    """What was wrong and why: receivers read it."""

    why_ja: Text = Field(min_length=1)
    why_en: Text = ""

    @property
    def why(self) -> dict[str, str]:
        """By language."""
        return {"ja": self.why_ja} | ({"en": self.why_en} if self.why_en.strip() else {})


class Drafting(Changing):
    """A new message: about stations, or about a place that has none, given as a circle."""

    stations: list[Annotated[str, Field(max_length=64)]] = Field(default=[], max_length=MOST_STATIONS)
    place_ja: Annotated[str, Field(max_length=100)] = ""
    place_en: Annotated[str, Field(max_length=100)] = ""
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    radius_km: float = Field(default=0.5, gt=0, le=50)

    def where(self) -> tuple[Where, ...]:
        """The place without a station; none where any of it is missing."""
        name = self.place_ja.strip()
        if not name or self.lat is None or self.lon is None:
            return ()
        names = {"ja": name} | ({"en": self.place_en.strip()} if self.place_en.strip() else {})
        return (Where(names, Place(circles=((self.lat, self.lon, self.radius_km),))),)


class Previewing(Drafting):
    """What is being written: ``id`` of the draft that is changed, or of the message that is followed as ``step``."""

    id: Number | None = None
    step: Step = Step.FIRST
    why_ja: Text = ""
    why_en: Text = ""

    @property
    def why(self) -> dict[str, str]:
        """By language."""
        return {"ja": self.why_ja} | ({"en": self.why_en} if self.why_en.strip() else {})


class Deciding(BaseModel):
    """``seen`` is the mark of the text that was read: refused where it says something else by now. ``despite`` is why
    the all-clear is given although a gauge says otherwise."""

    model_config = ConfigDict(extra="forbid")

    seen: str = Field(min_length=1, max_length=64)
    despite: Text = ""


class Withdrawing(BaseModel):
    """Why a draft is not wanted."""

    model_config = ConfigDict(extra="forbid")

    why: Text = ""


class Cancelling(Reasoned):
    """That all of it was wrong."""

    model_config = ConfigDict(extra="forbid")


class Correcting(Reasoned, Changing):
    """What was wrong, and what is right."""


class DecisionSaid(BaseModel):
    """Who decided what."""

    at: datetime
    actor: str
    action: str
    detail: str


class IssuedSaid(BaseModel):
    """The alert level that the authority issued, as it stands in a message."""

    level: int
    by: str
    at: datetime


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
    issued = content.issued
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
        issued_alert_level=None if issued is None else IssuedSaid(level=issued.level, by=issued.by, at=issued.at),
        approved_by=[each.actor for each in message.approvals],
        texts={each: {part: getattr(content.texts[each], part) for part in PARTS} for each in content.texts},
        mark=message.content_mark,
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
