"""What ingest must know of every gauge, and no more: small, so that tens of thousands of them fit.

The registry's own models carry names, positions and thresholds; a process that only takes readings in would spend
most of its memory on them.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ingest.sensors import Reads, Sensor
from ingest.stations import Camera, Gate, Gauge, Pump, QualityLimits, Quantity, Registry, StationKind

NO_LIMITS = QualityLimits()


@dataclass(frozen=True, slots=True)
class Mounted:
    """A gauge's ``Sensor`` as ingest sees it: the same in a fifth of the memory."""

    valid_from: datetime
    model: str
    device: str
    channel: str
    reads: Reads
    unit: str
    height_m: float | None
    offset_m: float
    offset_pa: float
    density_kg_per_m3: float

    @classmethod
    def of(cls, sensor: Sensor) -> Mounted:
        """The same sensor. Words that thousands of them share are kept once."""
        return cls(
            valid_from=sensor.valid_from,
            model=sys.intern(sensor.model),
            device=sensor.device,
            channel=sys.intern(sensor.channel),
            reads=sensor.reads,
            unit=sys.intern(sensor.unit),
            height_m=sensor.height_m,
            offset_m=sensor.offset_m,
            offset_pa=sensor.offset_pa,
            density_kg_per_m3=sensor.density_kg_per_m3,
        )


@dataclass(frozen=True, slots=True)
class Watched:
    """A gauge as ingest sees it. ``sensors`` begin with the oldest; without any, ``reads`` says what comes.

    ``quality`` are its own limits, to be filled up from the defaults of ``kind``.
    """

    id: str
    station_id: str
    kind: StationKind
    reads: Reads
    crown_m: float | None
    datum_m: float | None
    min_m: float
    max_m: float
    interval_s: float
    sensors: tuple[Mounted, ...] = ()
    quality: QualityLimits = NO_LIMITS
    quantity: Quantity = Quantity.STAGE


@dataclass(frozen=True, slots=True)
class Eye:
    """A camera as ingest sees it."""

    station_id: str
    interval_s: float


@dataclass(frozen=True, slots=True)
class Machine:
    """A pump or a gate as ingest sees it; ``kind`` is that of its topics."""

    station_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Roster:
    """All that ingest takes messages from.

    ``cameras`` and ``equipment`` (pumps and gates) are by id; ``devices`` maps the identifier of a device at a network
    server to the gauges that have, had or will have it as a sensor; ``neighbours`` a station to those next above and
    below it on its water. ``asked`` are the cameras that do not send by themselves, as the registry has them.
    """

    gauges: Mapping[str, Watched] = field(default_factory=dict)
    cameras: Mapping[str, Eye] = field(default_factory=dict)
    equipment: Mapping[str, Machine] = field(default_factory=dict)
    devices: Mapping[str, tuple[Watched, ...]] = field(default_factory=dict)
    by_station: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    neighbours: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked: tuple[Camera, ...] = ()

    @classmethod
    def build(
        cls,
        gauges: Iterable[Watched],
        cameras: Iterable[Camera],
        equipment: Iterable[Pump | Gate],
        above: Mapping[str, tuple[str, ...]],
    ) -> Roster:
        """The roster from its devices, and the stations next above a station."""
        cameras = list(cameras)
        by_id = {gauge.id: gauge for gauge in gauges}
        eyes = {each.id: Eye(each.station_id, each.interval_s) for each in cameras}
        machines = {
            each.id: Machine(each.station_id, "pump" if isinstance(each, Pump) else "gate") for each in equipment
        }
        return cls(
            gauges=by_id,
            cameras=eyes,
            equipment=machines,
            devices=_by_device(by_id.values()),
            by_station=_by_station(by_id.values()),
            neighbours=_neighbours(above),
            asked=tuple(each for each in cameras if each.pull is not None),
        )

    @classmethod
    def of(cls, registry: Registry) -> Roster:
        """The roster of a registry."""
        return cls.build(
            (watched(gauge, registry.stations[gauge.station_id].kind) for gauge in registry.gauges.values()),
            registry.cameras.values(),
            [*registry.pumps.values(), *registry.gates.values()],
            {station.id: station.upstream for station in registry.stations.values() if station.upstream},
        )

    def company(self, gauge: Watched) -> tuple[str, ...]:
        """The gauges that can speak for or against this one: those of its station, then of the stations next to it."""
        own = [each for each in self.by_station.get(gauge.station_id, ()) if each != gauge.id]
        near = [
            each for station in self.neighbours.get(gauge.station_id, ()) for each in self.by_station.get(station, ())
        ]
        return (*own, *near)


def watched(gauge: Gauge, kind: StationKind) -> Watched:
    """A gauge as ingest sees it."""
    return Watched(
        id=gauge.id,
        station_id=gauge.station_id,
        kind=kind,
        reads=Reads(gauge.reports),
        crown_m=gauge.crown_m,
        datum_m=gauge.datum_m,
        min_m=gauge.min_m,
        max_m=gauge.max_m,
        interval_s=gauge.interval_s,
        sensors=tuple(Mounted.of(each) for each in sorted(gauge.sensors, key=lambda each: each.valid_from)),
        quality=gauge.quality if gauge.quality != NO_LIMITS else NO_LIMITS,
        quantity=gauge.quantity,
    )


def _by_device(gauges: Iterable[Watched]) -> dict[str, tuple[Watched, ...]]:
    found: dict[str, dict[str, Watched]] = defaultdict(dict)
    for gauge in gauges:
        for sensor in gauge.sensors:
            if sensor.device:
                found[sensor.device][gauge.id] = gauge
    return {device: tuple(each.values()) for device, each in found.items()}


def _by_station(gauges: Iterable[Watched]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for gauge in gauges:
        found[gauge.station_id].append(gauge.id)
    return {station: tuple(each) for station, each in found.items()}


def _neighbours(above: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for below, stations in above.items():
        for station in stations:
            found[below][station] = None
            found[station][below] = None
    return {station: tuple(each) for station, each in found.items()}
