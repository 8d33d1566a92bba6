"""A staff app on fakes, as an object and on a port of its own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from dashboard.accounts.actor import Actor, Role
from dashboard.accounts.gate import Cookies, Fixed, Gate
from dashboard.accounts.sessions import Signed
from dashboard.staff.services import StaffServices
from deploy.web_sockets import SharedSockets
from ingest.clock import TrueClock
from tests.dashboard import fake_city, fakes

ANYBODY = Actor(0, "tester", "試験者", Role.ADMINISTRATOR)
"""Who sends every request where a test does not sign in."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """The services of a staff app in a storm, and the fakes behind them."""

    services: StaffServices
    log: fakes.FakeLog
    registry: fakes.FakeRegistryStore
    alerts: fakes.FakeAlertLog
    stills: fakes.FakeStills
    now: datetime
    health: fakes.FakeHealth
    pictures: fakes.FakePictures


def desk(now: datetime | None = None, gate: Gate | None = None) -> Desk:
    """A desk in the storm at ``now``; without it the clock runs. Without a ``gate`` everybody may do everything."""
    at = now or _now()
    log = fakes.storm(at)
    registry = fakes.FakeRegistryStore(fake_city.registry(at))
    alerts, stills = fakes.alerts(at), fakes.stills(log)
    clock = TrueClock(_now if now is None else lambda: at)
    health = fakes.FakeHealth(log, fake_city.registry(at), at, clock)
    pictures = fakes.FakePictures(log)
    services = StaffServices(log, log, registry, stills, pictures, alerts, clock, health, gate=gate or Fixed(ANYBODY))
    return Desk(services, log, registry, alerts, stills, at, health, pictures)


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of an app that is served in a thread until the block ends."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, ws=SharedSockets, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=20)


@dataclass
class Seat:
    """A gate: whoever sits there is who asks."""

    cookies = Cookies()

    actor: Actor

    def answers_to(self, host: str) -> bool:
        """Any."""
        del host
        return True

    async def who(self, asking: HTTPConnection) -> Signed | None:
        """The one who sits there."""
        del asking
        return Signed(self.actor)

    async def wrote(self, signed: Signed, what: str, status: int, address: str) -> None:
        """Kept nowhere."""
