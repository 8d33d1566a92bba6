"""The stage of every gauge at any time: pure and deterministic given storm, gauge, station and time.

Each storm brings each water to a severity drawn from its seed, on the gauge's own ladder of thresholds; the shape
over time comes from the rain at the place and from how the kind of station answers it. The gauges of a station
stand in the same water, except that the outer gauge of a pump station (by its role, or "outer" in its id) stands in the
river. The inner gauge of a station with pumps stands in a basin that these drain (simulators.pumps).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from ingest.hazard import TOP, Levels, hazard_at, levels_at
from ingest.stations import Gauge, Registry, Station, StationKind
from simulators.chance import between, interpolated, share
from simulators.drains import Course
from simulators.pump_faults import PumpFault
from simulators.pumps import PumpHouse, PumpHouses
from simulators.runoff import Catchment
from simulators.storm import Event, Place, Storm, places

STEP_S = 60.0
REMEMBERED = timedelta(hours=26)
"""How long a storm is felt from its first drop on."""
STEPS = int(REMEMBERED.total_seconds() / STEP_S)
NOISE_M = 0.010
"""Largest error of a measurement."""

CATCHMENTS = {
    StationKind.RIVER: Catchment(reservoirs=3, k_s=1900, rating=0.6),
    StationKind.WATERWAY: Catchment(reservoirs=2, k_s=360, rating=0.6),
    StationKind.UNDERPASS: Catchment(reservoirs=2, k_s=150, drained_share=0.70),
    StationKind.PUMP_STATION: Catchment(reservoirs=2, k_s=420, drained_share=0.36, rating=0.8),
    StationKind.RETENTION_POND: Catchment(reservoirs=2, k_s=600, drained_share=0.22, rating=0.8),
}
"""Rivers answer in hours, waterways and underpasses in minutes; ponds hold what their outlet cannot take."""

SEVERITIES = ((0.0, 0.3), (0.33, 0.95), (0.44, 2.1), (0.64, 3.2), (0.74, 4.2), (0.85, 5.0), (1.0, 5.4))
"""Share of the gauges → severity of the peak on the ladder: a third stays at 0, a quarter reaches 4 or 5."""


@dataclass(frozen=True, slots=True)
class Hydrograph:
    """Flow or volume of one storm at one gauge, as a share of its largest, and the depth of that largest."""

    begins_at: datetime
    shares: tuple[float, ...]
    peak_depth_m: float

    def share_at(self, at: datetime) -> float:
        """Linear between the steps; 0 before the first and after the last."""
        steps = (at - self.begins_at).total_seconds() / STEP_S
        index = int(steps)
        if steps < 0 or index + 1 >= len(self.shares):
            return 0.0
        return self.shares[index] + (self.shares[index + 1] - self.shares[index]) * (steps - index)


class Waters:
    """Every gauge of a registry under a storm. Values depend on the arguments alone; hydrographs are kept for speed."""

    def __init__(
        self, registry: Registry, storm: Storm, pump_faults: Mapping[str, PumpFault] = MappingProxyType({})
    ) -> None:
        """``pump_faults`` are those of the pumps, by their ids: they change the water."""
        self.registry = registry
        self.storm = storm
        self._pump_houses = PumpHouses(registry, storm.seed, pump_faults)
        self._drained: dict[str, PumpHouse | None] = {}
        self._places = places(list(registry.stations.values()))
        self._events: dict[int, Event] = {}
        self._hydrographs: dict[tuple[str, int], Hydrograph] = {}

    def stage_m(self, gauge_id: str, at: datetime) -> float:
        """True stage above the gauge zero."""
        gauge = self.registry.gauges[gauge_id]
        station = self.registry.station_of(gauge)
        drained = self.drained(station.id, at)
        if drained is not None and drained[0].inner.id == gauge.id:
            return drained[1].stage_m(at)
        rating = catchment_of(gauge, station).rating
        flow = 0.0
        for number in self._felt(at):
            hydrograph = self._hydrograph(gauge, station, number)
            flow += hydrograph.share_at(at) * hydrograph.peak_depth_m ** (1 / rating)
        return base_m(station.kind, ladder(station.kind, gauge, at)) + float(flow**rating)

    def drained(self, station_id: str, at: datetime) -> tuple[PumpHouse, Course] | None:
        """A station with pumps and what goes on in it around a time; None where there are none."""
        if station_id not in self._drained:
            self._drained[station_id] = self._pump_house(station_id)
        house = self._drained[station_id]
        if house is None:
            return None
        begun = [each for each in self.storm.numbers(at, at) if self._event(each).begins_at <= at]
        number = max(begun, default=self.storm.numbers(at, at)[0] - 1)
        return house, self._pump_houses.course(house, self._event, number, self._places[station_id])

    def _pump_house(self, station_id: str) -> PumpHouse | None:
        inner = self.registry.inner_gauge_of(station_id)
        if inner is None:
            return None
        kind = self.registry.stations[station_id].kind
        levels = ladder(kind, inner, self.storm.origin)
        return self._pump_houses.house(station_id, levels, base_m(kind, levels))

    def measured_m(self, gauge_id: str, at: datetime) -> float:
        """What the sensor makes of it: an error of at most a centimetre, whole millimetres, a dry road is 0."""
        stage_m = self.stage_m(gauge_id, at) + noise_m(self.storm.seed, gauge_id, at)
        dry_road = self.registry.station_of(self.registry.gauges[gauge_id]).kind is StationKind.UNDERPASS
        return round(max(0.0, stage_m) if dry_road else stage_m, 3)

    def hazard(self, gauge_id: str, at: datetime) -> int:
        """Hazard of the measured stage by the gauge's own thresholds."""
        gauge = self.registry.gauges[gauge_id]
        return hazard_at(self.measured_m(gauge_id, at), levels_at(self.registry.station_of(gauge).kind, gauge, at))

    def rain_mm_per_h(self, station_id: str, at: datetime) -> float:
        """Rain at a station."""
        numbers = self.storm.numbers(at, at)
        return sum(self._event(number).rain_mm_per_h(self._places[station_id], at) for number in numbers)

    def _event(self, number: int) -> Event:
        if number not in self._events:
            self._events[number] = self.storm.event(number)
        return self._events[number]

    def _felt(self, at: datetime) -> list[int]:
        numbers = self.storm.numbers(at - REMEMBERED, at)
        return [number for number in numbers if timedelta(0) <= at - self._event(number).begins_at < REMEMBERED]

    def _hydrograph(self, gauge: Gauge, station: Station, number: int) -> Hydrograph:
        key = (gauge.id, number)
        if key not in self._hydrographs:
            self._forget_before(number - 8)
            place = self._places[station.id]
            self._hydrographs[key] = hydrograph(gauge, station, place, self._event(number), self.storm.seed)
        return self._hydrographs[key]

    def _forget_before(self, number: int) -> None:
        for old in [key for key in self._hydrographs if key[1] < number]:
            del self._hydrographs[old]


def hydrograph(gauge: Gauge, station: Station, place: Place, event: Event, seed: int) -> Hydrograph:
    """What one storm does at one gauge."""
    rain = event.rain_series(place, STEP_S, STEPS)
    levels = ladder(station.kind, gauge, event.core_at)
    severity = interpolated(share(seed, event.number, *_water(gauge, station), "severity"), SEVERITIES)
    base = base_m(station.kind, levels)
    peak_m = stage_of_severity(severity, base, levels)
    return Hydrograph(
        event.begins_at, tuple(catchment_of(gauge, station).response(rain, STEP_S)), max(0.0, peak_m - base)
    )


def catchment_of(gauge: Gauge, station: Station) -> Catchment:
    """How the water at a gauge answers rain."""
    outer = _water(gauge, station)[1]
    usual = CATCHMENTS[StationKind.RIVER if outer else station.kind]
    return replace(usual, k_s=usual.k_s * between(0.8, 1.25, *_water(gauge, station), "k"))


def _water(gauge: Gauge, station: Station) -> tuple[str, bool]:
    """Which water a gauge stands in: its station's, and whether it is the outer one."""
    outer = gauge.role == "outer" or (not gauge.role and "outer" in gauge.id)
    return station.id, station.kind is StationKind.PUMP_STATION and outer


def ladder(kind: StationKind, gauge: Gauge, at: datetime) -> Levels:
    """The gauge's thresholds, or where it has none a plausible ladder up to its bank or crown (else 3 m)."""
    levels = levels_at(kind, gauge, at)
    top_m = gauge.bank_m or gauge.crown_m or 3.0
    return levels or {hazard: round(part * top_m, 3) for hazard, part in zip(range(1, 6), _PLAIN_SHARES, strict=True)}


_PLAIN_SHARES: Sequence[float] = (0.4, 0.5, 0.65, 0.8, 1.0)


def base_m(kind: StationKind, levels: Levels) -> float:
    """Stage in dry weather: an underpass is dry, elsewhere some water stands well below the lowest threshold."""
    lowest_m = min(levels.values())
    if kind is StationKind.UNDERPASS:
        return 0.0
    return 0.3 * lowest_m if lowest_m > 0 else lowest_m - 1.0


def stage_of_severity(severity: float, base: float, levels: Levels) -> float:
    """Stage at a severity of 0 (dry weather) to 5 and a little more, linear between the gauge's thresholds."""
    points = [(0.0, base), *((float(hazard), stage_m) for hazard, stage_m in sorted(levels.items()))]
    highest = points[-1][0]
    return interpolated(severity * highest / TOP if highest < TOP else severity, points)


def noise_m(seed: int, gauge_id: str, at: datetime) -> float:
    """Error of one measurement, the same whenever the same observation is made again."""
    moment = int(at.timestamp())
    return NOISE_M * (share(seed, gauge_id, moment, "a") + share(seed, gauge_id, moment, "b") - 1)
