"""Milesight EM series: a run of triples, each a channel, a type and a value of known size, low byte first.

Sources: Milesight's user guides of the EM310, EM400, EM410 and EM500 (chapters "Uplink Data" and "Historical Data").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingest.decoders.decoded import DeviceDecoder, Measured
from ingest.messages import Refusal, Refused

Key = tuple[int, int]
BATTERY_PCT = "battery_pct"
POSITIONS = ((0x04, 0x00), (0x05, 0x00))
"""The triple of a device's position: 0 as it was mounted, 1 tilted."""
ANSWERS = (0xF8, 0xF9, 0xFE)
"""Channels of a device's answer to a command."""
NO_ECHO = {0xFFFD: "out of the measuring range", 0xFFFF: "the sensor failed"}
EXCEPTIONS = {2: "no target in sight", 3: "the sensor failed"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number of two bytes: its channel, and how many of its units make one of SI."""

    channel: str
    per: float
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Triple:
    """The value of a triple: its size, and the numbers that it begins with; what follows them is a state.

    ``dated`` begins with a time of four bytes: a stored record. ``told`` maps a last byte to why there is no number.
    """

    size: int
    numbers: tuple[Number, ...] = ()
    dated: bool = False
    told: Mapping[int, str] = field(default_factory=dict)


DISTANCE = Number("distance_m", 1000)
DEPTH = Number("depth_m", 100)
PRESSURE = Number("pressure_pa", 0.001)
TEMPERATURE = Number("temperature_c", 10, signed=True)
ECHO = Number("echo_dbm", 100, signed=True)

COMMON: dict[Key, Triple] = {
    (0xFF, 0x01): Triple(1),  # protocol version
    (0xFF, 0x09): Triple(2),  # hardware version
    (0xFF, 0x0A): Triple(2),  # firmware version
    (0xFF, 0x0B): Triple(1),  # switched on
    (0xFF, 0x0F): Triple(1),  # LoRaWAN class
    (0xFF, 0x16): Triple(8),  # serial number
    (0xFF, 0xFE): Triple(1),  # reset
    (0xFF, 0xFF): Triple(2),  # version of the description
    (0x01, 0x75): Triple(1),  # battery
}
EM310_UDL = COMMON | {(0x03, 0x82): Triple(2, (DISTANCE,)), (0x04, 0x00): Triple(1)}
EM400 = COMMON | {
    (0x03, 0x67): Triple(2, (TEMPERATURE,)),
    (0x04, 0x82): Triple(2, (DISTANCE,)),
    (0x05, 0x00): Triple(1),  # position
    (0x06, 0x88): Triple(9),  # place and motion
    (0x83, 0x67): Triple(3, (TEMPERATURE,)),
    (0x84, 0x82): Triple(3, (DISTANCE,)),
}
EM410_RDL = COMMON | {
    (0x03, 0x67): Triple(2, (TEMPERATURE,)),
    (0x04, 0x82): Triple(2, (DISTANCE,)),
    (0x05, 0x00): Triple(1),  # position
    (0x06, 0xC7): Triple(2, (ECHO,)),
    (0x84, 0x82): Triple(3, (DISTANCE,)),
    (0x94, 0x82): Triple(5, (DISTANCE,)),
    (0xB4, 0x82): Triple(3, (DISTANCE,), told=EXCEPTIONS),
    (0x20, 0xCE): Triple(11, (DISTANCE, TEMPERATURE), dated=True),
}
EM500_UDL = COMMON | {
    (0x03, 0x82): Triple(2, (DISTANCE,)),
    (0x83, 0xE9): Triple(5, (DISTANCE,)),
    (0x20, 0xCE): Triple(6, (DISTANCE,), dated=True),
}
EM500_SWL = COMMON | {(0x03, 0x77): Triple(2, (DEPTH,)), (0x20, 0xCE): Triple(6, (DEPTH,), dated=True)}
EM500_PP = COMMON | {(0x03, 0x7B): Triple(2, (PRESSURE,)), (0x20, 0xCE): Triple(6, (PRESSURE,), dated=True)}


def reader(triples: Mapping[Key, Triple]) -> DeviceDecoder:
    """The decoder of a model whose uplinks are made of these triples."""

    def decode(payload: bytes, f_port: int) -> Sequence[Measured]:
        del f_port  # 85 unless it was set otherwise
        if payload[:1] and payload[0] in ANSWERS:
            raise Refused(Refusal.NO_MEASUREMENT, "the device's answer to a command")
        return _measured(_split(payload, triples))

    return decode


def _split(payload: bytes, triples: Mapping[Key, Triple]) -> Iterator[tuple[Key, Triple, bytes]]:
    at = 0
    while at < len(payload):
        key = (payload[at], payload[at + 1] if at + 1 < len(payload) else -1)
        triple = triples.get(key)
        if triple is None:
            raise Refused(Refusal.MALFORMED, f"byte {at + 1} begins no triple that this model is known to send")
        value = payload[at + 2 : at + 2 + triple.size]
        if len(value) < triple.size:
            detail = f"the triple {payload[at : at + 2].hex()} at byte {at + 1} needs {triple.size} bytes of value"
            raise Refused(Refusal.MALFORMED, f"{detail}, and {len(value)} are left")
        yield key, triple, value
        at += 2 + triple.size


def _measured(parts: Iterator[tuple[Key, Triple, bytes]]) -> Sequence[Measured]:
    values: dict[str, float] = {}
    missing: dict[str, str] = {}
    battery_pct: float | None = None
    tilted = False
    stored = []
    for key, triple, value in parts:
        if key == (0x01, 0x75):
            battery_pct = float(value[0]) if value[0] <= 100 else None
        elif key in POSITIONS:
            tilted = value[0] != 0
        elif triple.dated:
            stored.append(_stored(triple, value))
        else:
            _read(triple, value, values, missing)
    now = Measured(_without(values, missing), battery_pct=battery_pct, missing=missing, tilted=tilted)
    return [now, *stored] if now.values or now.missing or battery_pct is not None else stored


def _stored(triple: Triple, value: bytes) -> Measured:
    """A record that the device kept while nobody heard it."""
    values: dict[str, float] = {}
    missing: dict[str, str] = {}
    _read(triple, value[4:], values, missing)
    at = datetime.fromtimestamp(int.from_bytes(value[:4], "little"), UTC)
    return Measured(_without(values, missing), at=at, missing=missing)


def _read(triple: Triple, value: bytes, values: dict[str, float], missing: dict[str, str]) -> None:
    for place, number in enumerate(triple.numbers):
        pair = value[2 * place : 2 * place + 2]
        raw = int.from_bytes(pair, "little")
        why = triple.told.get(value[-1]) or _why_none(number, raw)
        if why:
            missing[number.channel] = why
        else:
            values[number.channel] = int.from_bytes(pair, "little", signed=number.signed) / number.per


def _why_none(number: Number, raw: int) -> str:
    """Why a raw number is none, empty where it is one. What is neither signed nor small is a code or a negative."""
    if number.signed:
        return f"{raw:#06x} is the end of the scale" if raw in (0x7FFF, 0x8000) else ""
    if raw >= 0x8000:
        return f"{raw:#06x}: {NO_ECHO.get(raw, 'a code or a negative number')}"
    return "0 mm is no distance" if number is DISTANCE and raw == 0 else ""


def _without(values: Mapping[str, float], missing: Mapping[str, str]) -> dict[str, float]:
    """What a message both gives and withdraws is withdrawn."""
    return {channel: value for channel, value in values.items() if channel not in missing}
