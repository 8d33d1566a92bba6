"""A camera's heartbeat or last will, with what it says of its insides where it does::

{"state": "degraded", "reason": "lens dirty", "observed_at": "2026-07-01T09:10:00+09:00",
 "fps": 5, "temperature_c": 41.5, "storage_pct": 80, "battery_pct": 72, "battery_v": 12.4}
"""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from ingest.decoders.decoded import Status
from ingest.decoders.own_json import explain, within
from ingest.messages import Message, Refusal, Refused
from ingest.readings import CameraState, CameraVitals

LONGEST_REASON = 200


class Payload(BaseModel):
    """The payload of a status. Only state and time can make it worthless; the rest is looked at afterwards."""

    model_config = ConfigDict(extra="ignore")

    state: CameraState
    observed_at: AwareDatetime | None = None
    reason: Any = ""
    fps: Any = None
    temperature_c: Any = None
    storage_pct: Any = None
    battery_pct: Any = None
    battery_v: Any = None


def decode(message: Message) -> list[Status]:
    """The one status of the message."""
    try:
        payload = Payload.model_validate_json(message.payload)
    except ValidationError as error:
        raise Refused(Refusal.MALFORMED, explain(error)) from error
    return [Status(payload.state, _words(payload.reason), payload.observed_at, _vitals(payload))]


def _words(said: Any) -> str:
    """A reason that can be shown and kept."""
    if not isinstance(said, str):
        return ""
    return "".join(each if each.isprintable() else " " for each in said[:LONGEST_REASON]).strip()


def _vitals(payload: Payload) -> CameraVitals:
    return CameraVitals(
        fps=within(payload.fps, 0, 1_000),
        temperature_c=within(payload.temperature_c, -80, 150),
        storage_pct=within(payload.storage_pct, 0, 100),
        battery_pct=within(payload.battery_pct, 0, 100),
        battery_v=within(payload.battery_v, 0, 100),
    )
