"""Pump stations in a storm: their inner stage, which pumps run, how far the gates are open. Deterministic.

A course is worked out from the first drop of a storm long past, so whoever begins in the middle of one finds the same
as whoever was there from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ingest.hazard import Levels
from ingest.stations import Gauge, Pump, Registry, Station
from simulators.chance import interpolated, share
from simulators.drains import STEP_S, Basin, Course, Motor, drained, motor
from simulators.pump_faults import SOUND_PUMP, PumpFault
from simulators.runoff import nash_cascade
from simulators.storm import Event, Place

INFLOWS = ((0.0, 0.35), (0.3, 0.7), (0.7, 0.95), (0.9, 1.15), (1.0, 1.35))
"""Share of the storms → largest inflow as a share of what the pumps take: one in six or so is more than that."""
K_S = 420.0
USUAL_M3_PER_S = 1.0
BEFORE = 2
"""Storms that are looked back at: a basin that nobody pumps is nearly dry again after one."""
OPEN_PCT, CLOSED_PCT = 100.0, 0.0
GATE_MOVES_S = 120.0
"""A gate takes so long from one end to the other."""


@dataclass(frozen=True, slots=True)
class PumpHouse:
    """A station with pumps, and the gauge on the side that they drain."""

    station: Station
    inner: Gauge
    basin: Basin

    def course(
        self, events: Sequence[Event], until: datetime, place: Place, seed: int, faults: Mapping[str, PumpFault]
    ) -> Course:
        """What storms that follow each other do to it, from the first drop of the first one on."""
        begins_at = events[0].begins_at
        inflow = [0.0] * int((until - begins_at).total_seconds() / STEP_S)
        for event in events:
            first = int((event.begins_at - begins_at).total_seconds() / STEP_S)
            for offset, flow in enumerate(self._inflow(event, place, seed, len(inflow) - first)):
                inflow[first + offset] += flow
        of_pumps = [faults.get(each.pump_id, SOUND_PUMP) for each in self.basin.motors]
        return drained(self.basin, inflow, begins_at, of_pumps)

    def _inflow(self, event: Event, place: Place, seed: int, steps: int) -> list[float]:
        """What a storm brings, in m³/s: its largest inflow is a share of what the pumps take, drawn for each storm."""
        flow = nash_cascade(event.rain_series(place, STEP_S, steps), 2, K_S, STEP_S)
        largest = max(flow, default=0.0)
        peak = interpolated(share(seed, event.number, self.station.id, "inflow"), INFLOWS)
        scale = peak * self.basin.capacity_m3_per_s / largest if largest > 0 else 0.0
        return [each * scale for each in flow]


@dataclass
class PumpHouses:
    """The stations of a registry that have pumps and an inner gauge, with the faults of their pumps."""

    registry: Registry
    seed: int
    faults: Mapping[str, PumpFault] = field(default_factory=dict)
    _courses: dict[tuple[str, int], Course] = field(default_factory=dict)

    def house(self, station_id: str, ladder: Levels, base_m: float) -> PumpHouse | None:
        """The station as a basin between dry weather and the top of its ladder; None without pumps."""
        pumps, inner = self.registry.pumps_of(station_id), self.registry.inner_gauge_of(station_id)
        if not pumps or inner is None:
            return None
        motors = _motors(pumps, ladder, base_m)
        basin = Basin(base_m, max(ladder.values()), motors)
        return PumpHouse(self.registry.stations[station_id], inner, basin)

    def course(self, house: PumpHouse, event: Callable[[int], Event], number: int, place: Place) -> Course:
        """The storm of a number at a station, until the next one begins; kept for speed.

        It is worked out from the storm two before on: whatever stood in the basin then is gone by now.
        """
        key = (house.station.id, number)
        if key not in self._courses:
            for old in [each for each in self._courses if each[1] < number - 8]:
                del self._courses[old]
            events = [event(each) for each in range(number - BEFORE, number + 1)]
            until = event(number + 1).begins_at + timedelta(seconds=2 * STEP_S)
            self._courses[key] = house.course(events, until, place, self.seed, self.faults)
        return self._courses[key]


def _motors(pumps: tuple[Pump, ...], ladder: Levels, base_m: float) -> tuple[Motor, ...]:
    """Pumps without a start of their own begin below the lowest threshold, one after the other."""
    lowest_m = min(ladder.values())
    found = []
    for number, pump in enumerate(pumps):
        usual_m = lowest_m - (0.25 - 0.10 * min(number, 2)) * (lowest_m - base_m)
        start_m = usual_m if pump.start_m is None else max(pump.start_m, base_m + 0.05)
        found.append(motor(pump.id, start_m, base_m, pump.capacity_m3_per_s or USUAL_M3_PER_S))
    return tuple(found)


def opening_pct(course: Course | None, at: datetime) -> float:
    """How far the gate of a station is open: shut while one of its pumps runs, so that nothing comes back, else open.

    It moves at an even pace, so what counts is what the pumps did in the last two minutes.
    """
    if course is None:
        return OPEN_PCT
    pieces = int(GATE_MOVES_S / STEP_S)
    shut = sum(any(course.at(at - timedelta(seconds=STEP_S * back)).running) for back in range(pieces))
    return round(OPEN_PCT - (OPEN_PCT - CLOSED_PCT) * shut / pieces, 1)
