"""What the uplinks of all LoRaWAN network servers share: identifiers, payloads, and who heard them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from ingest.decoders.decoded import Heard
from ingest.messages import Refusal, Refused

EUI_BYTES = 8
_EUI = re.compile(r"[0-9a-fA-F]{16}")


def _from_base64(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("a text in base64 is needed")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("this is no base64") from error


def eui(text: str) -> str:
    """An EUI in lower-case hexadecimal, from that or from base64 (ChirpStack 3); raises ValueError for neither."""
    if _EUI.fullmatch(text):
        return text.lower()
    raw = _from_base64(text)
    if len(raw) != EUI_BYTES:
        raise ValueError("an EUI has 16 hexadecimal digits")
    return bytes(raw).hex()


FramePayload = Annotated[bytes, BeforeValidator(_from_base64)]
Port = Annotated[int, Field(ge=0, le=255)]
Counter = Annotated[int, Field(ge=0, le=2**32 - 1)]


@dataclass(frozen=True, slots=True)
class Reception:
    """How one gateway heard an uplink."""

    gateway: str
    rssi_dbm: float | None
    snr_db: float | None


def heard_by(receptions: Iterable[Reception]) -> Heard:
    """The gateways, the strongest first, each once, and the figures of that one."""
    ordered = sorted(receptions, key=_strength, reverse=True)
    gateways = tuple(dict.fromkeys(each.gateway for each in ordered if each.gateway))
    if not ordered:
        return Heard()
    return Heard(rssi_dbm=ordered[0].rssi_dbm, snr_db=ordered[0].snr_db, gateways=gateways)


def _strength(reception: Reception) -> tuple[float, float]:
    weakest = float("-inf")
    rssi_dbm, snr_db = reception.rssi_dbm, reception.snr_db
    return (weakest if rssi_dbm is None else rssi_dbm, weakest if snr_db is None else snr_db)


def refuse_another(said: str, topic_says: str) -> None:
    """A message speaks for the device of its topic only: that is what a credential is checked for."""
    if said.lower() != topic_says.lower():
        detail = f"the message is of device {said[:64]}, its topic of {topic_says[:64]}"
        raise Refused(Refusal.UNKNOWN_DEVICE, detail)
