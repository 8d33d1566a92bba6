"""What goes wrong with devices, as pure modifiers of what they would have said, and who has which fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from ingest.readings import CameraState
from ingest.stations import Camera, Gauge, Registry
from simulators.chance import share
from simulators.gauges import Waters
from simulators.pump_faults import SOUND_PUMP, PumpFault
from simulators.storm import Storm

Device = TypeVar("Device", Gauge, Camera)

HIGH = 2
"""A gauge at or above this hazard counts as high."""
RESET_CLOCK = timedelta(days=-6 * 365)
"""A device that lost its time and fell back by years."""
EMPTY_PCT, WEAK_PCT = 4.0, 14.0
OUT_GATEWAY = "gw-hill"
GATEWAY_OUT_AFTER = timedelta(minutes=3)
FREEZES_AFTER = timedelta(minutes=2)
BLURS_AFTER = timedelta(minutes=8)
"""Of the storm's origin. Blurred is what is less sharp than it was: by then it is known how sharp that is."""
FAILS_BEFORE = timedelta(minutes=20)
"""A pump has failed so long before it: the water is where the pump is missed, and goes on rising."""


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

    ``state`` and ``reason`` are what it, or its gateway, says of it; ``offline`` sends no stills. ``picture`` names
    what is wrong with its stills, one of ``camera_faults.FAULTS``, with its ``grade`` and ``variant``; a camera does
    not know that. What freezes needs ``since``.
    """

    state: CameraState = CameraState.ONLINE
    reason: str = ""
    since: datetime | None = None
    picture: str = ""
    grade: float = 0.5
    variant: str = ""

    def __post_init__(self) -> None:
        if self.picture.startswith("frozen") and self.since is None:
            raise ValueError("a picture freezes at some time: say since when")

    def stands(self, at: datetime) -> bool:
        """Whether it has begun."""
        return self.since is None or at >= self.since

    def state_at(self, at: datetime) -> tuple[CameraState, str]:
        """State and reason that are reported."""
        return (self.state, self.reason) if self.stands(at) else (CameraState.ONLINE, "")


SOUND_GAUGE = GaugeFault()
SOUND_CAMERA = CameraFault()


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """The faults by device id; who is not named is sound."""

    gauges: Mapping[str, GaugeFault] = field(default_factory=dict)
    cameras: Mapping[str, CameraFault] = field(default_factory=dict)
    pumps: Mapping[str, PumpFault] = field(default_factory=dict)

    def of_gauge(self, gauge_id: str) -> GaugeFault:
        """The fault of a gauge."""
        return self.gauges.get(gauge_id, SOUND_GAUGE)

    def of_camera(self, camera_id: str) -> CameraFault:
        """The fault of a camera."""
        return self.cameras.get(camera_id, SOUND_CAMERA)

    def of_pump(self, pump_id: str) -> PumpFault:
        """The fault of a pump."""
        return self.pumps.get(pump_id, SOUND_PUMP)

    def with_pumps(self, pumps: Mapping[str, PumpFault]) -> FaultPlan:
        """The plan with other faults of some pumps."""
        return replace(self, pumps={**self.pumps, **pumps})

    def with_cameras(self, cameras: Mapping[str, CameraFault]) -> FaultPlan:
        """The plan with other faults of some cameras."""
        return replace(self, cameras={**self.cameras, **cameras})


NO_FAULTS = FaultPlan()


def demonstration_faults(registry: Registry, storm: Storm, seed: int = 0) -> FaultPlan:
    """Faults for the demonstration, the same for the same arguments.

    A gauge falls silent with an empty battery while it is high, about when the storm's origin is; one has lost its
    time, one sends a false value now and then, one has a weak battery, and a gateway that two gauges depend on goes
    out; a camera is offline with a reason, one gets blurred, and one shows the water as it was before it rose; a pump
    does not start while its station floods. Few devices: fewer faults.
    """
    pumps = _pump_faults(registry, storm)
    silent = _falls_silent(registry, storm)
    quiet_ids = [] if silent is None else [silent[0].id]
    sound = {*quiet_ids, *_inner_gauges(registry, pumps)}
    steady = [each for each in registry.gauges.values() if each.id not in sound and each.dry_interval_s is None]
    others = _shuffled(steady, seed)
    gauges = {} if silent is None else {silent[0].id: GaugeFault(silent_from=silent[1], battery_pct=EMPTY_PCT)}
    if len(others) >= 4:
        gauges[others[0].id] = GaugeFault(clock_offset=RESET_CLOCK)
        gauges[others[1].id] = GaugeFault(spike_m=others[1].max_m + 12.34, spike_share=0.06)
    if len(others) >= 8:
        gauges[others[2].id] = GaugeFault(battery_pct=WEAK_PCT)
        out = GaugeFault(silent_from=storm.origin + GATEWAY_OUT_AFTER, gateway=OUT_GATEWAY)
        gauges |= {each.id: out for each in others[3:5]}
    return FaultPlan(gauges, _camera_faults(registry, storm, seed, quiet_ids), pumps)


def _pump_faults(registry: Registry, storm: Storm) -> dict[str, PumpFault]:
    """The first pump of the station that floods most without it, soon after the storm's origin: it starts no more."""
    first = {each.station_id: each.id for each in reversed(registry.pumps.values())}
    floods = {pump_id: _flood(registry, storm, station_id, pump_id) for station_id, pump_id in first.items()}
    worst = max(floods, key=lambda each: (floods[each], each), default=None)
    return {} if worst is None or floods[worst] <= 1.0 else {worst: _stands(storm)}


def _stands(storm: Storm) -> PumpFault:
    return PumpFault("idle", storm.origin - FAILS_BEFORE)


def _inner_gauges(registry: Registry, pump_ids: Iterable[str]) -> list[str]:
    """Those of the stations of some pumps: what such a pump does must be seen."""
    found = (registry.inner_gauge_of(registry.pumps[each].station_id) for each in pump_ids)
    return [each.id for each in found if each is not None]


def _flood(registry: Registry, storm: Storm, station_id: str, pump_id: str) -> float:
    """How high the water of a station comes within an hour where a pump stands still; 1.0 is the start of that pump."""
    found = Waters(registry, storm, {pump_id: _stands(storm)}).drained(station_id, storm.origin)
    if found is None:
        return 0.0
    house, course = found
    base_m = house.basin.base_m
    start_m = next(each.start_m for each in house.basin.motors if each.pump_id == pump_id)
    highest_m = max(course.stage_m(storm.origin + timedelta(minutes=each)) for each in range(60))
    return (highest_m - base_m) / (start_m - base_m)


def _camera_faults(registry: Registry, storm: Storm, seed: int, quiet_ids: Sequence[str]) -> dict[str, CameraFault]:
    cameras = _shuffled(registry.cameras.values(), seed)
    if len(cameras) < 3:
        return {}
    frozen = _sees_most_rise(registry, storm, cameras, quiet_ids)
    others = [each for each in cameras if each is not frozen]
    faults = {
        others[0].id: CameraFault(CameraState.OFFLINE, "no power from the solar panel"),
        others[1].id: CameraFault(since=storm.origin + BLURS_AFTER, picture="blurred"),
    }
    if frozen is not None:
        faults[frozen.id] = CameraFault(since=storm.origin + FREEZES_AFTER, picture="frozen")
    return faults


def _sees_most_rise(
    registry: Registry, storm: Storm, cameras: Sequence[Camera], quiet_ids: Sequence[str]
) -> Camera | None:
    """The camera whose water rises by the most levels in the hour after the pictures freeze; None: none rises."""
    waters = Waters(registry, storm)
    start, rises = storm.origin + FREEZES_AFTER, {}
    for camera in cameras:
        gauge = next(iter(registry.gauges_of(camera.station_id)), None)
        if gauge is not None and gauge.id not in quiet_ids:
            hazards = [waters.hazard(gauge.id, start + step * timedelta(minutes=10)) for step in range(7)]
            rises[camera.id] = max(hazards) - hazards[0]
    most = max(rises, key=rises.__getitem__, default=None)
    return registry.cameras[most] if most is not None and rises[most] > 0 else None


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
