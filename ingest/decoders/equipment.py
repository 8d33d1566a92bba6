"""The state of a pump or a gate: ``{"running": true, "fault": false, "flow_m3_per_s": 0.8, "observed_at": "…"}``.

A message may leave out what its device does not know, or say null; what it does say counts strictly: one value that
cannot be makes a dead letter of all of it, so that a wrongly wired register shows on its first day. ``running`` is true
or false, or 1 or 0 as controllers have it. ``fault`` is true or false or the device's own whole number, 0 for none; a
text is none of these, for nobody could tell "E17" from "OK".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from ingest.decoders.decoded import Observed
from ingest.decoders.own_json import explain
from ingest.messages import Message, Refusal, Refused
from ingest.stations import Quantity
from ingest.topics import Subject

MOST_M3_PER_S = 1000.0
"""The largest pumping stations on Earth move some hundreds. Back through a pump that stands it may be negative."""
LARGEST_FAULT = 2**31 - 1
OVER_PCT = 5.0
"""A gate may say a little less than closed and a little more than open: it is seldom calibrated to the end."""
_WORDS = MappingProxyType(
    {
        "running": "write true or false",
        "fault": f"write true, false, or the device's own number from 0 (none) to {LARGEST_FAULT}; a text is no number",
    }
)


@with_config(ConfigDict(strict=True, extra="ignore", allow_inf_nan=False))
class Payload(TypedDict, total=False):
    """The payload of a state; keys that we do not know are passed over, so are those of the other kind of device."""

    observed_at: Annotated[AwareDatetime | None, Field(strict=False)]
    seq: Annotated[int | None, Field(ge=0, le=2**63 - 1)]
    running: Any
    fault: Any
    flow_m3_per_s: float | None
    opening_pct: float | None


_parse = TypeAdapter(Payload).validate_json


def _running(said: Any) -> float:
    if isinstance(said, bool) or said in (0, 1):
        return float(said)
    raise _malformed("running", said)


def _fault(said: Any) -> float:
    if isinstance(said, bool) or (isinstance(said, int) and 0 <= said <= LARGEST_FAULT):
        return float(said)
    raise _malformed("fault", said)


def _flow(said: float) -> float:
    if abs(said) > MOST_M3_PER_S:
        detail = f"flow_m3_per_s {said:g} is beyond {MOST_M3_PER_S:g} m³/s: is the unit cubic metres a second?"
        raise Refused(Refusal.IMPOSSIBLE, detail)
    return round(said, 4)


def _opening(said: float) -> float:
    if not -OVER_PCT <= said <= 100 + OVER_PCT:
        raise Refused(Refusal.IMPOSSIBLE, f"opening_pct {said:g} is no share: write 0 (closed) to 100 (open)")
    return round(min(100.0, max(0.0, said)), 2)


Part = tuple[str, Quantity, Callable[[Any], float]]
PARTS: Mapping[Subject, tuple[Part, ...]] = MappingProxyType(
    {
        Subject.PUMP: (
            ("running", Quantity.RUNNING, _running),
            ("fault", Quantity.FAULT, _fault),
            ("flow_m3_per_s", Quantity.FLOW, _flow),
        ),
        Subject.GATE: (("opening_pct", Quantity.OPENING, _opening), ("fault", Quantity.FAULT, _fault)),
    }
)
"""What each kind of device says: the key, its quantity, and how its value is read."""


def decode_pump(message: Message) -> list[Observed]:
    """What a pump says of itself, a value a quantity."""
    return _decode(message, PARTS[Subject.PUMP])


def decode_gate(message: Message) -> list[Observed]:
    """What a gate says of itself, a value a quantity."""
    return _decode(message, PARTS[Subject.GATE])


def _decode(message: Message, parts: tuple[Part, ...]) -> list[Observed]:
    try:
        payload = _parse(message.payload)
    except ValidationError as error:
        raise Refused(Refusal.MALFORMED, explain(error)) from error
    found = list(_observed(payload, parts))
    if not found:
        keys = ", ".join(key for key, _, _ in parts)
        raise Refused(Refusal.NO_MEASUREMENT, f"it says nothing of the device: write at least one of {keys}")
    return found


def _observed(payload: Payload, parts: tuple[Part, ...]) -> Iterator[Observed]:
    at: datetime | None = payload.get("observed_at")
    for key, quantity, value_of in parts:
        said = payload.get(key)
        if said is not None:
            yield Observed(value_of(said), at, payload.get("seq"), quantity=quantity, channel=key)


def _malformed(key: str, said: object) -> Refused:
    return Refused(Refusal.MALFORMED, f"{key}: {str(said)[:40]!r} is not known: {_WORDS[key]}")
