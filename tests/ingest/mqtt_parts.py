"""An ingest of its own for tests against a real broker, a publisher, and a line that can go dead."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Engine

from deploy.services import IngestService, Lane
from ingest.cameras.intake import StillIntake
from ingest.cameras.pace import Pace
from ingest.cameras.receiver import StillReceiver
from ingest.clock import TrueClock
from ingest.inbox import Inbox
from ingest.lanes import Lanes, lane_of_stills
from ingest.mqtt import Subscriber
from ingest.mqtt_settings import MqttSettings
from ingest.quality import ClockLimits
from ingest.receiver import ImageFolder, Receiver
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.protocol import Appender
from ingest.store.stills import StillFolder
from tests.brokers import free_port
from tests.ingest.cities import small_roster

TOPIC = "mizumori/v1/fujii/gauge/fujii-01/reading"
CLOCK = TrueClock(lambda: datetime.now(UTC))


def receiver(engine: Engine, folder: Path, inbox: Inbox, appender: Appender | None = None) -> Receiver:
    """The worker of the small city."""
    watched = small_roster()
    images = StillFolder(folder / "stills")
    return Receiver(inbox, lambda: watched, appender or SqlAppender(engine), images, ClockLimits())


def still_receiver(engine: Engine, folder: Path, inbox: Inbox, images: ImageFolder | None = None) -> StillReceiver:
    """The worker of the small city's pictures."""
    watched, limits = small_roster(), ClockLimits()
    kept_in = images or StillFolder(folder / "stills")
    intake = StillIntake(limits, Pace(limits.behind))
    return StillReceiver(inbox, lambda: watched, SqlAppender(engine), kept_in, limits, intake)


class Ingest:
    """An ingest of the small city whose parts are at hand."""

    def __init__(
        self,
        engine: Engine,
        folder: Path,
        settings: MqttSettings,
        inbox: Inbox | None = None,
        images: ImageFolder | None = None,
    ) -> None:
        self.inbox, self.stills = Inbox() if inbox is None else inbox, lane_of_stills()
        pictures = still_receiver(engine, folder, self.stills, images)
        self.lanes = Lanes(self.inbox, self.stills, lambda: pictures.held_up)
        self.subscriber = Subscriber(settings, self.lanes, CLOCK)
        pictures.intake.pressed = lambda: self.subscriber.pressed
        self.service = IngestService(
            self.subscriber,
            Lane("ingest", self.inbox, receiver(engine, folder, self.inbox)),
            Lane("stills", self.stills, pictures),
        )

    def __enter__(self) -> Self:
        self.service.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.service.stop()


class Sender:
    """A device that publishes at QoS 1 and waits for the broker's word."""

    def __init__(self, port: int) -> None:
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(1000)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def stages(self, numbers: Sequence[int], topic: str = TOPIC) -> None:
        """Undated readings whose stage in millimetres is their number."""
        sent = [self._client.publish(topic, f'{{"stage_m": {each / 1000}}}', qos=1) for each in numbers]
        for each in sent:
            each.wait_for_publish(20)

    def send(self, topic: str, payload: bytes) -> None:
        """Anything else."""
        self.send_all(topic, [payload])

    def send_all(self, topic: str, payloads: Sequence[bytes]) -> None:
        """As fast as the broker takes it."""
        sent = [self._client.publish(topic, payload, qos=1) for payload in payloads]
        for each in sent:
            each.wait_for_publish(20)


def numbers_kept(engine: Engine) -> list[int]:
    """What Sender.stages sent, as it is in the log, sorted; another judgement of the same is no second one."""
    found = SqlLog(engine).readings_after(0, 1_000_000)
    return sorted(round(each.stage_m * 1000) for each in found if not each.revision)


def eventually(what: Callable[[], bool], within_s: float = 10.0) -> bool:
    """Whether it comes true in time."""
    until = time.monotonic() + within_s
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


class Proxy:
    """A line to a broker that can go dead without being closed: what is sent into it then never arrives."""

    def __init__(self, broker_port: int) -> None:
        self.port = free_port()
        self.connections = 0
        self._broker_port = broker_port
        self._dead: set[int] = set()
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def go_dead(self) -> None:
        """Forward nothing more of the connections that stand now."""
        self._dead = set(range(1, self.connections + 1))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._thread.join(5)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._broker_port))
                self._sockets += [near, far]
                self.connections += 1
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._forward, args=(one, other, self.connections), daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket, number: int) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if number not in self._dead:
                    target.sendall(data)
            if number not in self._dead:
                target.shutdown(socket.SHUT_WR)
