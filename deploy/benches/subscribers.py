"""The two subscribers that are measured, each as a program of its own: ingest, and one that does nothing.

``python -m deploy.benches.subscribers ingest FOLDER PORT`` and ``… nothing FOLDER PORT``; ``… whole FOLDER PORT`` is
ingest with everything that its command runs beside it. Each answers every line on its standard input with a line of
JSON: what it has received and what it has used. It ends with its input.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from deploy.services import House, Service
from deploy.settings import Settings, read_settings
from deploy.standby import StandbyIngest
from deploy.wiring.clockwork import machine_time
from deploy.wiring.ingest import ingest_service
from deploy.wiring.ingest_alone import ingest_alone
from deploy.wiring.stores import open_stores
from ingest.clock import TrueClock
from ingest.mqtt import RECEIVE_MAXIMUM, SESSION_EXPIRY_S
from ingest.topics import ALL


@dataclass(frozen=True)
class Used:
    """Messages received (by ingest: durable and acknowledged), and CPU seconds and peak memory of the process."""

    messages: int
    readings: int
    cpu_s: float
    peak_mb: float


def used(messages: int, readings: int) -> Used:
    """The figures of this process now."""
    return Used(messages, readings, time.process_time(), peak_mb())


def peak_mb() -> float:
    """The most memory that this process ever held."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says here includes the process that this one was started from
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
        return int(lines["VmHWM"].split()[0]) / 1000
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1000


def settings_of(folder: Path, port: int) -> Settings:
    """Ingest as it is set by default, with its own folder, listening to the broker at ``port``."""
    return read_settings(
        None,
        {
            "MIZUMORI_DATA_FOLDER": str(folder),
            "MIZUMORI_BROKER__EMBEDDED": "false",
            "MIZUMORI_MQTT__PORT": str(port),
        },
    )


class Nothing:
    """Subscribes as ingest does and counts; paho acknowledges by itself."""

    def __init__(self, port: int) -> None:
        self.messages = 0
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="nothing", protocol=MQTTv5)
        self._client.on_message = self._on_message
        self._client.on_connect = self._on_connect
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_EXPIRY_S
        properties.ReceiveMaximum = RECEIVE_MAXIMUM
        self._client.connect("127.0.0.1", port, clean_start=False, properties=properties)

    def start(self) -> None:
        """Begin to receive."""
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: Client, *_: Any) -> None:
        client.subscribe([(each, 1) for each in ALL])

    def _on_message(self, *_: Any) -> None:
        self.messages += 1


def answer(figures: Used) -> None:
    """One line for whoever asked."""
    sys.stdout.write(json.dumps(asdict(figures)) + "\n")
    sys.stdout.flush()


def nothing(port: int) -> None:
    """The subscriber that does nothing, until the input ends."""
    subscriber = Nothing(port)
    with House([subscriber]):
        for _ in sys.stdin:
            answer(used(subscriber.messages, 0))


def ingest(folder: Path, port: int) -> None:
    """Ingest itself, from the broker to the database, until the input ends."""
    settings = settings_of(folder, port)
    stores = open_stores(settings)
    stores.watched()
    _serve([ingest_service(settings, stores, TrueClock(machine_time))])
    stores.close()


def whole(folder: Path, port: int) -> None:
    """All that ``mizumori ingest`` runs, the forwarder to the past included, until the input ends."""
    settings = settings_of(folder, port)
    stores = open_stores(settings)
    stores.watched()
    _serve(ingest_alone(settings, stores, TrueClock(machine_time)))
    stores.close()


def _serve(services: Sequence[Service]) -> None:
    service = next(each for each in services if isinstance(each, StandbyIngest))
    with House(services):
        for _ in sys.stdin:
            answer(used(service.counts.messages, service.counts.readings))


if __name__ == "__main__":
    asked, where, at = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if asked == "nothing":
        nothing(at)
    elif asked == "ingest":
        ingest(where, at)
    else:
        whole(where, at)
