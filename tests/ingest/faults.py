"""Parts for tests that break things: a device that numbers what it sends, an ingest in a process of its own, a count.

Every message carries its number as ``seq``, so that what became of it can be looked up in the log by that number.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from deploy.settings import read_settings
from deploy.wiring.stores import open_stores
from tests.brokers import Mosquitto
from tests.ingest.cities import small_city
from tests.parts import PROJECT

DURABLE_BROKER = """user root
allow_anonymous true
max_queued_messages 0
max_inflight_messages 0
persistence true
persistence_location {folder}/
autosave_interval 1
"""
"""Saves every second. As root, Mosquitto would become another user, which cannot write into the test's folder."""
REQUALIFIED = {"corroborated", "refuted"}
PREFIX = "mizumori/v1"


@dataclass(frozen=True)
class Place:
    """A data folder with the small city, a broker that keeps its queues, and the settings of both."""

    folder: Path
    broker: Mosquitto
    environment: dict[str, str]

    @property
    def database(self) -> Path:
        """The file of the present."""
        return self.folder / "data" / "mizumori.db"


@contextmanager
def place(folder: Path, more: Mapping[str, str] | None = None) -> Iterator[Place]:
    """A place of its own; the broker ends with it."""
    (folder / "broker").mkdir(parents=True)
    broker = Mosquitto(folder / "broker", DURABLE_BROKER.format(folder=folder / "broker"))
    environment = {
        "MIZUMORI_DATA_FOLDER": str(folder / "data"),
        "MIZUMORI_BROKER__EMBEDDED": "false",
        "MIZUMORI_MQTT__PORT": str(broker.port),
        "MIZUMORI_MQTT__HOST": "127.0.0.1",
        **(more or {}),
    }
    stores = open_stores(read_settings(None, environment))
    stores.registry.apply(small_city(), datetime.now(UTC), "test")
    stores.close()
    try:
        yield Place(folder, broker, environment)
    finally:
        if broker.process.poll() is None:
            broker.stop()


class Child:
    """An ingest in a process of its own (tests/ingest/faulty.py), ready or standing by when this returns."""

    def __init__(
        self, where: Place, *point: str, more: Mapping[str, str] | None = None, before: tuple[str, ...] = ()
    ) -> None:
        command = [*before, sys.executable, "-m", "tests.ingest.faulty", *point]
        environment = {**os.environ, **where.environment, **(more or {})}
        with (where.folder / "ingest.log").open("a") as log:
            self.process = subprocess.Popen(
                command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline().strip()

    def kill(self) -> None:
        """As the kernel does it when memory runs out."""
        self.process.send_signal(signal.SIGKILL)
        self.died()

    def died(self, within_s: float = 30.0) -> int:
        """Wait for its end; its return code."""
        code = self.process.wait(within_s)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def resident_mb(self) -> int:
        """Its resident memory now."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() // 1_000_000

    def stop(self) -> None:
        """Let it end cleanly."""
        self.process.send_signal(signal.SIGTERM)
        assert self.died() == 0

    def end(self) -> None:
        """Leave nothing behind, whatever its state."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.kill()


@contextmanager
def ingest(where: Place, *point: str, **more: Mapping[str, str]) -> Iterator[Child]:
    """A child that does not outlive the test."""
    child = Child(where, *point, **more)  # type: ignore[arg-type]
    try:
        yield child
    finally:
        child.end()


Message = tuple[str, str]
"""(topic, payload)"""


def mixed(number: int, begun: datetime) -> Message:
    """Undated readings, dated ones, corrections of those, and another gauge that counts from the crown."""
    station, gauge, stage_m = ("fujii", "fujii-01", 1.0 + number % 7 / 1000)
    at: datetime | None = begun - timedelta(days=3) + timedelta(seconds=number)
    match number % 5:
        case 0:
            at = None
        case 2:  # corrects the one before it
            at = begun - timedelta(days=3) + timedelta(seconds=number - 1)
            stage_m += 0.1
        case 3:
            gauge, stage_m = "fujii-02", -3.0
        case 4:
            station, gauge = "under", "under-01"
    payload = {"stage_m": round(stage_m, 3), "seq": number}
    dated = payload if at is None else {**payload, "observed_at": at.isoformat()}
    return f"{PREFIX}/{station}/gauge/{gauge}/reading", json.dumps(dated)


def dated(number: int, begun: datetime) -> Message:
    """Dated readings only: a device that sends one again after a broken connection is recognised."""
    gauge = ("fujii-01", "fujii-02")[number % 2]
    at = begun - timedelta(days=3) + timedelta(seconds=number)
    payload = {"stage_m": 1.0 if number % 2 == 0 else -3.0, "seq": number, "observed_at": at.isoformat()}
    return f"{PREFIX}/fujii/gauge/{gauge}/reading", json.dumps(payload)


class Load:
    """Publishes numbered readings at a rate until it is stopped; ``confirmed`` are those that the broker took."""

    def __init__(self, port: int, per_s: float, make: Callable[[int, datetime], Message] = mixed) -> None:
        self.confirmed: set[int] = set()
        self._numbers: dict[int, int] = {}
        self._next = 0
        self._per_s = per_s
        self._make = make
        self._ended = threading.Event()
        self._begun = datetime.now(UTC)
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="device", clean_session=False)
        self._client.max_inflight_messages_set(2000)
        self._client.max_queued_messages_set(0)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_publish = lambda _c, _u, mid, *_: self._confirm(mid)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.finish(0.0)
        self._client.disconnect()
        self._client.loop_stop()

    def finish(self, within_s: float = 20.0) -> set[int]:
        """Send no more, and wait until the broker took everything; the numbers that it took."""
        self._ended.set()
        self._thread.join(10)
        until = time.monotonic() + within_s
        while len(self.confirmed) < self._next and time.monotonic() < until:
            time.sleep(0.02)
        return self.confirmed

    def _confirm(self, mid: int) -> None:
        until = time.monotonic() + 1.0
        while mid not in self._numbers and time.monotonic() < until:
            time.sleep(0.001)  # the answer was faster than the return of publish
        self.confirmed.add(self._numbers.pop(mid))

    def _run(self) -> None:
        begun = time.monotonic()
        while not self._ended.is_set():
            while self._next < (time.monotonic() - begun) * self._per_s:
                topic, payload = self._make(self._next, self._begun)
                self._numbers[self._client.publish(topic, payload, qos=1).mid] = self._next
                self._next += 1
            time.sleep(0.005)


@dataclass(frozen=True)
class Tally:
    """What became of the numbers that a broker took."""

    published: int
    lost: tuple[int, ...]
    doubled: tuple[int, ...]
    rows: int
    dead_letters: int

    @property
    def whole(self) -> bool:
        """Whether everything is there, and once."""
        return not self.lost and not self.doubled and not self.dead_letters

    def __str__(self) -> str:
        return (
            f"published {self.published:6d}  lost {len(self.lost)}  counted twice {len(self.doubled)}  "
            f"dead letters {self.dead_letters}"
        )


def tally(where: Place, published: set[int]) -> Tally:
    """Count in the database what became of the published numbers. A requalified reading is no second one."""
    with closing(sqlite3.connect(where.database)) as database:
        found = database.execute("SELECT device_seq, key, value, quality, reasons FROM readings").fetchall()
        letters = database.execute("SELECT count(*) FROM dead_letters").fetchone()[0]
    counted = Counter(seq for seq, _, _, _, reasons in found if not REQUALIFIED & set(reasons.split()))
    lost = tuple(sorted(published - {row[0] for row in found}))
    doubled = tuple(sorted(seq for seq, times in counted.items() if times > 1))
    return Tally(len(published), lost, doubled, len(found), letters)


def sequence_is_whole(where: Place) -> bool:
    """Whether the numbers of the log grow without a gap from 1."""
    with closing(sqlite3.connect(where.database)) as database:
        first, last, count = database.execute("SELECT min(seq), max(seq), count(*) FROM readings").fetchone()
    return bool((first, last) == (1, count))


def settled(where: Place, published: set[int], patience_s: float = 30.0) -> Tally:
    """The tally, as soon as nothing is missing, or when nothing new has come for so long: a backlog may be long."""
    newest, since_s = -1, time.monotonic()
    while time.monotonic() < since_s + patience_s:
        now = newest_row(where)
        if now != newest:
            newest, since_s = now, time.monotonic()
        elif not (found := tally(where, published)).lost:
            return found
        time.sleep(0.5)
    return tally(where, published)


def newest_row(where: Place) -> int:
    """The number of the newest row of the log."""
    with closing(sqlite3.connect(where.database)) as database:
        return int(database.execute("SELECT coalesce(max(seq), 0) FROM readings").fetchone()[0])


def a_while(dice: random.Random, from_s: float, to_s: float) -> None:
    """Wait at random."""
    time.sleep(dice.uniform(from_s, to_s))
