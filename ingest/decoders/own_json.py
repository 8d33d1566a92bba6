"""Our own JSON for readings: ``{"stage_m": 1.23, "observed_at": "2026-07-01T09:10:00+09:00", "seq": 17}``.

In place of ``stage_m`` a sensor may give its plain ``value``, of which the registry knows what it is, with its
``unit``; and it may say how it is: ``battery_pct``, ``battery_v``, ``rssi_dbm``, ``snr_db``, and which ``gateway``
hands it on.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from ingest.decoders.decoded import STAGE_CHANNEL, Heard, Observed
from ingest.messages import Message, Refusal, Refused

HIGHEST_M = 10_000.0
"""No gauge on Earth stands higher or deeper: such a number is not a measurement."""
LONGEST_NAME = 64


# A dictionary and no model: this is the way of nearly every message, and it is validated in half of the time.
@with_config(ConfigDict(strict=True, extra="ignore", allow_inf_nan=False))
class Payload(TypedDict, total=False):
    """The payload of a reading; keys that we do not know are a newer device's business and are passed over."""

    stage_m: float
    observed_at: Annotated[AwareDatetime | None, Field(strict=False)]
    seq: Annotated[int | None, Field(ge=0, le=2**63 - 1)]
    value: float
    unit: Annotated[str, Field(max_length=20)]
    # A reading is not lost for what its device says of itself: these are looked at afterwards.
    battery_pct: Any
    battery_v: Any
    rssi_dbm: Any
    snr_db: Any
    gateway: Any


_parse = TypeAdapter(Payload).validate_json
_OF_A_STAGE = {"stage_m", "observed_at", "seq"}


def decode(message: Message) -> list[Observed | Heard]:
    """The one reading of the message, and what the device says of itself where it does."""
    try:
        payload = _parse(message.payload)
    except ValidationError as error:
        raise Refused(Refusal.MALFORMED, explain(error)) from error
    if not payload.keys() <= _OF_A_STAGE:
        return [_observed(payload), *_heard(payload)]
    return [_stage(payload)]


def _stage(payload: Payload) -> Observed:
    stage_m = payload.get("stage_m")
    if stage_m is None:
        raise Refused(Refusal.MALFORMED, "stage_m: Field required, or value with its unit in its place")
    if abs(stage_m) > HIGHEST_M:
        raise Refused(Refusal.IMPOSSIBLE, f"stage_m {stage_m:g} is beyond {HIGHEST_M:g} m: is the unit metres?")
    return Observed(round(stage_m, 3), payload.get("observed_at"), payload.get("seq"), channel=STAGE_CHANNEL)


def _observed(payload: Payload) -> Observed:
    """A stage, or a number of which the registry knows what it is."""
    value = payload.get("value")
    if value is None:
        if payload.get("unit", "m") != "m":
            raise Refused(Refusal.MALFORMED, "unit: it belongs to a value, a stage_m is in metres")
        return _stage(payload)
    if "stage_m" in payload:
        raise Refused(Refusal.MALFORMED, "value: give stage_m or value, not both")
    return Observed(value, payload.get("observed_at"), payload.get("seq"), unit=payload.get("unit", ""))


def _heard(payload: Payload) -> list[Heard]:
    heard = Heard(
        battery_pct=within(payload.get("battery_pct"), 0, 100),
        battery_v=within(payload.get("battery_v"), 0, 100),
        rssi_dbm=within(payload.get("rssi_dbm"), -200, 50),
        snr_db=within(payload.get("snr_db"), -100, 100),
        gateways=_named(payload.get("gateway")),
    )
    return [] if heard == Heard() else [heard]


def within(said: Any, lowest: float, highest: float) -> float | None:
    """What a device says of itself, where it is a number that can be; None for its "unknown", 255 or a text."""
    if isinstance(said, int | float) and not isinstance(said, bool) and lowest <= said <= highest:
        return float(said)
    return None


def _named(said: Any) -> tuple[str, ...]:
    """A name that can be shown."""
    named = isinstance(said, str) and said.isprintable() and 0 < len(said) <= LONGEST_NAME
    return (said,) if named else ()


def explain(error: ValidationError) -> str:
    """What is wrong with a payload, one clause a mistake."""
    return "; ".join(
        f"{'.'.join(str(part) for part in each['loc']) or 'payload'}: {each['msg']}" for each in error.errors()
    )
