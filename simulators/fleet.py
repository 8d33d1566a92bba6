"""All devices of a city at once: the present first, then the past, the pictures, then live until stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.clock import Clock
from ingest.stations import Camera, Device, Gate, Gauge, Pump, Registry
from simulators.delivery import Report, Sender, deliver
from simulators.devices import Devices, grid_point, grid_points
from simulators.faults import FaultPlan
from simulators.gauges import Waters
from simulators.messages import Message
from simulators.scene import HD, Size
from simulators.storm import Storm

LONGEST_WAIT_S = 5.0
SHORTEST_WAIT_S = 0.02

Due = tuple[datetime, str, Device]


@dataclass(slots=True)
class Sent:
    """What a run has sent so far."""

    present: int = 0
    backfill: int = 0
    live: int = 0


def run_fleet(
    registry: Registry,
    storm: Storm,
    faults: FaultPlan,
    sender: Sender,
    clock: Clock,
    stop: threading.Event,
    *,
    since: datetime | None,
    report: Report,
    size: Size = HD,
    pulled: bool = False,
) -> Sent:
    """Be all devices of a registry until ``stop`` is set; returns what was sent.

    First the present of every gauge, pump and gate and the heartbeat of every camera, then what they said after
    ``since`` up to now (oldest first; None: nothing), then the present picture of every camera in a ``size``, then
    live. Whoever runs it again sends the same observations with the same values, which a receiver knows as repeats. A
    message that cannot be handed over is reported and tried again. Where somebody asks cameras for their stills
    (``pulled``), those with a pull address send nothing of their own.
    """
    cameras = sending(registry, pulled=pulled)
    fleet = _Fleet(Devices(Waters(registry, storm, faults.pumps), faults, size), cameras, sender, stop, report)
    started = clock.now()
    fleet.send_present([*registry.gauges.values(), *_machines(registry)], started)
    fleet.send_heartbeats(started)
    if since is not None:
        fleet.send_past(since, started)
    fleet.send_present(cameras, started)
    fleet.send_live(started, clock)
    return fleet.sent


def sending(registry: Registry, *, pulled: bool) -> list[Camera]:
    """The cameras that send: all, or those without a pull address where somebody asks for stills (``pulled``)."""
    return [each for each in registry.cameras.values() if not (pulled and each.pull)]


class _Fleet:
    def __init__(
        self, devices: Devices, cameras: list[Camera], sender: Sender, stop: threading.Event, report: Report
    ) -> None:
        self._devices = devices
        self._cameras = cameras
        self._sender = sender
        self._stop = stop
        self._report = report
        self.sent = Sent()

    def send_present(self, devices: Iterable[Device], now: datetime) -> None:
        """What they see and measure now."""
        for device in devices:
            if self._stop.is_set():
                return
            self.sent.present += self._send(self._messages(device, grid_point(device, now)))
        self._report(f"{self.sent.present} messages of the present are sent")

    def send_heartbeats(self, now: datetime) -> None:
        """What cameras say of themselves; their pictures take longer."""
        for camera in self._cameras:
            self.sent.present += self._send([self._devices.camera_status(camera, grid_point(camera, now))])

    def send_past(self, since: datetime, until: datetime) -> None:
        """No pictures; a gauge with a wrong clock has no past, for its readings count when they are received."""
        registry, faults = self._devices.registry, self._devices.faults
        keep_time = [each for each in registry.gauges.values() if not faults.of_gauge(each.id).clock_offset]
        for at, _, device in _due([*keep_time, *_machines(registry)], since, until):
            self.sent.backfill += self._send(self._due_messages(device, at))
        self._report(f"{self.sent.backfill} readings since {since.isoformat(timespec='seconds')} are sent")

    def send_live(self, after: datetime, clock: Clock) -> None:
        registry = self._devices.registry
        devices = [*registry.gauges.values(), *_machines(registry), *self._cameras]
        while not self._stop.is_set():
            until = max(after, clock.now())
            for at, _, device in _due(devices, after, until):
                self.sent.live += self._send(self._due_messages(device, at))
            after = until
            self._stop.wait(_wait_s(devices, after, clock))

    def _due_messages(self, device: Device, at: datetime) -> list[Message]:
        if self._stop.is_set() or (isinstance(device, Gauge) and not self._devices.is_due(device, at)):
            return []
        return self._messages(device, at)

    def _messages(self, device: Device, at: datetime) -> list[Message]:
        match device:
            case Camera():
                return self._devices.camera_messages(device, at)
            case Gate():
                return [self._devices.gate_message(device, at)]
            case Pump():
                said = self._devices.pump_message(device, at)
            case Gauge():
                said = self._devices.reading(device, at)
        return [] if said is None else [said]

    def _send(self, messages: Iterable[Message]) -> int:
        return sum(deliver(message, self._sender, self._stop, self._report) for message in messages)


def _machines(registry: Registry) -> list[Device]:
    return [*registry.pumps.values(), *registry.gates.values()]


def _due(devices: Iterable[Device], after: datetime, until: datetime) -> list[Due]:
    """Who observes when, oldest first."""
    found = [(at, device.id, device) for device in devices for at in grid_points(device, after, until)]
    return sorted(found, key=lambda due: due[:2])


def _wait_s(devices: Iterable[Device], after: datetime, clock: Clock) -> float:
    """Real seconds until the next observation of any device."""
    steps = (grid_point(device, after) + timedelta(seconds=device.interval_s) for device in devices)
    house_s = (min(steps, default=after + timedelta(minutes=1)) - clock.now()).total_seconds()
    return min(LONGEST_WAIT_S, max(SHORTEST_WAIT_S, house_s / clock.speed))
