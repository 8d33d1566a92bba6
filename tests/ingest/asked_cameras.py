"""Cameras that are asked, with a database and a folder of stills behind them, and a clock that is turned by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from sqlalchemy import Engine, select

from ingest.cameras.asked import Asked
from ingest.devices import Camera, Pull
from ingest.inbox import Inbox
from ingest.pull.fetch import Fetcher
from ingest.pull.puller import Puller
from ingest.pull.settings import CameraSettings
from ingest.quality import ClockLimits
from ingest.readings import DeadLetter, Still
from ingest.receiver import Receiver
from ingest.roster import Roster
from ingest.stations import City, Registry, Station, StationKind
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.protocol import CameraLatest
from ingest.store.requests import SqlRequests
from ingest.store.rows import still_of
from ingest.store.stills import StillFolder
from ingest.store.tables import stills
from tests.ingest.cities import NOON
from tests.ingest.stores import database, newest_letters

WITHIN_S = 20.0


@dataclass
class Turned:
    """A clock that goes when it is told to."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def go(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def camera(name: str, url: str, interval_s: float = 60.0, **how: str) -> Camera:
    return Camera(id=name, station_id="fujii", interval_s=interval_s, pull=Pull.model_validate({"url": url, **how}))


def city(cameras: Sequence[Camera]) -> Registry:
    river = Station(id="fujii", kind=StationKind.RIVER, name={"ja": "藤井川"}, lat=34.4, lon=133)
    return Registry.of(City(id="demo", name={"ja": "試験市"}), [river, *cameras])


@dataclass
class Watch:
    """A puller and what it fills. The cameras can be changed while it works."""

    folder: Path
    cameras: Sequence[Camera]
    settings: CameraSettings = field(default_factory=lambda: CameraSettings(timeout_s=1.0))
    clock: Turned = field(default_factory=Turned)
    quick_s: float = 3.0
    engine: Engine = field(init=False)
    puller: Puller = field(init=False)

    def __post_init__(self) -> None:
        self.engine = database(self.folder)
        self.begin()

    def begin(self) -> None:
        """A process of its own, with the same database."""
        self.puller = Puller(
            lambda: self.roster.asked,
            Fetcher(self.settings),
            SqlRequests(self.engine),
            SqlAppender(self.engine),
            self.clock.now,
            self.settings.workers,
            self.quick_s,
        )
        limits = ClockLimits(timedelta(minutes=5), timedelta(days=7))
        folder = StillFolder(self.folder / "stills")
        self.puller.to(Receiver(Inbox(), lambda: self.roster, self.puller.appender, folder, limits).keep)

    def restart(self) -> None:
        """Another process takes its place."""
        self.puller.stop()
        self.begin()

    @property
    def roster(self) -> Roster:
        return Roster.of(city(self.cameras))

    def until(self, true: Callable[[], object], step_s: float = 1.0) -> None:
        """Turn, second by second of its own clock, until something is so."""
        ends_s = time.monotonic() + WITHIN_S
        while not true():
            assert time.monotonic() < ends_s, "it did not come true"
            self.puller.turn()
            self.clock.go(step_s)
            time.sleep(0.005)

    def stills(self, camera_id: str = "") -> list[Still]:
        with self.engine.connect() as connection:
            found = map(still_of, connection.execute(select(stills).order_by(stills.c.seq)))
            return [each for each in found if camera_id in ("", each.camera_id)]

    def letters(self) -> list[DeadLetter]:
        return newest_letters(self.engine, 1000)

    def latest(self, camera_id: str) -> CameraLatest:
        return SqlLog(self.engine).cameras().get(camera_id, CameraLatest())

    def failing(self) -> set[str]:
        return {name for name, each in SqlLog(self.engine).cameras().items() if each.asked and each.asked.failing}

    def asked(self, camera_id: str) -> Asked | None:
        return self.latest(camera_id).asked

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.puller.stop()
        self.engine.dispose()
