"""What every device says, and when: pure, so that a fleet that starts again says the same once more.

A device observes on a grid of its own: every ``interval_s`` seconds, shifted by a phase that its id decides.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ingest.hazard import levels_at
from ingest.readings import CameraState
from ingest.stations import Camera, Device, Gate, Gauge, Pump, Registry
from simulators.camera_faults import faulty
from simulators.cameras import still
from simulators.chance import between, share
from simulators.faults import CameraFault, FaultPlan
from simulators.gauges import Waters, base_m, ladder
from simulators.messages import (
    Message,
    gate_message,
    pump_message,
    reading_message,
    status_message,
    still_message,
)
from simulators.pump_faults import TRIPPED
from simulators.pumps import opening_pct
from simulators.scene import HD, Lamp, Lens, Pose, Scene, Size, Weather
from simulators.vitals import vitals


@dataclass(frozen=True, slots=True)
class Devices:
    """All devices of a city in their water, with their faults; ``size`` is that of the cameras' pictures."""

    waters: Waters
    faults: FaultPlan
    size: Size = HD

    @property
    def registry(self) -> Registry:
        """Whose devices these are."""
        return self.waters.registry

    def reading(self, gauge: Gauge, at: datetime) -> Message | None:
        """What a gauge sends for a point of its grid; None where its fault keeps it silent."""
        fault = self.faults.of_gauge(gauge.id)
        if not fault.speaks(at):
            return None
        stage_m = self.waters.measured_m(gauge.id, fault.seen_at(at))
        return reading_message(
            gauge,
            fault.distorted(gauge.id, stage_m, at),
            fault.device_time(at),
            _seq(gauge, self._index(gauge, at)),
            vitals(gauge.id, at, fault.battery_pct, fault.gateway),
        )

    def is_due(self, gauge: Gauge, at: datetime) -> bool:
        """Whether a gauge sends at a point of its grid.

        With a dry interval it sends that often while dry, and always at or above its lowest threshold; once
        more after it fell below, so that the recovery is known.
        """
        if gauge.dry_interval_s is None:
            return True
        every = max(1, round(gauge.dry_interval_s / gauge.interval_s))
        before = at - timedelta(seconds=gauge.interval_s)
        return self._index(gauge, at) % every == 0 or self._wet(gauge, at) or self._wet(gauge, before)

    def pump_message(self, pump: Pump, at: datetime) -> Message | None:
        """What a pump says of itself; None where its fault keeps it silent."""
        fault = self.faults.of_pump(pump.id)
        stands = fault.stands(at)
        if stands and fault.kind == "silent":
            return None
        running, flow_m3_per_s = self._turning(pump, at)
        number = TRIPPED if stands and fault.kind == "fault" else 0
        seq = self._index(pump, at)
        return pump_message(pump, at, seq, running=running, fault=number, flow_m3_per_s=flow_m3_per_s)

    def _turning(self, pump: Pump, at: datetime) -> tuple[bool, float]:
        """Whether it runs, and what it moves; a pump without an inner gauge stands still."""
        found = self.waters.drained(pump.station_id, at)
        if found is None:
            return False, 0.0
        house, course = found
        place = next(number for number, each in enumerate(house.basin.motors) if each.pump_id == pump.id)
        step = course.at(at)
        return step.running[place], step.flows_m3_per_s[place]

    def gate_message(self, gate: Gate, at: datetime) -> Message:
        """What a gate says of itself."""
        found = self.waters.drained(gate.station_id, at)
        return gate_message(gate, at, self._index(gate, at), opening_pct(found[1] if found else None, at))

    def camera_messages(self, camera: Camera, at: datetime) -> list[Message]:
        """A camera's heartbeat, and its still unless it is offline."""
        fault = self.faults.of_camera(camera.id)
        status = self.camera_status(camera, at)
        if fault.state_at(at)[0] is CameraState.OFFLINE:
            return [status]
        return [status, still_message(camera, self._still(camera, fault, at))]

    def camera_status(self, camera: Camera, at: datetime) -> Message:
        """A camera's heartbeat alone."""
        state, reason = self.faults.of_camera(camera.id).state_at(at)
        return status_message(camera, state, reason, at)

    def _still(self, camera: Camera, fault: CameraFault, at: datetime) -> bytes:
        scene = self.scene(camera, at)
        if not fault.picture or not fault.stands(at):
            return still(scene, size=self.size)
        then = self.scene(camera, fault.since or at)
        return faulty(fault.picture, scene, then, size=self.size, grade=fault.grade, variant=fault.variant)

    def scene(self, camera: Camera, at: datetime) -> Scene:
        """What a camera sees: the first gauge of its station in the weather of the storm; without one, low water."""
        station = self.registry.station_of(camera)
        gauge = next(iter(self.registry.gauges_of(station.id)), None)
        levels = ladder(station.kind, gauge, at) if gauge else {5: 3.0}
        base = base_m(station.kind, levels)
        top_m = base + 1.15 * (max(levels.values()) - base)
        return Scene(
            kind=station.kind,
            station_id=station.id,
            camera_id=camera.id,
            stage_m=self.waters.stage_m(gauge.id, at) if gauge else base,
            bottom_m=base - 0.1 * (top_m - base),
            top_m=top_m,
            levels=levels_at(station.kind, gauge, at) if gauge else {},
            at=at,
            weather=weather(camera.id, self.waters.rain_mm_per_h(station.id, at), at),
            lens=glass(camera.id),
            pose=trembling(camera.id, at),
            lamp=lamp(camera),
        )

    def _wet(self, gauge: Gauge, at: datetime) -> bool:
        return self.waters.hazard(gauge.id, at) > 0

    def _index(self, device: Device, at: datetime) -> int:
        return round((at.timestamp() - phase_s(device)) / device.interval_s)


def weather(camera_id: str, rain_mm_per_h: float, at: datetime) -> Weather:
    """Clouds and wind that go with the rain, a little different in each hour."""
    wet = min(1.0, rain_mm_per_h / 25)
    hour = at.strftime("%Y%m%d%H")
    return Weather(
        rain_mm_per_h=rain_mm_per_h,
        cloud=min(1.0, between(0.35, 0.7, hour, "cloud") + 0.4 * wet),
        wind=between(0.1, 0.5, camera_id, hour, "wind") + 0.4 * wet,
    )


def glass(camera_id: str) -> Lens:
    """Most lenses are clean; one in six has a web before it, one in six dirt in a corner."""
    lot = share(camera_id, "glass")
    return Lens(web=0.4 if lot < 1 / 6 else 0.0, dirt=0.5 if lot > 5 / 6 else 0.0)


def trembling(camera_id: str, at: datetime) -> Pose:
    """The mast leans a pixel this way or that with the sun of the day, and trembles a little in the wind."""
    day, moment = at.strftime("%Y%m%d"), at.isoformat()
    lean, shake = (between(-1, 1, camera_id, day, "lean"), between(-0.5, 0.5, camera_id, moment, "shake"))
    return Pose(right_px=lean + shake, down_px=between(-0.5, 0.5, camera_id, moment, "down"))


def lamp(camera: Camera) -> Lamp:
    """White or infrared light, where a camera has light of its own."""
    if not camera.lit:
        return Lamp.NONE
    return Lamp.LAMP if share(camera.id, "lamp") < 0.3 else Lamp.INFRARED


def phase_s(device: Device) -> int:
    """Seconds by which a device's grid is shifted, so that not all devices speak at once."""
    return int(share(device.id, "phase") * device.interval_s)


def grid_point(device: Device, at: datetime) -> datetime:
    """The last point of a device's grid at or before a time."""
    index = math.floor((at.timestamp() - phase_s(device)) / device.interval_s)
    return _moment(device, index)


def grid_points(device: Device, after: datetime, until: datetime) -> Iterator[datetime]:
    """The points of a device's grid after one time, up to and including another."""
    index = math.floor((after.timestamp() - phase_s(device)) / device.interval_s) + 1
    while (at := _moment(device, index)) <= until:
        yield at
        index += 1


def _moment(device: Device, index: int) -> datetime:
    return datetime.fromtimestamp(phase_s(device) + index * device.interval_s, UTC)


def _seq(gauge: Gauge, index: int) -> int | None:
    """A counter without gaps; a gauge that skips points of its grid has none."""
    return index if gauge.dry_interval_s is None else None
