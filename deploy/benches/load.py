"""The load of a measurement, as programs of their own: a registry of many gauges, and devices that publish.

``python -m deploy.benches.load registry FOLDER PORT GAUGES`` imports the registry;
``python -m deploy.benches.load publish FOLDER PORT GAUGES COUNT PER_S`` publishes, as fast as it can where PER_S is 0.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from deploy.benches.subscribers import settings_of
from deploy.wiring.clockwork import machine_time
from deploy.wiring.stores import open_stores
from ingest.stations import City, Gauge, Registry, Station, StationKind, ThresholdSet
from simulators.publisher import Broker, Publisher

IN_FLIGHT = 1000
LEVELS_M = {1: 2.0, 2: 2.5, 3: 3.0, 4: 3.5, 5: 4.5}
BASE_M, RANGE_MM = 1.0, 200


def city_of(gauges: int) -> Registry:
    """A city with so many rivers, each with one station of one gauge."""
    thresholds = (ThresholdSet(valid_from=datetime(2020, 1, 1, tzinfo=UTC), levels=LEVELS_M),)
    items: list[Station | Gauge] = []
    for number in range(gauges):
        station = f"s{number:05}"
        name = {"ja": f"地点{number}", "en": f"Station {number}"}
        items.append(Station(id=station, kind=StationKind.RIVER, name=name, lat=34.4, lon=133.2))
        items.append(Gauge(id=f"g{number:05}", station_id=station, thresholds=thresholds))
    return Registry.of(City(id="bench", name={"ja": "計測市", "en": "Bench City"}), items)


def message(number: int, gauges: int, at: datetime) -> tuple[str, bytes]:
    """The topic and payload of the ``number``-th reading: the gauges take turns, the water moves by millimetres."""
    gauge, turn = number % gauges, number // gauges
    stage_m = BASE_M + (gauge * 7 + turn) % RANGE_MM / 1000
    text = f'{{"stage_m": {stage_m:.3f}, "observed_at": "{at.isoformat()}", "seq": {turn}}}'
    return f"mizumori/v1/s{gauge:05}/gauge/g{gauge:05}/reading", text.encode()


def publish(port: int, gauges: int, count: int, per_s: float) -> None:
    """Publish so many readings, dated now; returns when the broker has acknowledged them all."""
    publisher = Publisher(Broker(port=port), max_in_flight=IN_FLIGHT, patience_s=60.0)
    publisher.connect()
    began_s = time.monotonic()
    for number in range(count):
        if per_s:
            time.sleep(max(0.0, began_s + number / per_s - time.monotonic()))
        publisher.send(*message(number, gauges, machine_time()))
    publisher.flush(120.0)
    publisher.close()


def import_registry(folder: Path, port: int, gauges: int) -> None:
    """Make the data folder of the ingest that is measured."""
    stores = open_stores(settings_of(folder, port))
    stores.registry.apply(city_of(gauges), machine_time(), "bench")
    stores.close()


if __name__ == "__main__":
    if sys.argv[1] == "registry":
        import_registry(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        publish(int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]), float(sys.argv[6]))
