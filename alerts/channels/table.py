"""The table of channels: a new one is its file and its row here."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from alerts.channels.channel import Channel
from alerts.channels.email import Email, EmailSettings, one_address
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


def check_address(channel: str, address: str) -> None:
    """ValueError, in the user's words, where nobody could be reached over that channel at that address."""
    if channel == "email":
        one_address(address)
    if channel == "webhook" and not re.match(r"https?://[^/\s]+", address):
        raise ValueError(f"{address!r} is no address to post to: write https://host/path")
