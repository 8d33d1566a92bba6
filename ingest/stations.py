"""The vocabulary of places: city, stations, gauges, cameras and their thresholds.

Everything here is a frozen value. The registry in the database is the truth; files and
the database both arrive at these models, so a mistake is refused at one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AwareDatetime, Field, model_validator

from ingest.devices import Camera as Camera
from ingest.devices import Gate as Gate
from ingest.devices import Pump as Pump
from ingest.naming import Frozen as Frozen
from ingest.naming import Identifier as Identifier
from ingest.naming import Metres as Metres
from ingest.naming import Names as Names
from ingest.naming import named as named
from ingest.sensors import Reads, Sensor
from ingest.waters import circle

Hazard = Annotated[int, Field(ge=1, le=5)]
LEAST_RING = 4
"""Points of the smallest closed line that has an area."""


class StationKind(StrEnum):
    """The five kinds of danger spot."""

    RIVER = "river"
    WATERWAY = "waterway"
    UNDERPASS = "underpass"
    PUMP_STATION = "pump_station"
    RETENTION_POND = "retention_pond"


class Quantity(StrEnum):
    """What is observed. Stage comes first; the state of pumps and gates takes the same way.

    The value of ``running`` is 0 or 1, that of ``fault`` 0 for none, else the device's own number of it (1 where it has
    none), of ``opening`` per cent, of ``flow`` m³/s.
    """

    STAGE = "stage"
    RUNNING = "running"
    FAULT = "fault"
    OPENING = "opening"
    FLOW = "flow"


class ThresholdSet(Frozen):
    """Stages at which a hazard begins, in force from ``valid_from`` on.

    ``levels`` maps hazard (1 to 5) to ``stage_m`` above the gauge zero; a level may be absent.
    """

    valid_from: AwareDatetime
    levels: dict[Hazard, Metres]

    @model_validator(mode="after")
    def _rises_with_hazard(self) -> Self:
        stages = [stage for _, stage in sorted(self.levels.items())]
        if any(lower > higher for lower, higher in pairwise(stages)):
            raise ValueError("a higher hazard cannot begin at a lower stage than the one below it")
        return self


class QualityLimits(Frozen):
    """A gauge's own limits of the quality checks; what is None is taken from the defaults of its kind."""

    spike_m: float | None = Field(default=None, gt=0)
    rise_m_per_h: float | None = Field(default=None, gt=0)
    stuck_h: float | None = Field(default=None, gt=0)


class Gauge(Frozen):
    """A level sensor of a station.

    ``reports`` says what its number means: ``stage`` is metres above the gauge zero,
    ``below_crown`` is 0 at the crown and negative below it and is normalised with ``crown_m``.
    ``sensors`` says it in full, from a time on, and takes the place of ``reports`` then.
    ``bank_m``, ``inner_flood_m`` (内水氾濫危険水位) and ``stage_volume`` serve the defaults per kind.
    ``section`` is the surveyed cross-section as points of (offset, height above the gauge zero) in metres, from the
    left bank to the right one as seen downstream.
    ``interval_s`` is the time between reports when wet, ``dry_interval_s`` when dry.
    ``role`` says of a gauge of a pump station on which side of the pumps it stands.
    """

    id: Identifier
    station_id: Identifier
    name: Names | None = None
    role: Literal["", "inner", "outer"] = ""
    quantity: Literal[Quantity.STAGE] = Quantity.STAGE
    reports: Literal["stage", "below_crown"] = "stage"
    datum_m: float | None = None
    crown_m: float | None = None
    bank_m: float | None = None
    inner_flood_m: float | None = None
    stage_volume: tuple[tuple[float, float], ...] = ()
    section: tuple[tuple[float, float], ...] = ()
    min_m: float = -10.0
    max_m: float = 50.0
    interval_s: float = Field(default=600.0, gt=0)
    dry_interval_s: float | None = Field(default=None, gt=0)
    hysteresis_m: float | None = Field(default=None, ge=0)
    thresholds: tuple[ThresholdSet, ...] = ()
    sensors: tuple[Sensor, ...] = ()
    quality: QualityLimits = QualityLimits()

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.reports == "below_crown" and self.crown_m is None:
            raise ValueError("a gauge that reports below_crown needs crown_m, the crown's height above the gauge zero")
        self._has_what_sensors_need()
        if self.min_m >= self.max_m:
            raise ValueError("min_m must be below max_m")
        if any(
            low_m >= high_m or low_m3 >= high_m3 for (low_m, low_m3), (high_m, high_m3) in pairwise(self.stage_volume)
        ):
            raise ValueError("stage_volume must rise from row to row, in stage and in volume")
        self._has_a_section_to_draw()
        return self

    def _has_a_section_to_draw(self) -> None:
        offsets = [offset_m for offset_m, _ in self.section]
        if offsets and (len(offsets) < 3 or offsets[0] == offsets[-1]):
            raise ValueError("section needs three points at least: a bank, the bed and the other bank")
        if any(before > after for before, after in pairwise(offsets)):
            raise ValueError("section must go on from point to point, the offsets from the left bank to the right one")

    def _has_what_sensors_need(self) -> None:
        reads = {each.reads for each in self.sensors}
        if Reads.BELOW_CROWN in reads and self.crown_m is None:
            raise ValueError("a sensor that reads below_crown needs crown_m, the crown's height above the gauge zero")
        if Reads.ELEVATION in reads and self.datum_m is None:
            raise ValueError("a sensor that reads elevation needs datum_m, the elevation of the gauge zero")


class Station(Frozen):
    """A danger spot. Position in degrees (JGD2011/WGS84).

    ``upstream`` names the stations next above it on its water. ``department`` is who looks after it.
    """

    id: Identifier
    kind: StationKind
    name: Names
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    area: Names | None = None
    department: Names | None = None
    water: Names | None = None
    upstream: tuple[Identifier, ...] = ()

    @model_validator(mode="after")
    def _lies_below_others(self) -> Self:
        if self.id in self.upstream:
            raise ValueError("a station cannot be upstream of itself")
        return self


Device: TypeAlias = Gauge | Camera | Pump | Gate
"""What belongs to a station."""


class City(Frozen):
    """The city, and the lines of its vector map as lists of (lon, lat): ``outlines`` of the land, ``rivers``, and
    ``boundary``, closed rings of the administrative boundary, which may run over the sea.

    ``drill`` marks the registry of a house of drills; no file says it, a drill does.
    """

    id: Identifier
    name: Names
    municipal_code: str = Field(default="", pattern=r"^(\d{6})?$")
    demonstration: bool = False
    drill: bool = False
    outlines: tuple[tuple[tuple[float, float], ...], ...] = ()
    rivers: tuple[tuple[tuple[float, float], ...], ...] = ()
    boundary: tuple[tuple[tuple[float, float], ...], ...] = ()

    @model_validator(mode="after")
    def _boundary_is_closed(self) -> Self:
        for number, ring in enumerate(self.boundary, start=1):
            if any(not (-180 <= lon <= 180 and -90 <= lat <= 90) for lon, lat in ring):
                raise ValueError(
                    f"ring {number} of boundary leaves the earth: write [lon, lat], in degrees, east first"
                )
            if len(ring) < LEAST_RING or ring[0] != ring[-1]:
                raise ValueError(
                    f"ring {number} of boundary is not closed: write at least {LEAST_RING} points, "
                    "the last the same as the first"
                )
        return self


class Registry(Frozen):
    """Everything that is watched, by identifier, as it stands now (retired items are not in it)."""

    city: City
    stations: dict[str, Station] = Field(default={})
    gauges: dict[str, Gauge] = Field(default={})
    cameras: dict[str, Camera] = Field(default={})
    pumps: dict[str, Pump] = Field(default={})
    gates: dict[str, Gate] = Field(default={})
    labels: dict[str, dict[str, dict[int, str]]] = Field(default={})
    """City's own hazard labels: language → station kind → hazard → text."""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        items: list[Device] = [
            *self.gauges.values(),
            *self.cameras.values(),
            *self.pumps.values(),
            *self.gates.values(),
        ]
        for item in items:
            if item.station_id not in self.stations:
                raise ValueError(f"{item.id} belongs to station {item.station_id}, which is not in the registry")
        above = {station.id: station.upstream for station in self.stations.values()}
        if strangers := {each for upstream in above.values() for each in upstream} - set(above):
            raise ValueError(f"{', '.join(sorted(strangers))} is upstream of a station and not in the registry")
        if round_about := circle(above):
            raise ValueError(f"water flows in a circle: {' → '.join(round_about)}")
        return self

    @classmethod
    def of(
        cls,
        city: City,
        items: Iterable[Station | Device],
        labels: dict[str, dict[str, dict[int, str]]] | None = None,
    ) -> Registry:
        """A registry from its items in any order."""
        found = list(items)
        return cls(
            city=city,
            stations={item.id: item for item in found if isinstance(item, Station)},
            gauges={item.id: item for item in found if isinstance(item, Gauge)},
            cameras={item.id: item for item in found if isinstance(item, Camera)},
            pumps={item.id: item for item in found if isinstance(item, Pump)},
            gates={item.id: item for item in found if isinstance(item, Gate)},
            labels=labels or {},
        )

    @property
    def areas(self) -> dict[str, Names]:
        """The areas by their Japanese name, in the order of the stations.

        Where stations name one of them otherwise in another language, the words of the first hold for all.
        """
        found: dict[str, Names] = {}
        for station in self.stations.values():
            if station.area:
                found.setdefault(station.area["ja"], station.area)
        return found

    def station_of(self, item: Device) -> Station:
        """The station an item belongs to."""
        return self.stations[item.station_id]

    def gauges_of(self, station_id: str) -> tuple[Gauge, ...]:
        """The gauges of a station in the order of the registry."""
        return tuple(gauge for gauge in self.gauges.values() if gauge.station_id == station_id)

    def cameras_of(self, station_id: str) -> tuple[Camera, ...]:
        """The cameras of a station in the order of the registry."""
        return tuple(camera for camera in self.cameras.values() if camera.station_id == station_id)

    def pumps_of(self, station_id: str) -> tuple[Pump, ...]:
        """The pumps of a station in the order of the registry."""
        return tuple(pump for pump in self.pumps.values() if pump.station_id == station_id)

    def gates_of(self, station_id: str) -> tuple[Gate, ...]:
        """The gates of a station in the order of the registry."""
        return tuple(gate for gate in self.gates.values() if gate.station_id == station_id)

    def inner_gauge_of(self, station_id: str) -> Gauge | None:
        """The gauge on the side that the pumps of a station drain, as ``inner_of``."""
        return inner_of(self.gauges_of(station_id))


def inner_of(gauges: Sequence[Gauge]) -> Gauge | None:
    """Of a station's gauges the one on the side that its pumps drain: with that role, else the first without any."""
    inner = [each for each in gauges if each.role == "inner"] or [each for each in gauges if not each.role]
    return inner[0] if inner else None


def in_force(sets: Sequence[ThresholdSet], at: datetime) -> ThresholdSet | None:
    """The set valid at ``at``: the latest that has begun; before all of them, the first; None without any."""
    if len(sets) < 2:
        return sets[0] if sets else None
    ordered = sorted(sets, key=lambda each: each.valid_from)
    begun = [each for each in ordered if each.valid_from <= at]
    return begun[-1] if begun else ordered[0]
