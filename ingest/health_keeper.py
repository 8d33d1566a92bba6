"""Keeps the health of the devices: tails the log and what devices say of themselves, each row exactly once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from ingest.clock import Clock
from ingest.health.fold import Device, GaugeState, with_reading, with_vitals
from ingest.health.limits import HealthSettings
from ingest.readings import Reading, Vitals
from ingest.stations import Quantity, Registry
from ingest.store.health import Progress, SqlHealth

log = logging.getLogger(__name__)

MOST_PER_STEP = 2_000
"""Rows of each log that one transaction takes: the write lock is held for some milliseconds."""


class Readings(Protocol):
    """The part of the log that is tailed."""

    def readings_after(self, seq: int, limit: int = 1000) -> list[Reading]:
        """The readings that came after ``seq``, in order of sequence."""
        ...


class HealthKeeper:
    """Woken from outside; each turn folds what came since the last one, however long ago that was.

    States and cursors are written in one transaction: whoever is cut off in between begins that step again.
    """

    def __init__(
        self,
        log: Readings,
        health: SqlHealth,
        registry: Callable[[], Registry],
        limits: HealthSettings,
        clock: Clock,
    ) -> None:
        self._log = log
        self._health = health
        self._registry = registry
        self._limits = limits
        self._clock = clock
        self._known: Registry | None = None
        self._devices: Mapping[str, Device] = {}
        self._ended = threading.Event()

    def turn(self) -> int:
        """Fold everything new; the number of rows folded."""
        self._meet()
        folded = 0
        while not self._ended.is_set():
            rows = self._step()
            folded += rows
            if rows < MOST_PER_STEP:
                break
        return folded

    def stop(self) -> None:
        """Let a long turn end after the step that runs; what is left is folded by the next start."""
        self._ended.set()

    def _meet(self) -> None:
        """Take note of a new registry: who is retired is forgotten."""
        registry = self._registry()
        if registry is not self._known:
            self._devices = devices(registry)
            self._health.retain(self._devices)
            self._known = registry

    def _step(self) -> int:
        before = self._health.progress()
        read = self._log.readings_after(before.reading_seq, MOST_PER_STEP)
        readings = [each for each in read if each.quantity is Quantity.STAGE]
        vitals = self._health.vitals_after(before.vitals_seq, MOST_PER_STEP)
        touched = {each.gauge_id for each in readings} | {each.gauge_id for each in vitals}
        states = self._folded(self._health.states(touched & self._devices.keys()), readings, vitals)
        after = Progress(
            reading_seq=read[-1].seq if read else before.reading_seq,
            vitals_seq=vitals[-1].seq if vitals else before.vitals_seq,
            turned_at=self._clock.now(),
        )
        if not self._health.keep(before, after, states):
            log.warning("another keeper of the health works on the same database: end one of them")
            return 0
        return len(read) + len(vitals)

    def _folded(
        self, states: Mapping[str, GaugeState], readings: Sequence[Reading], vitals: Sequence[Vitals]
    ) -> dict[str, GaugeState]:
        after = dict(states)
        for reading in readings:
            if device := self._devices.get(reading.gauge_id):
                state = after.get(reading.gauge_id, GaugeState())
                after[reading.gauge_id] = with_reading(state, reading, device, self._limits)
        for said in vitals:
            if device := self._devices.get(said.gauge_id):
                state = after.get(said.gauge_id, GaugeState())
                after[said.gauge_id] = with_vitals(state, said, device, self._limits)
        return after


def devices(registry: Registry) -> dict[str, Device]:
    """The devices of the gauges in service, by gauge id."""
    return {gauge.id: Device.of(gauge, registry.stations[gauge.station_id].kind) for gauge in registry.gauges.values()}
