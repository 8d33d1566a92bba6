"""The forms in which a device's bytes reach us: as they are, as hexadecimal text, in an operator's JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import wraps
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.decoders.decoded import DeviceDecoder, Measured
from ingest.messages import Refusal, Refused

HEX = frozenset(b"0123456789abcdefABCDEF")
LATEST_MS = 253_402_300_799_000
"""The end of the year 9999."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The bytes of a device, with the time that the operator gives them."""

    payload: bytes
    at: datetime | None = None


class Report(BaseModel):
    """One report of the JSON that NB-IoT operators wrap around a device's message (IoT Creators, Huawei)."""

    model_config = ConfigDict(strict=True, extra="ignore")

    value: Annotated[str, Field(pattern=r"^([0-9a-fA-F]{2})+$")]
    timestamp: Annotated[int | None, Field(ge=0, le=LATEST_MS)] = None


class Wrapping(BaseModel):
    """The JSON around the reports."""

    model_config = ConfigDict(strict=True, extra="ignore")

    reports: list[Report]


def in_any_form(decode: DeviceDecoder) -> DeviceDecoder:
    """The same decoder, for every form in which its bytes may arrive. No device's own frame looks like text."""

    @wraps(decode)
    def decoded(payload: bytes, f_port: int) -> Sequence[Measured]:
        frames = unwrapped(payload)
        return [
            replace(measured, at=measured.at or frame.at)
            for frame in frames
            for measured in decode(frame.payload, f_port)
        ]

    return decoded


def unwrapped(payload: bytes) -> Sequence[Frame]:
    """The bytes of the device: one frame, or one for every report of an operator's JSON."""
    text = payload.strip()
    if text[:1] == b"{":
        return _of_operator(text)
    if text and HEX.issuperset(text):
        if len(text) % 2:
            raise Refused(Refusal.MALFORMED, f"{len(text)} hexadecimal digits are no whole bytes")
        return [Frame(bytes.fromhex(text.decode("ascii")))]
    return [Frame(payload)]


def _of_operator(text: bytes) -> Sequence[Frame]:
    try:
        wrapping = Wrapping.model_validate_json(text)
    except ValidationError as error:
        raise Refused(
            Refusal.MALFORMED, "not the JSON of an operator: reports, each with a hexadecimal value"
        ) from error
    if not wrapping.reports:
        raise Refused(Refusal.NO_MEASUREMENT, "the operator's message holds no report")
    return [Frame(bytes.fromhex(report.value), _time(report.timestamp)) for report in wrapping.reports]


def _time(timestamp_ms: int | None) -> datetime | None:
    return None if timestamp_ms is None else datetime.fromtimestamp(timestamp_ms / 1000, UTC)
