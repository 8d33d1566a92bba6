"""The house and a web server for its public folder, each in processes of its own that can be killed at any moment."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import httpx

from deploy.demo import demonstration
from deploy.settings import Settings, read_settings
from deploy.wiring.house import device_publisher
from deploy.wiring.stores import open_stores
from ingest.registry_files import load
from simulators.messages import reading_message
from tests.brokers import free_port
from tests.deploy.houses import CLOCK, eventually, own_ports
from tests.parts import PROJECT
from tests.story.night import only

STARTS_WITHIN_S = 60.0
STATION, GAUGE = "ditch-takuma", "ditch-takuma-stage"
STALE_AFTER_S = 3.0
HASTY = {
    "MIZUMORI_PUBLIC__STALE_AFTER_S": str(STALE_AFTER_S),
    "MIZUMORI_PUBLIC__QUIET_STALE_AFTER_S": str(STALE_AFTER_S),
    "MIZUMORI_PUBLIC__REFRESH_S": "0.3",
    "MIZUMORI_PUBLIC__PUBLISH_EVERY_S": "1",
}
"""A page is old after seconds where a city has minutes."""
WEB_SERVER = (
    "import sys, pathlib, uvicorn; from dashboard.public.server import create_app; "
    "uvicorn.run(create_app(pathlib.Path(sys.argv[1])), port=int(sys.argv[2]), log_level='critical', lifespan='off')"
)


@dataclass
class Killable:
    """A command with all the processes that it begins: a context manager; nothing of it outlives the block."""

    command: Sequence[str]
    is_up: Callable[[], object]
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Returns when it is up."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MIZUMORI_")}
        self._running = subprocess.Popen(
            [sys.executable, *self.command],
            cwd=PROJECT,
            env={**clean, **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert eventually(self.is_up, STARTS_WITHIN_S), f"{self.command[:3]} did not start"

    def kill(self) -> None:
        """End all of it at once; nothing can be tidied up."""
        with suppress(ProcessLookupError):
            os.killpg(self._running.pid, signal.SIGKILL)
        self._running.wait(10)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class HouseOfItsOwn:
    """A city of two stations; ``everything`` is the house itself, ``web`` the server that residents reach."""

    def __init__(self, folder: Path) -> None:
        environment = {**own_ports(folder), **HASTY}
        self.settings: Settings = read_settings(None, environment)
        stores = open_stores(self.settings)
        stores.registry.apply(only(STATION, "mitsugi-okura")(load(demonstration("city.toml"))), CLOCK.now(), "test")
        self._gauge = stores.city().gauges[GAUGE]
        stores.close()
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.everything = Killable(("-m", "deploy", "run"), self._works, environment)
        self.web = Killable(("-c", WEB_SERVER, str(self.site), str(port)), self._serves)

    @property
    def site(self) -> Path:
        """The folder of the public files."""
        return self.settings.public_folder

    def tell(self, stage_m: float) -> None:
        """A gauge says something; returns when it is durable."""
        publisher = device_publisher(self.settings)
        publisher.connect()
        message = reading_message(self._gauge, stage_m, datetime.now(UTC), None)
        publisher.send(message.topic, message.payload)
        assert publisher.flush(STARTS_WITHIN_S)
        publisher.close()

    def page(self) -> str:
        """What the page of the station holds."""
        return (self.site / "stations" / f"{STATION}.html").read_text(encoding="utf-8")

    def _works(self) -> bool:
        """It publishes, and devices reach it. What lies in the folder from before is no sign of that."""
        stamp = self.site / "freshness.json"
        with socket.socket() as device:
            heard = device.connect_ex(("127.0.0.1", self.settings.broker.port)) == 0
        return heard and stamp.exists() and time.time() - stamp.stat().st_mtime < 2.0

    def _serves(self) -> bool:
        try:
            return httpx.get(f"{self.address}/").status_code == 200
        except httpx.TransportError:
            return False
