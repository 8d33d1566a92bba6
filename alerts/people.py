"""Who is told."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from alerts.channels.email import one_address
from alerts.rules import Change


class Recipient(BaseModel):
    """Somebody, or something, that gets messages over one channel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", description="name of the recipient in the records")
    channel: str = Field(description="one of: email, webhook, logfile")
    address: str = Field(min_length=1, max_length=500, description="mail address, URL, or path of a file")
    language: Literal["ja", "en"] = Field(default="ja", description="language of the messages")
    min_hazard: int = Field(default=2, ge=1, le=5, description="the lowest hazard that concerns the recipient")
    stations: tuple[str, ...] = Field(default=(), description="only these stations; empty for all")

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        """A mistake in an address must stop the start, not the first message of a flood."""
        if self.channel == "email":
            one_address(self.address)
        if self.channel == "webhook" and not re.match(r"https?://[^/\s]+", self.address):
            raise ValueError(f"{self.address!r} is no address to post to: write https://host/path")
        return self


def concerns(recipient: Recipient, change: Change, station_id: str) -> bool:
    """Whether a change reaches or leaves what the recipient wants to hear of."""
    wanted = not recipient.stations or station_id in recipient.stations
    return wanted and max(change.from_hazard, change.to_hazard) >= recipient.min_hazard
