"""Simulated and replayed devices as services."""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from deploy.services import Worker
from deploy.settings import Settings
from deploy.wiring.house import device_publisher
from ingest.clock import Clock
from ingest.stations import Registry
from simulators.faults import demonstration_faults
from simulators.fleet import run_fleet
from simulators.storm import Storm

log = logging.getLogger(__name__)


class Fleet:
    """All devices of a registry in a storm, publishing like real ones."""

    def __init__(
        self, settings: Settings, registry: Registry, storm: Storm, clock: Clock, since: datetime | None
    ) -> None:
        self._registry = registry
        self._storm = storm
        self._clock = clock
        self._since = since
        self._publisher = device_publisher(settings)
        self._worker = Worker("fleet", self._run)

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
        faults = demonstration_faults(self._registry, self._storm)
        run_fleet(
            self._registry,
            self._storm,
            faults,
            self._publisher,
            self._clock,
            stop,
            since=self._since,
            report=log.info,
        )
