"""Ingest alone, on a Mosquitto of its own, with the small city: for tests of what looks after it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deploy.services import House, Service
from deploy.settings import Settings, read_settings
from deploy.wiring.clockwork import schedule
from deploy.wiring.house import device_publisher
from deploy.wiring.ingest import ingest_jobs, ingest_service
from deploy.wiring.stores import Stores, folder_use, open_stores
from ingest.stations import Registry
from simulators.publisher import Publisher
from tests.brokers import Mosquitto
from tests.deploy.houses import CLOCK
from tests.ingest.cities import small_city

TOPIC = "mizumori/v1/fujii/gauge/fujii-01/reading"


@dataclass
class Ingest:
    """A running ingest and a device beside it. ``environment`` starts the same in another process."""

    settings: Settings
    stores: Stores
    device: Publisher
    broker: Mosquitto
    environment: dict[str, str]
    services: list[Service]
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def publish(self, stage_m: float, number: int | None = None, topic: str = TOPIC) -> None:
        """A reading; with a number it was observed so many seconds after this time yesterday."""
        observed_at = datetime.now(UTC) if number is None else self.began_at - timedelta(days=1, seconds=-number)
        self.device.send(topic, json.dumps({"stage_m": stage_m, "observed_at": observed_at.isoformat()}).encode())


def environment_of(folder: Path, port: int) -> dict[str, str]:
    """Settings of an ingest with a broker on a port."""
    return {
        "MIZUMORI_DATA_FOLDER": str(folder),
        "MIZUMORI_BROKER__EMBEDDED": "false",
        "MIZUMORI_MQTT__HOST": "127.0.0.1",
        "MIZUMORI_MQTT__PORT": str(port),
    }


@contextmanager
def running_ingest(
    folder: Path, registry: Registry | None = None, more: Mapping[str, str] | None = None
) -> Iterator[Ingest]:
    """Ingest while it runs."""
    broker = Mosquitto(folder / "broker")
    environment = {**environment_of(folder / "data", broker.port), **(more or {})}
    settings = read_settings(None, environment)
    stores = open_stores(settings)
    stores.registry.apply(registry or small_city(), CLOCK.now(), "test")
    services: list[Service] = [folder_use(settings), ingest_service(settings, stores, CLOCK)]
    try:
        services.append(schedule(ingest_jobs(settings, stores, CLOCK)))
        with House(services):
            device = device_publisher(settings)
            device.connect()
            yield Ingest(settings, stores, device, broker, environment, services)
            device.close()
    finally:
        stores.close()
        broker.stop()
