"""Decentlab DL series: version, device number, a word of flags, then for every flag its words, high byte first.

Every number is linear in its word; the last flag is the battery. Sources: Decentlab's data sheets, chapter "Payload".
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.decoders.decoded import DeviceDecoder, Measured
from ingest.messages import Refusal, Refused

VERSION = 2
HEADER = struct.Struct(">BHH")
SAMPLES = "samples"
FROZEN = "frozen"
STATES = frozenset({SAMPLES, FROZEN})
"""Words that say how good the others are, and are no measurements of their own."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word: ``base + (raw - zero) / per`` in the unit of its channel, unless ``no_value`` has it."""

    channel: str
    per: float = 1.0
    zero: int = 0
    base: float = 0.0
    no_value: tuple[int, ...] = (0xFFFF,)


@dataclass(frozen=True, slots=True)
class Layout:
    """The words of each flag but the battery's, from the lowest flag on."""

    sensors: tuple[tuple[Word, ...], ...]


def _distance(channel: str, *no_value: int) -> Word:
    return Word(channel, 1000, no_value=(0, 0xFFFF, *no_value))


# The ultrasonic heads say 5000 or 9999, the end of their scale, where they hear no echo (MaxBotix HRXL-MaxSonar-WR).
DL_MBX = Layout(((_distance("distance_m", 5000, 9999), Word(SAMPLES, no_value=())),))
DL_LID = Layout(
    (
        (
            _distance("distance_average_m"),
            _distance("distance_minimum_m"),
            _distance("distance_maximum_m"),
            _distance("distance_median_m"),
            _distance("distance_10th_percentile_m"),
            _distance("distance_25th_percentile_m"),
            _distance("distance_75th_percentile_m"),
            _distance("distance_90th_percentile_m"),
            _distance("distance_most_frequent_m"),
            Word(SAMPLES, no_value=()),
            Word("acquisition_s", 1024),
        ),
    )
)
LID_DISTANCES = ("distance_median_m", *(each.channel for each in DL_LID.sensors[0][:9] if "median" not in each.channel))
"""The median first: it is the least moved by waves and rain drops."""
DL_CTD10 = Layout(
    (
        (
            Word("depth_m", 1000, 0x8000, no_value=(0, 0xFFFF)),
            Word("temperature_c", 10, 0x8000, no_value=(0, 0xFFFF)),
            Word("conductivity_s_per_m", 10_000),
            Word(FROZEN, no_value=()),
        ),
    )
)
_PA_PER_BAR = 100_000.0


def pr21_or_pr26(lowest_bar: float, highest_bar: float) -> Layout:
    """The range is that of the ordered device, printed on it: the payload does not tell it."""
    span_pa = (highest_bar - lowest_bar) * _PA_PER_BAR
    pressure = Word("pressure_pa", 32768 / span_pa, 16384, lowest_bar * _PA_PER_BAR, (0, 0xFFFF))
    return Layout(((pressure, Word("temperature_c", 320, 16384, no_value=(0, 0xFFFF))),))


def pr36(steps_per_bar: int) -> Layout:
    """``steps_per_bar`` is the ``kp`` of the ordered device, on its parameter sheet: the payload does not tell it."""
    return Layout(((_keller(steps_per_bar), _celsius("temperature_c")),))


def pr36ctd(steps_per_bar: int) -> Layout:
    """As ``pr36``, with the temperatures of the electronics and of the water, and conductivity."""
    conductivity = Word("conductivity_s_per_m", 10_240, 0x8000, no_value=(0, 0xFFFF))
    words = (_keller(steps_per_bar), _celsius("electronics_temperature_c"), _celsius("temperature_c"), conductivity)
    return Layout((words,))


def _keller(steps_per_bar: int) -> Word:
    return Word("pressure_pa", steps_per_bar / _PA_PER_BAR, 0x8000, no_value=(0, 0xFFFF))


def _celsius(channel: str) -> Word:
    return Word(channel, 256, 0x8000, no_value=(0, 0xFFFF))


def reader(layout: Layout) -> DeviceDecoder:
    """The decoder of a model with this layout. The port is the network's choice and says nothing."""

    def decode(payload: bytes, f_port: int) -> Sequence[Measured]:
        del f_port
        flags, words = _opened(payload)
        known = len(layout.sensors) + 1
        if flags >> known:
            raise Refused(Refusal.MALFORMED, f"the flags {flags:#06x} name sensors that this model does not have")
        battery_flag = 1 << len(layout.sensors)
        expected = [word for at, sensor in enumerate(layout.sensors) if flags & (1 << at) for word in sensor]
        battery_words = 1 if flags & battery_flag else 0
        if len(words) != len(expected) + battery_words:
            detail = f"the flags {flags:#06x} stand for {len(expected) + battery_words} words"
            raise Refused(Refusal.MALFORMED, f"{detail}, and there are {len(words)}")
        return [_measured(expected, words, words[-1] / 1000 if battery_words else None)]

    return decode


def _opened(payload: bytes) -> tuple[int, tuple[int, ...]]:
    """The flags, and the words that follow."""
    if len(payload) < HEADER.size or (len(payload) - HEADER.size) % 2:
        raise Refused(Refusal.MALFORMED, f"{len(payload)} bytes are no version, number, flags and whole words")
    version, _, flags = HEADER.unpack_from(payload)
    if version != VERSION:
        raise Refused(Refusal.MALFORMED, f"version {version} of the protocol is not known, only {VERSION}")
    return flags, struct.unpack(f">{(len(payload) - HEADER.size) // 2}H", payload[HEADER.size :])


def _measured(expected: Sequence[Word], words: Sequence[int], battery_v: float | None) -> Measured:
    raw_of = {word.channel: raw for word, raw in zip(expected, words, strict=False)}
    values = {}
    missing = {}
    for word in expected:
        raw = raw_of[word.channel]
        why = _why_none(word, raw, raw_of)
        if why:
            missing[word.channel] = why
        elif word.channel not in STATES:
            values[word.channel] = word.base + (raw - word.zero) / word.per
    return Measured(values, battery_v=battery_v, missing=missing)


def _why_none(word: Word, raw: int, raw_of: Mapping[str, int]) -> str:
    """Why a raw number is none; empty where it is one."""
    if raw in word.no_value:
        return f"{raw} is the end of the scale: nothing was measured"
    if word.channel.startswith("distance") and raw_of.get(SAMPLES) == 0:
        return "no valid sample"
    if word.channel == "depth_m" and raw_of.get(FROZEN):
        return "the sensor is frozen in"
    return ""
