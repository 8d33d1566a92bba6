"""Dragino's distance sensors: frames of fixed fields, high byte first, distances in millimetres.

Sources: Dragino's user manuals of the LDDS75, DDS75-LB, LDDS04, LLDS12 and NDDS75, chapters "Uplink Payload".
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from ingest.decoders.decoded import Measured
from ingest.messages import Refusal, Refused

DATA_PORT = 2
LDDS75 = struct.Struct(">HHBhB")
LDDS75_LENGTHS = (8, 5, 4)
"""The whole frame; without temperature and flag; without the interrupt too, as early firmware sent it."""
LDDS04 = struct.Struct(">HHHHHB")
LDDS04_DISTANCES = ("distance_1_m", "distance_2_m", "distance_3_m", "distance_4_m")
LLDS12 = struct.Struct(">HhHHBbB")
NDDS75 = struct.Struct(">6sHHBHB")
BATTERY_BITS = 0x3FFF
"""The two bits above them tell an interrupt, or how full the battery is."""
NEAREST_MM, FARTHEST_MM = 280, 7500
"""The range of the ultrasonic head of the 75 series."""
LDDS04_NEAREST_MM = 20
FARTHEST_LIDAR_MM = 12_000
WEAK = 100
"""A LiDAR echo up to this strength is not to be trusted, nor one of 65535."""


def ldds75(payload: bytes, f_port: int) -> Sequence[Measured]:
    """LDDS75 and DDS75-LB: ultrasonic, 0.28 to 7.5 m, optional probe for the temperature."""
    _check_port(f_port)
    _check_length(payload, *LDDS75_LENGTHS)
    battery, raw_mm, _, probe, _ = LDDS75.unpack(payload.ljust(LDDS75.size, b"\0"))
    values, missing = _distances({"distance_m": raw_mm}, NEAREST_MM, FARTHEST_MM)
    if probe:  # nothing but 0 where there is no probe
        values["temperature_c"] = probe / 10
    return [Measured(values, battery_v=_battery_v(battery), missing=missing)]


def ldds04(payload: bytes, f_port: int) -> Sequence[Measured]:
    """LDDS04: up to four ultrasonic heads, ``distance_1_m`` to ``distance_4_m``."""
    _check_port(f_port)
    _check_length(payload, LDDS04.size)
    battery, *raws_mm, _ = LDDS04.unpack(payload)
    heads = dict(zip(LDDS04_DISTANCES, raws_mm, strict=True))
    values, missing = _distances(heads, LDDS04_NEAREST_MM, FARTHEST_MM)
    return [Measured(values, battery_v=_battery_v(battery), missing=missing)]


def llds12(payload: bytes, f_port: int) -> Sequence[Measured]:
    """LLDS12: LiDAR, up to 12 m, with the strength of its echo."""
    _check_port(f_port)
    _check_length(payload, LLDS12.size)
    battery, probe, raw_mm, strength, _, inside_c, _ = LLDS12.unpack(payload)
    values, missing = _distances({"distance_m": raw_mm}, 1, FARTHEST_LIDAR_MM)
    if strength <= WEAK or strength == 0xFFFF:
        values, missing = {}, {"distance_m": f"an echo of strength {strength} is not to be trusted"}
    values["lidar_temperature_c"] = float(inside_c)
    if probe:
        values["temperature_c"] = probe / 10
    return [Measured(values, battery_v=_battery_v(battery), missing=missing)]


def ndds75(payload: bytes, f_port: int) -> Sequence[Measured]:
    """NDDS75, by NB-IoT: as the LDDS75, with the signal of the mobile network (3GPP TS 27.007, 99 is unknown)."""
    del f_port
    _check_length(payload, NDDS75.size)
    _, _, battery, signal, raw_mm, _ = NDDS75.unpack(payload)
    values, missing = _distances({"distance_m": raw_mm}, NEAREST_MM, FARTHEST_MM)
    rssi_dbm = -113.0 + 2 * signal if signal <= 31 else None
    return [Measured(values, battery_v=battery / 1000, rssi_dbm=rssi_dbm, missing=missing)]


def _check_port(f_port: int) -> None:
    if f_port == 5:
        raise Refused(Refusal.NO_MEASUREMENT, "the device's word about its model and firmware")
    if f_port not in (0, DATA_PORT):
        raise Refused(Refusal.MALFORMED, f"port {f_port} carries no measurement of this model, port {DATA_PORT} does")


def _check_length(payload: bytes, *lengths: int) -> None:
    if len(payload) not in lengths:
        known = " or ".join(str(length) for length in lengths)
        raise Refused(Refusal.MALFORMED, f"{len(payload)} bytes are no frame of this model, which has {known}")


def _battery_v(raw: int) -> float:
    return (raw & BATTERY_BITS) / 1000


def _distances(raws_mm: dict[str, int], nearest_mm: int, farthest_mm: int) -> tuple[dict[str, float], dict[str, str]]:
    values = {}
    missing = {}
    for channel, raw_mm in raws_mm.items():
        if raw_mm == 0:
            missing[channel] = "no sensor is found"
        elif nearest_mm <= raw_mm <= farthest_mm:
            values[channel] = raw_mm / 1000
        else:
            missing[channel] = f"{raw_mm} mm is out of the measuring range: no echo, or too near"
    return values, missing
