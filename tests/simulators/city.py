"""A small made-up city for the tests of the simulators."""

from __future__ import annotations

from datetime import UTC, datetime

from ingest.stations import Camera, City, Gauge, Registry, Station, StationKind, ThresholdSet

ORIGIN = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
RIVER_LEVELS = {1: 1.2, 2: 1.6, 3: 2.2, 4: 2.8, 5: 3.5}


KNOWN: dict[StationKind, dict[str, object]] = {
    StationKind.RIVER: {
        "reports": "below_crown",
        "crown_m": 3.5,
        "thresholds": (ThresholdSet(valid_from=ORIGIN, levels=RIVER_LEVELS),),
    },
    StationKind.WATERWAY: {"bank_m": 1.5, "inner_flood_m": 1.35},
    StationKind.UNDERPASS: {},
    StationKind.PUMP_STATION: {"bank_m": 3.0, "inner_flood_m": 2.7},
    StationKind.RETENTION_POND: {"stage_volume": ((0.0, 0.0), (1.0, 800.0), (3.0, 4000.0))},
}


def city(size: int = 35, interval_s: float = 60.0) -> Registry:
    """``size`` stations of all kinds in turn, a gauge each, a camera at every third."""
    kinds = list(StationKind)
    items: list[Station | Gauge | Camera] = []
    for index in range(size):
        station = _station(kinds[index % len(kinds)], index)
        items += [station, gauge(station, interval_s)]
        if index % 3 == 0:
            items.append(Camera(id=f"cam-{index:02}", station_id=station.id, interval_s=300.0))
    return Registry.of(City(id="testcity", name={"ja": "試験市"}), items)


def _station(kind: StationKind, index: int) -> Station:
    return Station(
        id=f"{kind.value}-{index:02}",
        kind=kind,
        name={"ja": "地点", "en": f"Spot {index}"},
        lat=34.40 + 0.012 * (index % 6),
        lon=133.15 + 0.014 * (index // 6),
    )


def gauge(station: Station, interval_s: float = 60.0) -> Gauge:
    """A gauge with what its kind of station usually knows of it."""
    return Gauge.model_validate(
        {"id": f"{station.id}-level", "station_id": station.id, "interval_s": interval_s, **KNOWN[station.kind]}
    )
