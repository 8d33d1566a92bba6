"""What the public site takes: written from scratch, a changed station, the first page's bytes, how soon a reading is on
it, and how much a web server hands out beside any other file of the same size."""

from __future__ import annotations

import gc
import os
import shutil
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dashboard.public import assets
from deploy.benches import dashboard_house, own_nginx, public_city
from deploy.benches.dashboard_city import gauge_id, reading, station_id
from deploy.benches.dashboard_figures import Found, share
from deploy.benches.subscribers import settings_of
from deploy.settings import Settings
from deploy.wiring.clockwork import machine_time
from deploy.wiring.site import PublicSite
from deploy.wiring.stores import Stores, open_stores
from ingest.clock import TrueClock
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch

FIRST_PAGE_KB = 60.0
SCRATCH_S = 5.0
CHANGED_MS = 100.0
SOON_S = 10.0
LOOK_S = 0.02
GIVES_UP_S = 60.0

Say = Callable[[str], object]


@dataclass(frozen=True)
class Plan:
    """What is measured: so many stations, ``danger`` of them above a threshold; ``changes`` of single stations one
    after the other, ``readings`` on their way from durable to the file, ``seconds`` of requests to a kind of file."""

    stations: int = 1_000
    danger: int = 60
    changes: int = 40
    readings: int = 40
    seconds: float = 5.0


@dataclass
class Bench:
    """One measurement in its folder."""

    plan: Plan
    folder: Path
    ports: Sequence[int]
    """Four: of a broker that is not there, of the dashboard, of the public page and of nginx."""
    found: Found = field(default_factory=Found)

    def run(self, say: Say) -> Found:
        """All of it."""
        settings = settings_of(self.folder / "data", self.ports[0])
        stores = open_stores(settings)
        try:
            say(f"a day of {self.plan.stations} stations …")
            public_city.fill(stores, self.plan.stations, self.plan.danger, datetime.now(UTC))
            say("written from scratch, and a changed station …")
            self._scratch(settings, stores)
            self._first_page("")
            say("from durable to the file …")
            self._soon(settings, stores)
            say("handed out …")
            self._handed_out(settings.public_folder)
            say("all stations in danger …")
            self._all_in_danger(settings, stores)
        finally:
            stores.close()
        return self.found

    def _scratch(self, settings: Settings, stores: Stores) -> None:
        site = PublicSite(settings, stores, TrueClock(machine_time))
        began_s, cpu_s = time.perf_counter(), time.process_time()
        site.turn()
        self.found.add("scratch_s", time.perf_counter() - began_s, "s", SCRATCH_S)
        self.found.add("scratch_cpu_s", time.process_time() - cpu_s, "s")
        self._copied(settings.public_folder)
        gc.collect()
        gc.freeze()  # as a house does once it has started
        took_ms = [self._changed(site, stores, number) for number in range(self.plan.changes)]
        site.close()
        self.found.add("changed_p50_ms", statistics.median(took_ms), "ms", CHANGED_MS)
        self.found.add("changed_p95_ms", share(took_ms, 95), "ms", CHANGED_MS)

    def _copied(self, site: Path) -> None:
        """What the disk alone takes for as many files of the same size: the reference of the first figure."""
        files = [each for each in site.rglob("*") if each.is_file()]
        target = self.folder / "copy"
        began_s = time.perf_counter()
        shutil.copytree(site, target)
        os.sync()
        took_s = time.perf_counter() - began_s
        shutil.rmtree(target)
        self.found.add("files", len(files), "")
        self.found.add("size_mb", sum(each.stat().st_size for each in files) / 1e6, "MB")
        self.found.add("scratch_to_copy", self.found.value("scratch_s") / took_s, "times")

    def _changed(self, site: PublicSite, stores: Stores, number: int) -> float:
        """Milliseconds of one publication with one new reading."""
        gauge = gauge_id(number * 7 % self.plan.stations)
        at = datetime.now(UTC)
        SqlAppender(stores.database).append(Batch(readings=[reading(gauge, 0.5 + number / 100, at)]))
        began_s = time.perf_counter()
        if not site.turn():
            self.found.errors.append(f"the reading of {gauge} was not published")
        return (time.perf_counter() - began_s) * 1000

    def _first_page(self, when: str) -> None:
        site = self.folder / "data" / "public"
        for ending, name in ((".br", "brotli"), (".gz", "gzip")):
            paths = [site / "index.html", *(site / each for each in assets.hashed().values())]
            sizes = [_smaller(path, ending) for path in paths]
            self.found.add(f"first_page{when}_{name}_kb", sum(sizes) / 1000, "kB", FIRST_PAGE_KB)

    def _soon(self, settings: Settings, stores: Stores) -> None:
        """Readings one after the other, beside the real publisher in a process of its own."""
        with dashboard_house.dashboard(self.folder / "data", list(self.ports[1:3]), None):
            waits = [self._wait(stores, settings.public_folder, number) for number in range(self.plan.readings)]
        self.found.add("durable_to_file_p50_s", share(waits, 50), "s")
        self.found.add("durable_to_file_p95_s", share(waits, 95), "s", SOON_S)

    def _wait(self, stores: Stores, site: Path, number: int) -> float:
        """Seconds from durable until the page of the station, the last language's too, says the new stage."""
        turn = number * 11 % self.plan.stations
        path = next(iter(sorted(site.glob(f"*/stations/{station_id(turn)}.html"))), site / "index.html")
        stage_m = round(0.6 + number * 0.01, 2)
        time.sleep(number % 10 * 0.13)  # at another moment of the publisher's rest each time
        SqlAppender(stores.database).append(Batch(readings=[reading(gauge_id(turn), stage_m, datetime.now(UTC))]))
        began_s = time.perf_counter()
        if not _until(lambda: f"{stage_m:.2f}".encode() in path.read_bytes()):
            self.found.errors.append(f"the stage of {station_id(turn)} never came to its page")
        return time.perf_counter() - began_s

    def _handed_out(self, site: Path) -> None:
        """The overview beside random bytes of the same size, by the same nginx."""
        if missing := own_nginx.missing():
            self.found.left_out.append(missing)
            return
        page = _smaller(site / "index.html", ".gz")
        with own_nginx.serving(site, page, self.folder / "nginx", self.ports[3]) as urls:
            plain, told, again = [own_nginx.requests_per_s(url, self.plan.seconds) for url in (*urls, urls[0])]
        self.found.add("plain_file_per_s", (plain + again) / 2, "1/s")
        self.found.add("first_page_per_s", told, "1/s")
        self.found.add("first_page_to_plain", told / ((plain + again) / 2), "times")

    def _all_in_danger(self, settings: Settings, stores: Stores) -> None:
        now = datetime.now(UTC) + timedelta(seconds=1)
        rows = [reading(gauge_id(each), 1.1 + each % 5 * 0.5, now) for each in range(self.plan.stations)]
        SqlAppender(stores.database).append(Batch(readings=rows))
        shutil.rmtree(settings.public_folder)
        PublicSite(settings, stores, TrueClock(machine_time)).turn()
        self._first_page("_all_in_danger")


def _smaller(path: Path, ending: str) -> int:
    """Bytes of a file as it is sent."""
    form = path.with_name(path.name + ending)
    return (form if form.exists() else path).stat().st_size


def _until(is_so: Callable[[], bool]) -> bool:
    until_s = time.monotonic() + GIVES_UP_S
    while time.monotonic() < until_s:
        if is_so():
            return True
        time.sleep(LOOK_S)
    return False
