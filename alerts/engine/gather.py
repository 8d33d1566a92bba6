"""What the rules of the clock look at, gathered from the stores: how the devices are now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from alerts.channels.signs import SignState
from alerts.rules.facts import Facts
from alerts.rules.pumping import Pumping
from ingest.health.fold import Device, GaugeState
from ingest.health.judge import judge
from ingest.health.limits import HealthSettings
from ingest.stations import Registry
from ingest.store.protocol import CameraLatest, HealthStore


class Cameras(Protocol):
    """The part of the log that knows the cameras."""

    def cameras(self) -> dict[str, CameraLatest]:
        """The newest report and still by camera id."""
        ...


def no_pumps(*_: object) -> Mapping[str, Pumping]:
    """Where nobody asks for the stations with pumps."""
    return {}


class Gather:
    """Reads what changed since the last look. For one thread.

    The devices are judged at the time up to which the log was folded: what came since must not be taken for silence.
    Before the first turn of the keeper nothing is known of anybody, so nobody is silent.
    """

    def __init__(
        self,
        registry: Callable[[], Registry],
        health: HealthStore,
        cameras: Cameras,
        limits: HealthSettings,
        now: Callable[[], datetime],
        signs: Callable[[], Sequence[SignState]] = tuple,
        pumping: Callable[[Registry, datetime], Mapping[str, Pumping]] = no_pumps,
    ) -> None:
        self._registry_now = registry
        self._health = health
        self._cameras = cameras
        self._limits = limits
        self._now = now
        self._signs = signs
        self._pumping = pumping
        self._revision = 0
        self._states: dict[str, GaugeState] = {}
        self._registry: Registry | None = None
        self._devices: dict[str, Device] = {}

    def facts(self, firing: Mapping[str, int]) -> Facts | None:
        """How the devices are; None where the keeper of their health has not looked yet."""
        registry = self._meet(self._registry_now())
        changes = self._health.changed_after(self._revision)
        if changes.revision < self._revision:  # another database: an older one was restored
            self._states, changes = {}, self._health.changed_after(0)
        self._revision = changes.revision
        self._states.update(changes.states)
        if changes.turned_at is None:
            return None
        health = judge(self._devices, self._states, changes.turned_at, self._limits)
        now = self._now()
        pumping = self._pumping(registry, now)
        return Facts(now, registry, health, self._cameras.cameras(), firing, self._signs(), pumping)

    def _meet(self, registry: Registry) -> Registry:
        if registry is not self._registry:
            self._registry = registry
            self._devices = {
                gauge.id: Device.of(gauge, registry.stations[gauge.station_id].kind)
                for gauge in registry.gauges.values()
            }
            self._states = {key: state for key, state in self._states.items() if key in self._devices}
        return registry
