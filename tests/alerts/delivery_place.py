"""A place for the faults of the delivery: a database, the other sides, processes that send, and a load."""

from __future__ import annotations

import queue
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine as Database

from alerts.records import Delivery, Outcome
from alerts.store.deliveries import SqlDeliveries
from deploy.settings import read_settings
from deploy.wiring.stores import open_stores
from ingest.store.tables import open_database
from tests.alerts.delivery_faulty import CHANNELS
from tests.alerts.other_sides import OtherSides, is_slow
from tests.alerts.post_room import delivery, told
from tests.deploy.houses import CLOCK
from tests.parts import PROJECT

MESSAGES_PER_S = 12.0
"""Each of them to one recipient over every channel."""


@dataclass
class Place:
    """A database, the other sides, and how many messages were given to send; those up to ``counted`` are told of."""

    folder: Path
    database: Database
    sides: OtherSides
    given: int = 0
    counted: int = 0

    def give(self, messages: int = 1) -> None:
        """So many messages more, each to one recipient over every channel."""
        for _ in range(messages):
            numbers = [self.given + offset for offset in range(1, len(CHANNELS) + 1)]
            self.given = numbers[-1]
            told(self.database, *map(self._delivery, CHANNELS, numbers), at=CLOCK.now())

    def _delivery(self, channel: str, number: int) -> Delivery:
        name = f"{'slow' if is_slow(number) else 'r'} {number}"
        return delivery(name, channel, self.sides.address(channel, number), due_at=CLOCK.now())

    def takes_writes(self) -> bool:
        """Whether nobody holds the lock of the database for long."""
        with closing(sqlite3.connect(self.folder / "mizumori.db", timeout=0.5, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
            except sqlite3.OperationalError:
                return False
            return True

    def waiting(self) -> int:
        """How many have no final outcome yet."""
        counts = SqlDeliveries(self.database).counts()
        return sum(count for (_, outcome), count in counts.items() if outcome in (Outcome.PENDING, Outcome.SENDING))


@contextmanager
def place(folder: Path) -> Iterator[Place]:
    """A place of its own."""
    folder.mkdir(parents=True)
    open_stores(read_settings(None, {"MIZUMORI_DATA_FOLDER": str(folder)})).close()
    database = open_database(f"sqlite:///{folder / 'mizumori.db'}")
    with OtherSides() as sides:
        yield Place(folder, database, sides)
    database.dispose()


class Child:
    """Alerts in a process of their own (tests/alerts/delivery_faulty.py); active or standing by when this returns."""

    def __init__(self, where: Place, point: str = "", nth: int = 1) -> None:
        arguments = [str(where.folder), str(where.sides.web_port), str(where.sides.mail.port)]
        arguments += [point.replace(" ", "_"), str(nth)] if point else []
        with (where.folder / "alerts.log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.alerts.delivery_faulty", *arguments],
                cwd=PROJECT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._lines: queue.Queue[str] = queue.Queue()
        self._ear = threading.Thread(target=self._listen)
        self._ear.start()
        self.said = self.hear()

    def hear(self, within_s: float = 30.0) -> str:
        """The next thing that it says; empty where it has ended."""
        return self._lines.get(timeout=within_s)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self._lines.put(line.strip())
        self._lines.put("")

    def died(self, within_s: float = 30.0) -> int:
        """Wait for its end; its return code."""
        code = self.process.wait(within_s)
        self._ear.join()
        return code

    def kill(self) -> None:
        """As the kernel does it when memory runs out."""
        self.process.send_signal(signal.SIGKILL)
        self.died()

    def freeze(self, where: Place) -> None:
        """Stop it where it stands, but not in the middle of a write: there it would keep SQLite's lock, and nobody
        could write to that file until it is woken (docs/deliveries.md)."""
        self.process.send_signal(signal.SIGSTOP)
        while not where.takes_writes():
            self.process.send_signal(signal.SIGCONT)
            time.sleep(0.05)
            self.process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """Let it end cleanly."""
        self.process.send_signal(signal.SIGTERM)
        assert self.died() == 0

    def end(self) -> None:
        """Leave nothing behind, whatever its state."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.kill()
        self._ear.join()


@contextmanager
def alerts(where: Place, point: str = "", nth: int = 1) -> Iterator[Child]:
    """A child that does not outlive the test."""
    child = Child(where, point, nth)
    try:
        yield child
    finally:
        child.end()


class Load:
    """Gives messages all the time, as a storm does."""

    def __init__(self, where: Place) -> None:
        self._where = where
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()

    def finish(self) -> None:
        """No more."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(1 / MESSAGES_PER_S):
            self._where.give()
