"""Simulated and replayed devices as services."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from deploy.services import Worker
from deploy.settings import Settings
from deploy.wiring.house import device_publisher
from ingest.clock import Clock
from ingest.stations import Registry
from simulators.faults import CameraFault, demonstration_faults
from simulators.fleet import run_fleet
from simulators.pump_faults import PumpFault
from simulators.replay import Row, run_replay
from simulators.scene import HD, Size
from simulators.storm import Storm

log = logging.getLogger(__name__)

NO_CAMERAS: Mapping[str, CameraFault] = {}
NO_PUMPS: Mapping[str, PumpFault] = {}


class Devices:
    """Publishes in a thread, like real devices, what a subclass makes of them."""

    def __init__(self, settings: Settings, name: str) -> None:
        self._publisher = device_publisher(settings)
        self._worker = Worker(name, self._run)

    def start(self) -> None:
        """Connect, then publish in a thread; raises BrokerError where the broker cannot be reached."""
        self._publisher.connect()
        self._worker.start()

    def stop(self) -> None:
        """Publish nothing more, wait for what is on its way, disconnect."""
        self._worker.stop()
        self._publisher.flush(5.0)
        self._publisher.close()

    def _run(self, stop: threading.Event) -> None:
        raise NotImplementedError


class Fleet(Devices):
    """All devices of a registry in a storm, with the faults of the demonstration and those of some of them besides.

    Cameras that the settings have asked for their stills send nothing.
    """

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        storm: Storm,
        clock: Clock,
        since: datetime | None,
        cameras: Mapping[str, CameraFault] = NO_CAMERAS,
        size: Size = HD,
        pumps: Mapping[str, PumpFault] = NO_PUMPS,
    ) -> None:
        super().__init__(settings, "fleet")
        self._cameras = cameras
        self._pumps = pumps
        self._size = size
        self._pulled = settings.cameras.pull
        self._registry = registry
        self._storm = storm
        self._clock = clock
        self._since = since

    def _run(self, stop: threading.Event) -> None:
        usual = demonstration_faults(self._registry, self._storm)
        faults = usual.with_cameras(self._cameras).with_pumps(self._pumps)
        run_fleet(
            self._registry,
            self._storm,
            faults,
            self._publisher,
            self._clock,
            stop,
            since=self._since,
            report=log.info,
            size=self._size,
            pulled=self._pulled,
        )


class RecordedDevices(Devices):
    """The devices of a recorded flood, which was moved to the present."""

    def __init__(
        self, settings: Settings, registry: Registry, rows: Sequence[Row], clock: Clock, say: Callable[[str], None]
    ) -> None:
        super().__init__(settings, "recording")
        self._registry = registry
        self._rows = rows
        self._clock = clock
        self._say = say

    def _run(self, stop: threading.Event) -> None:
        run_replay(self._rows, self._registry, self._publisher, self._clock, stop, self._say)
