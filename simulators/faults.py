"""What goes wrong with devices, as pure modifiers of what they would have said, and who has which fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from ingest.readings import CameraState
from ingest.stations import Camera, Gauge, Registry
from simulators.chance import share
from simulators.gauges import Waters
from simulators.storm import Storm

Device = TypeVar("Device", Gauge, Camera)

HIGH = 2
"""A gauge at or above this hazard counts as high."""
RESET_CLOCK = timedelta(days=-6 * 365)
"""A device that lost its time and fell back by years."""
EMPTY_PCT, WEAK_PCT = 4.0, 14.0
OUT_GATEWAY = "gw-hill"
GATEWAY_OUT_AFTER = timedelta(minutes=3)
"""Of the storm's origin."""


@dataclass(frozen=True, slots=True)
class GaugeFault:
    """What is wrong with a gauge; a fresh one has nothing.

    ``silent_from``: sends nothing from then on. ``clock_offset``: how far its clock is ahead (behind: negative).
    ``stuck_from``: repeats what it saw then. ``spike_m`` is a false stage sent in a share ``spike_share`` of readings.
    ``battery_pct``: what is left of its battery. ``gateway``: the gateway that alone hears it.
    """

    silent_from: datetime | None = None
    clock_offset: timedelta = timedelta(0)
    stuck_from: datetime | None = None
    spike_m: float = 0.0
    spike_share: float = 0.0
    battery_pct: float | None = None
    gateway: str = ""

    def speaks(self, at: datetime) -> bool:
        """Whether the gauge sends at all."""
        return self.silent_from is None or at < self.silent_from

    def seen_at(self, at: datetime) -> datetime:
        """The moment whose water the gauge reports."""
        return at if self.stuck_from is None else min(at, self.stuck_from)

    def device_time(self, at: datetime) -> datetime:
        """What the gauge's clock says."""
        return at + self.clock_offset

    def distorted(self, gauge_id: str, stage_m: float, at: datetime) -> float:
        """The stage it reports for the stage it measured; the same spikes whenever asked again."""
        spikes = self.spike_share > 0 and share(gauge_id, int(at.timestamp()), "spike") < self.spike_share
        return self.spike_m if spikes else stage_m


@dataclass(frozen=True, slots=True)
class CameraFault:
    """What is wrong with a camera from ``since`` on (None: always).

    ``offline``: no stills, only the gateway's word with the reason. ``degraded``: stills are blurred.
    ``frozen_from``: it says that it is well, but goes on sending the picture of that moment.
    """

    state: CameraState = CameraState.ONLINE
    reason: str = ""
    since: datetime | None = None
    frozen_from: datetime | None = None

    def state_at(self, at: datetime) -> tuple[CameraState, str]:
        """State and reason that are reported."""
        if self.since is not None and at < self.since:
            return CameraState.ONLINE, ""
        return self.state, self.reason

    def pictured_at(self, at: datetime) -> datetime:
        """The moment that the picture shows."""
        return at if self.frozen_from is None else min(at, self.frozen_from)


SOUND_GAUGE = GaugeFault()
SOUND_CAMERA = CameraFault()


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """The faults by device id; who is not named is sound."""

    gauges: Mapping[str, GaugeFault] = field(default_factory=dict)
    cameras: Mapping[str, CameraFault] = field(default_factory=dict)

    def of_gauge(self, gauge_id: str) -> GaugeFault:
        """The fault of a gauge."""
        return self.gauges.get(gauge_id, SOUND_GAUGE)

    def of_camera(self, camera_id: str) -> CameraFault:
        """The fault of a camera."""
        return self.cameras.get(camera_id, SOUND_CAMERA)


NO_FAULTS = FaultPlan()


def demonstration_faults(registry: Registry, storm: Storm, seed: int = 0) -> FaultPlan:
    """Faults for the demonstration, the same for the same arguments.

    A gauge falls silent with an empty battery while it is high, about when the storm's origin is; one has lost its
    time, one sends a false value now and then, one has a weak battery, and a gateway that two gauges depend on goes
    out; a camera is offline with a reason, another one blurred. Few devices: fewer faults.
    """
    silent = _falls_silent(registry, storm)
    quiet_ids = [] if silent is None else [silent[0].id]
    steady = [each for each in registry.gauges.values() if each.id not in quiet_ids and each.dry_interval_s is None]
    others = _shuffled(steady, seed)
    gauges = {} if silent is None else {silent[0].id: GaugeFault(silent_from=silent[1], battery_pct=EMPTY_PCT)}
    if len(others) >= 4:
        gauges[others[0].id] = GaugeFault(clock_offset=RESET_CLOCK)
        gauges[others[1].id] = GaugeFault(spike_m=others[1].max_m + 12.34, spike_share=0.06)
    if len(others) >= 8:
        gauges[others[2].id] = GaugeFault(battery_pct=WEAK_PCT)
        out = GaugeFault(silent_from=storm.origin + GATEWAY_OUT_AFTER, gateway=OUT_GATEWAY)
        gauges |= {each.id: out for each in others[3:5]}
    return FaultPlan(gauges, _camera_faults(_shuffled(registry.cameras.values(), seed)))


def _camera_faults(cameras: list[Camera]) -> dict[str, CameraFault]:
    faults = [
        CameraFault(CameraState.OFFLINE, "no power from the solar panel"),
        CameraFault(CameraState.DEGRADED, "blurred"),
    ]
    return {camera.id: fault for camera, fault in zip(cameras[2:], faults, strict=False)}


def _shuffled(devices: Iterable[Device], seed: int) -> list[Device]:
    return sorted(devices, key=lambda device: share(seed, device.id, "fault"))


def _falls_silent(registry: Registry, storm: Storm) -> tuple[Gauge, datetime] | None:
    """The gauge that is high first, and when it falls silent: its silence shows soon after the origin."""
    waters = Waters(registry, storm)
    found = [
        (storm.origin + after, timedelta(seconds=gauge.interval_s), gauge.id)
        for gauge in registry.gauges.values()
        if (after := _first_high(waters, gauge, storm.origin)) is not None
    ]
    if len(registry.gauges) < 3 or not found:
        return None
    silent_from, _, gauge_id = min(found, key=lambda each: each[0] + 3 * each[1])
    return registry.gauges[gauge_id], silent_from


def _first_high(waters: Waters, gauge: Gauge, origin: datetime) -> timedelta | None:
    """When, from two of its intervals before the origin on, a gauge has been high for two intervals."""
    interval = timedelta(seconds=gauge.interval_s)
    for step in range(-2, int(timedelta(hours=3) / interval)):
        after = step * interval
        if all(waters.hazard(gauge.id, origin + after - back * interval) >= HIGH for back in (0, 1, 2)):
            return after
    return None
