"""Our own JSON for readings: ``{"stage_m": 1.23, "observed_at": "2026-07-01T09:10:00+09:00", "seq": 17}``."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from ingest.decoders.decoded import Observed
from ingest.messages import Message, Refusal, Refused

HIGHEST_M = 10_000.0
"""No gauge on Earth stands higher or deeper: such a number is not a measurement."""


class Payload(BaseModel):
    """The payload of a reading; keys that we do not know are a newer device's business and are passed over."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)

    stage_m: float
    observed_at: Annotated[AwareDatetime | None, Field(strict=False)] = None
    seq: Annotated[int | None, Field(ge=0, le=2**63 - 1)] = None


def decode(message: Message) -> list[Observed]:
    """The one reading of the message."""
    try:
        payload = Payload.model_validate_json(message.payload)
    except ValidationError as error:
        raise Refused(Refusal.MALFORMED, explain(error)) from error
    if abs(payload.stage_m) > HIGHEST_M:
        raise Refused(Refusal.IMPOSSIBLE, f"stage_m {payload.stage_m:g} is beyond {HIGHEST_M:g} m: is the unit metres?")
    return [Observed(round(payload.stage_m, 3), payload.observed_at, payload.seq)]


def explain(error: ValidationError) -> str:
    """What is wrong with a payload, one clause a mistake."""
    return "; ".join(
        f"{'.'.join(str(part) for part in each['loc']) or 'payload'}: {each['msg']}" for each in error.errors()
    )
