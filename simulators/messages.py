"""What a device sends: topics and payloads as values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from ingest.clock import JST
from ingest.readings import CameraState
from ingest.sensing import latest, measured
from ingest.sensors import Reads, Sensor
from ingest.stations import Camera, Gate, Gauge, Pump
from ingest.topics import Address, Subject
from simulators.vitals import Vitals


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message."""

    topic: str
    payload: bytes


def reading_message(
    gauge: Gauge, stage_m: float, observed_at: datetime, seq: int | None = None, vitals: Vitals | None = None
) -> Message:
    """A reading as the gauge words it. ``stage_m`` is above the gauge zero; what is None is left out.

    A gauge with sensors sends what the one in force gives, as its plain value.
    """
    sensor = latest(gauge.sensors, observed_at)
    said = {"stage_m": as_reported(gauge, stage_m)} if sensor is None else as_measured(gauge, sensor, stage_m)
    body: dict[str, object] = {**said, "observed_at": jst(observed_at)}
    if seq is not None:
        body["seq"] = seq
    if vitals is not None:
        body |= asdict(vitals)
    return Message(Address(gauge.station_id, gauge.id, Subject.READING).topic(), _json(body))


def status_message(camera: Camera, state: CameraState, reason: str, observed_at: datetime) -> Message:
    """A camera's heartbeat."""
    body = {"state": state.value, "reason": reason, "observed_at": jst(observed_at)}
    return Message(Address(camera.station_id, camera.id, Subject.STATUS).topic(), _json(body))


def still_message(camera: Camera, jpeg: bytes) -> Message:
    """A camera's image."""
    return Message(Address(camera.station_id, camera.id, Subject.STILL).topic(), jpeg)


def pump_message(
    pump: Pump, observed_at: datetime, seq: int, *, running: bool, fault: int, flow_m3_per_s: float
) -> Message:
    """The state of a pump; ``fault`` is its number, 0 for none."""
    body = {"running": running, "fault": fault or False, "flow_m3_per_s": round(flow_m3_per_s, 3)}
    topic = Address(pump.station_id, pump.id, Subject.PUMP).topic()
    return Message(topic, _json({**body, "observed_at": jst(observed_at), "seq": seq}))


def gate_message(gate: Gate, observed_at: datetime, seq: int, opening_pct: float) -> Message:
    """The state of a gate."""
    body = {"opening_pct": opening_pct, "fault": False, "observed_at": jst(observed_at), "seq": seq}
    return Message(Address(gate.station_id, gate.id, Subject.GATE).topic(), _json(body))


def as_reported(gauge: Gauge, stage_m: float) -> float:
    """The number the device sends: below-crown gauges count from the crown, negative below it."""
    if gauge.reports == "below_crown" and gauge.crown_m is not None:
        return round(stage_m - gauge.crown_m, 6)
    return stage_m


def as_measured(gauge: Gauge, sensor: Sensor, stage_m: float) -> dict[str, object]:
    """The number that the sensor gives at a stage, with its SI unit."""
    unit = "Pa" if sensor.reads is Reads.PRESSURE else "m"
    return {"value": round(measured(stage_m, gauge, sensor), 6), "unit": unit}


def jst(at: datetime) -> str:
    """ISO 8601 in Japanese time with its offset."""
    return at.astimezone(JST).isoformat()


def _json(body: Mapping[str, object]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
