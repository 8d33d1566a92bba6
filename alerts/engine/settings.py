"""Everything of the alerts that can be set."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from alerts.answers.settings import AnswerSettings
from alerts.channels.table import CHANNELS, ChannelSettings
from alerts.deliveries.deadman import DeadmanSettings
from alerts.deliveries.limits import OutboxSettings
from alerts.incidents.settings import ESCALATION, Escalation, IncidentSettings
from alerts.pictures.settings import PictureMessages
from alerts.public.settings import PublicMessages
from alerts.rules.settings.rules import RulesSettings


class AlertSettings(BaseModel):
    """The rules' numbers, and how people are told."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    rules: RulesSettings = Field(default=RulesSettings(), description="the numbers of the rules")
    backfill_after_s: float = Field(
        default=3600.0,
        ge=0,
        le=7 * 86400,
        description="a reading this old on arrival is history: told only if it stays",
    )
    tick_s: float = Field(default=10.0, gt=0, le=600, description="seconds between two looks at what is silent")
    digest_s: float = Field(
        default=60.0, ge=0, le=3600, description="seconds between two messages to one recipient that can wait"
    )
    escalation: Escalation = Field(
        default=ESCALATION, description="who is told when nobody acknowledges: [[alerts.escalation]]"
    )
    incidents: IncidentSettings = Field(
        default=IncidentSettings(), description="how long anything may be muted, and what is kept as evidence"
    )
    pictures: PictureMessages = Field(default=PictureMessages(), description="the pictures that go along with messages")
    public: PublicMessages = Field(default=PublicMessages(), description="who must agree before the public is told")
    answers: AnswerSettings = Field(default=AnswerSettings(), description="where crews answer by the links they get")
    outbox: dict[str, OutboxSettings] = Field(
        default={}, description="how fast, and how much, each channel takes: [alerts.outbox.email] and so on"
    )
    deadman: DeadmanSettings = Field(
        default=DeadmanSettings(), description="the watchdog outside, called while all is well"
    )
    channels: ChannelSettings = Field(default=ChannelSettings(), description="how each channel is reached")

    @field_validator("outbox")
    @classmethod
    def _channels_are_known(cls, outbox: dict[str, OutboxSettings]) -> dict[str, OutboxSettings]:
        if unknown := sorted(set(outbox) - {*CHANNELS}):
            raise ValueError(f"there is no channel {unknown[0]}: write one of {', '.join(CHANNELS)}")
        return outbox
