"""A small city with one camera, its database and the folder of its stills: for tests of the eyes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from ingest.clock import TrueClock
from ingest.eyes.looking import Eyes
from ingest.readings import Still
from ingest.sight.examine import examine
from ingest.sight.tasks import Examined, Task
from ingest.stations import Registry
from ingest.store.appender import SqlAppender
from ingest.store.dead_letters import DeadLetters, Wanted
from ingest.store.log import SqlLog
from ingest.store.looks import SqlLooks
from ingest.store.protocol import Batch
from ingest.store.registry import SqlRegistry
from ingest.store.stills import StillFolder
from ingest.store.viewpoints import SqlViewpoints
from tests.ingest.cities import NOON, small_city
from tests.ingest.stores import database


class City:
    """A database with a camera, the folder of its stills, and what a camera and an engineer do to them."""

    def __init__(self, folder: Path) -> None:
        self.engine: Engine = database(folder)
        self.root = folder / "stills"
        self.folder = StillFolder(self.root)
        self.looks = SqlLooks(self.engine)
        self._sent = 0
        self.set_camera()

    def set_camera(self, **more: Any) -> None:
        """Import the registry with its camera set like this."""
        city = small_city()
        camera = city.cameras["fujii-cam"].model_copy(update=more)
        new = Registry.of(city.city, [*city.stations.values(), *city.gauges.values(), camera])
        SqlRegistry(self.engine).apply(new, NOON, "test")

    def retire_camera(self) -> None:
        """Import the registry without it."""
        city = small_city()
        SqlRegistry(self.engine).apply(
            Registry.of(city.city, [*city.stations.values(), *city.gauges.values()]), NOON, "test"
        )

    def send(self, data: bytes, taken_at: datetime | None = None) -> str:
        """A still comes, as ingest keeps it, the n-th n minutes after noon; its file."""
        self._sent += 1
        received_at = NOON + timedelta(minutes=self._sent)
        at = taken_at or received_at
        file = f"fujii-cam/20260701/{at:%H%M%S}-{self._sent}.jpg"
        self.folder.write(file, data)
        still = Still("fujii-cam", at, received_at, file, 160, 96, size_bytes=len(data))
        SqlAppender(self.engine).append(Batch(stills=[still]))
        return file

    def eyes(self, how: Callable[[Task], Examined] = examine, folder: StillFolder | None = None) -> Eyes:
        """Eyes that see by a function of this process."""
        clock = TrueClock(lambda: NOON + timedelta(hours=1))
        return Eyes(self.looks, folder or self.folder, SqlViewpoints(self.engine), how, clock)

    def shown(self) -> str | None:
        """The file that is newest of the camera."""
        latest = SqlLog(self.engine).cameras().get("fujii-cam")
        return latest.still.file if latest and latest.still else None

    def letters(self) -> list[tuple[str, str]]:
        """Topics and reasons of what was refused."""
        return [(each.topic, each.reason) for each in DeadLetters(self.engine).find(Wanted())]


def through(eyes: Eyes) -> None:
    """Let them look until nothing waits."""
    while eyes.turn():
        pass
