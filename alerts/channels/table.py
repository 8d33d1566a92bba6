"""The table of channels: a new one is its file and its row here."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from alerts.channels.channel import Channel
from alerts.channels.email import Email, EmailSettings
from alerts.channels.logfile import LogFile
from alerts.channels.webhook import Webhook, WebhookSettings

CHANNELS = ("email", "webhook", "logfile")


class ChannelSettings(BaseModel):
    """The settings of each channel that has any."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: EmailSettings = Field(default=EmailSettings(), description="the mail server")
    webhook: WebhookSettings = Field(default=WebhookSettings(), description="how webhooks are called")


def channels(settings: ChannelSettings) -> Mapping[str, Channel]:
    """The channels by name."""
    return {"email": Email(settings.email), "webhook": Webhook(settings.webhook), "logfile": LogFile()}
