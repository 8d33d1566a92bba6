"""What the tests of the public site share: a clock to set, boards, a site of files and a running server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn

from alerts.issued import IssuedLevel
from dashboard.public import assets
from dashboard.public.edition import Edition
from dashboard.public.pages.overview import page
from dashboard.public.publisher import Publisher
from dashboard.public.server import create_app
from dashboard.public.settings import PublicSettings
from dashboard.public.words.languages import LANGUAGES
from dashboard.views import Board, board
from ingest.readings import Quality
from ingest.stations import City, Gauge, Names, Registry, Station, StationKind, ThresholdSet
from tests.dashboard import fake_city
from tests.dashboard.fakes import FakeLog, FakeRegistryStore, storm

NOW = datetime(2026, 7, 1, 1, 42, 30, tzinfo=UTC)
"""10:42:30 in Japan."""
LEVELS = {1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0, 5: 5.0}


@dataclass
class SetClock:
    """A clock that a test sets."""

    at: datetime = NOW
    speed: float = 1.0

    def now(self) -> datetime:
        """The time it was set to."""
        return self.at


def one_station(
    name: Names | None = None,
    gauges: int = 1,
    levels: dict[int, float] | None = None,
    demonstration: bool = False,
    twins: int = 0,
) -> Registry:
    """A river station ``bridge`` with gauges ``bridge-1``, ``bridge-2`` that report every ten minutes.

    Its ``twins`` are stations with one gauge each, ``twin-1``, ``twin-2``.
    """
    begin = NOW - timedelta(days=1)
    thresholds = (ThresholdSet(valid_from=begin, levels=LEVELS if levels is None else levels),)
    city = City(id="city", name={"ja": "水守市", "en": "Mizumori"}, demonstration=demonstration)
    station = Station(
        id="bridge", kind=StationKind.RIVER, name=name or {"ja": "大橋", "en": "Big Bridge"}, lat=34.5, lon=133.5
    )
    others = [station.model_copy(update={"id": f"twin-{n}"}) for n in range(1, twins + 1)]
    own = [Gauge(id=f"bridge-{n}", station_id="bridge", thresholds=thresholds) for n in range(1, gauges + 1)]
    theirs = [Gauge(id=each.id, station_id=each.id, thresholds=thresholds) for each in others]
    return Registry.of(city, [station, *others, *own, *theirs])


def log_of(*rows: tuple[str, float, float, Quality]) -> FakeLog:
    """A log of (gauge, stage_m, minutes ago, quality)."""
    log = FakeLog()
    for gauge_id, stage_m, minutes, quality in rows:
        log.add(fake_city.reading(gauge_id, stage_m, NOW - timedelta(minutes=minutes), quality))
    return log


def board_of(registry: Registry, log: FakeLog, at: datetime = NOW) -> Board:
    """The board as the publisher makes it."""
    return board(registry, log.latest(), log.recent(at - timedelta(minutes=30)), log.cameras(), at)


def edition(seen: Board, clock_speed: float = 1.0, settings: PublicSettings | None = None) -> Edition:
    """A publication of a board."""
    told = settings or PublicSettings()
    return Edition(seen, clock_speed, told, assets.hashed(), languages=told.spoken)


def html_of(registry: Registry, log: FakeLog, language: str = "ja") -> str:
    """The page of a city."""
    return overview(edition(board_of(registry, log)), language)


def overview(told: Edition, language: str = "ja") -> str:
    """The overview of an edition, in the language of a code."""
    return page(told, next(each for each in LANGUAGES if each.code == language)).decode()


@dataclass
class Site:
    """A published city in the middle of a storm; ``publish`` writes what its log holds now."""

    folder: Path
    settings: PublicSettings = field(default_factory=PublicSettings)
    clock: SetClock = field(default_factory=SetClock)
    issued: Callable[[], Sequence[IssuedLevel]] = tuple

    def __post_init__(self) -> None:
        self.log = storm(self.clock.at)
        self.store = FakeRegistryStore(fake_city.registry(self.clock.at))
        self.publisher = Publisher(self.folder, self.log, self.store, self.clock, self.settings, issued=self.issued)

    def publish(self) -> bool:
        """One call of the scheduler."""
        return self.publisher.publish_if_changed()

    def page(self, path: str = "index.html") -> str:
        """What a file holds now."""
        return (self.folder / path).read_text()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A real server on 127.0.0.1; gives its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(folder), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while thread.is_alive() and not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
