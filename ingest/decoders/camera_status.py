"""A camera's heartbeat or last will: ``{"state": "degraded", "reason": "lens dirty", "observed_at": "…"}``."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from ingest.decoders.decoded import Status
from ingest.decoders.own_json import explain
from ingest.messages import Message, Refusal, Refused
from ingest.readings import CameraState


class Payload(BaseModel):
    """The payload of a status."""

    model_config = ConfigDict(extra="ignore")

    state: CameraState
    reason: Annotated[str, Field(max_length=200, strict=True)] = ""
    observed_at: AwareDatetime | None = None


def decode(message: Message) -> list[Status]:
    """The one status of the message."""
    try:
        payload = Payload.model_validate_json(message.payload)
    except ValidationError as error:
        raise Refused(Refusal.MALFORMED, explain(error)) from error
    return [Status(payload.state, payload.reason, payload.observed_at)]
