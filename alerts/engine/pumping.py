"""The stations with pumps and gates as the rules look at them, gathered from the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from alerts.rules.course import KEPT
from alerts.rules.pumping import LOOKED_BACK, Pumping, Run, run_of
from ingest.equipment.idle import start_of
from ingest.equipment.state import PumpState, States, gate_state, patience, pump_state
from ingest.equipment.water import Inner, inner_water
from ingest.readings import Quality, Reading
from ingest.stations import Gate, Gauge, Pump, Quantity, Registry, StationKind
from ingest.store.protocol import Latest

LOOK_AGAIN = timedelta(minutes=5)
"""Fifty flooded stations with two pumps each take a twentieth of a second a look so, and half a second otherwise."""


class PumpLog(Protocol):
    """The part of the log that knows pumps, gates and their water."""

    def states(self) -> dict[tuple[str, Quantity], Reading]:
        """The newest reading of everything that is not a stage, by id and quantity."""
        ...

    def latest(self, gauge_ids: Collection[str] | None = None) -> dict[str, Latest]:
        """The newest reading of the stage of some gauges."""
        ...

    def history(
        self, gauge_id: str, since: datetime, until: datetime, quantity: Quantity = Quantity.STAGE
    ) -> list[Reading]:
        """What was observed in [since, until], by ``observed_at``."""
        ...


@dataclass(frozen=True, slots=True)
class Equipped:
    """A station with pumps or gates as the registry knows it."""

    station_id: str
    kind: StationKind
    pumps: tuple[Pump, ...]
    gates: tuple[Gate, ...]
    inner: Gauge | None
    outer: Gauge | None


class PumpStations:
    """For one thread. Of a station whose water is far below its pumps only the newest readings are read."""

    def __init__(self, log: PumpLog) -> None:
        self._log = log
        self._registry: Registry | None = None
        self._equipped: Sequence[Equipped] = ()
        self._runs: dict[str, tuple[datetime, Run | None]] = {}

    def now(self, registry: Registry, now: datetime) -> dict[str, Pumping]:
        """Every station with pumps or gates at ``now``, by its id."""
        if registry is not self._registry:
            self._registry, self._equipped, self._runs = registry, equipped(registry), {}
        if not self._equipped:
            return {}
        states = self._log.states()
        gauges = {gauge.id for each in self._equipped for gauge in (each.inner, each.outer) if gauge is not None}
        latest = self._log.latest(gauges)
        return {each.station_id: self._pumping(each, states, latest, now) for each in self._equipped}

    def _pumping(self, at: Equipped, states: States, latest: Mapping[str, Latest], now: datetime) -> Pumping:
        pumps = tuple(pump_state(each, states, now) for each in at.pumps)
        inner = inner_water(at.kind, at.inner, latest.get(at.inner.id), (), now) if at.inner else None
        runs: dict[str, Run] = {}
        if inner is not None and _matters(pumps, inner):
            inner = replace(inner, course=self._course(inner.gauge.id, now))
            runs = {each.pump.id: run for each in pumps if (run := self._run(each, now)) is not None}
        return Pumping(
            station_id=at.station_id,
            pumps=pumps,
            gates=tuple(gate_state(each, states, now) for each in at.gates),
            inner=inner,
            outer=_shown(latest.get(at.outer.id)) if at.outer else None,
            runs=runs,
        )

    def _course(self, gauge_id: str, now: datetime) -> tuple[Reading, ...]:
        found = self._log.history(gauge_id, now - KEPT, now)
        return tuple(each for each in found if each.quality is Quality.GOOD)

    def _run(self, state: PumpState, now: datetime) -> Run | None:
        """What a pump has been doing. Hours of history are not read at every look: what is known holds for some
        minutes, unless the pump says otherwise, and then it is looked at anew, with whatever was filled in since."""
        looked_at, run = self._runs.get(state.pump.id, (None, None))
        fresh = looked_at is not None and timedelta(0) <= now - looked_at < LOOK_AGAIN
        if not fresh or run is None or run.running != state.running:
            found = self._log.history(state.pump.id, now - LOOKED_BACK, now, Quantity.RUNNING)
            run = run_of(found, patience(state.pump))
            self._runs[state.pump.id] = (now, run)
        return run


def equipped(registry: Registry) -> list[Equipped]:
    """The stations with pumps or gates."""
    machines: list[Pump | Gate] = [*registry.pumps.values(), *registry.gates.values()]
    stations = dict.fromkeys(each.station_id for each in machines)
    return [
        Equipped(
            station_id=station_id,
            kind=registry.stations[station_id].kind,
            pumps=registry.pumps_of(station_id),
            gates=registry.gates_of(station_id),
            inner=registry.inner_gauge_of(station_id),
            outer=next((each for each in registry.gauges_of(station_id) if each.role == "outer"), None),
        )
        for station_id in stations
    ]


def _matters(pumps: Sequence[PumpState], inner: Inner) -> bool:
    """Whether the water stands where pumps should work."""
    begins_m = start_of(pumps, inner)
    return begins_m is not None and inner.stage_m >= begins_m


def _shown(latest: Latest | None) -> Reading | None:
    if latest is None:
        return None
    return latest.reading if latest.reading.quality is not Quality.BAD else latest.good
