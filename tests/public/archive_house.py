"""A house for the tests of the archive: a real database of the present, a real file of the past, and its own clock."""

from __future__ import annotations

import csv
import gzip
import io
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from alerts.records import Maintenance
from alerts.store.mutes import SqlMutes, add_maintenance, end_maintenance
from dashboard.public.archive.keeper import ArchiveKeeper
from dashboard.public.archive.rows import COLUMNS
from ingest.clock import JST
from ingest.readings import Quality, Reading
from ingest.stations import Registry
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.past.forwarder import Forwarder
from ingest.store.past.lanes import SqlLanes
from ingest.store.past.pruning import Pruner
from ingest.store.past.sqlite import SqlitePast
from ingest.store.past.whole import WholeHistory
from ingest.store.protocol import Batch
from ingest.store.tables import writing
from tests.dashboard.fakes import FakeRegistryStore
from tests.ingest.past.pasts import sqlite_past
from tests.ingest.stores import database
from tests.public.fakes import SetClock, one_station

MORNING = datetime(2026, 7, 1, 9, 0, tzinfo=JST)
"""A time of a day in Japan whose UTC date is the same."""
MOST_TURNS = 2_000


def read_back(body: bytes) -> list[dict[str, str]]:
    """The rows of a CSV as any reader has them."""
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


@dataclass
class House:
    """A log that is written to, and the archive that follows it. ``settle`` lets it work until nothing is left."""

    folder: Path
    registry: Registry = field(default_factory=one_station)
    clock: SetClock = field(default_factory=lambda: SetClock(MORNING))
    every_s: float = 300.0
    monotonic: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.engine: Engine = database(self.folder)
        self.past: SqlitePast = sqlite_past(self.folder)
        self.log, self.store = SqlLog(self.engine), FakeRegistryStore(self.registry)
        self.site = self.folder / "site"
        self.keeper = self.started()

    def started(self) -> ArchiveKeeper:
        """The archive as a start of the program makes it."""
        return ArchiveKeeper(
            folder=self.site,
            file=self.folder / "open-data.json",
            log=self.log,
            observed=WholeHistory(self.engine, self.past, lambda: 0.0),
            registry_store=self.store,
            maintenance=SqlMutes(self.engine),
            clock=self.clock,
            every_s=self.every_s,
            monotonic=self.monotonic,
        )

    def settle(self) -> int:
        """Turns until there is nothing more to do; how many did something."""
        for done in range(MOST_TURNS):
            if not self.keeper.turn():
                return done
        raise AssertionError("the archive does not come to rest")

    def say(self, stage_m: float, at: datetime, gauge: str = "bridge-1", quality: Quality = Quality.GOOD) -> Reading:
        """A reading is received when it is observed."""
        said = Reading(gauge, stage_m, at, at, f"t{at.timestamp():.0f}", quality=quality, device_at=at)
        self.append(said)
        return said

    def say_all(self, said: Iterable[tuple[float, datetime]]) -> None:
        """Good readings of the only gauge, in one piece."""
        [gauge] = self.registry.gauges
        self.append(*(Reading(gauge, stage_m, at, at, f"t{at.timestamp():.0f}", device_at=at) for stage_m, at in said))

    def append(self, *readings: Reading) -> None:
        SqlAppender(self.engine).append(Batch(readings=readings))

    def requalify(self, said: Reading, quality: Quality) -> None:
        """The same observation is thought of otherwise."""
        self.append(replace(said, quality=quality, requalified=True))

    def work(self, begins_at: datetime, ends_at: datetime, *gauges: str) -> int:
        """Work on the gauges of the bridge, or on some."""
        with writing(self.engine) as connection:
            return add_maintenance(connection, Maintenance("bridge", "当番", "点検", begins_at, ends_at, gauges))

    def end_work(self, number: int, at: datetime) -> None:
        with writing(self.engine) as connection:
            end_maintenance(connection, number, at, "当番")

    def hand_on_and_prune(self) -> None:
        """The past takes everything, and the present lets go of what is older than the clock."""
        lanes = SqlLanes(self.engine, self.past.name)
        Forwarder(self.log, lanes, self.past, self.clock, lambda: 0.0, random.Random(1)).turn()
        pruner = Pruner(self.engine, (lanes.handed_on,))
        while pruner.turn(self.clock.at):
            pass

    def later(self, **step: float) -> None:
        self.clock.at += timedelta(**step)

    def file(self, path: str) -> bytes:
        return (self.site / "data" / path).read_bytes()

    def told(self, path: str) -> list[tuple[str, str]]:
        """What a CSV says: time and stage."""
        body = gzip.decompress(self.file(path)) if path.endswith(".gz") else self.file(path)
        rows = read_back(body)
        assert all(set(row) == set(COLUMNS) for row in rows)
        return [(row["観測日時"], row["水位_m"]) for row in rows]

    def stages(self, path: str) -> Sequence[str]:
        return [stage for _, stage in self.told(path)]

    def stamps(self) -> dict[str, int]:
        """When each file was written."""
        found = (each for each in self.site.rglob("*") if each.is_file())
        return {each.relative_to(self.site).as_posix(): each.stat().st_mtime_ns for each in found}
