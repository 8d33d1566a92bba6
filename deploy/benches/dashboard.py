"""What the staff dashboard takes: the first screen, a changed screen, a hundred viewers, and a year of readings.

The real house of a city: a Mosquitto, ``mizumori ingest`` with its eyes, and ``mizumori dashboard`` with its accounts,
each a process of its own, the dashboard kept to one core where the system can do that. Beside it, on the same core, a
plain server of the same make that does nothing but send as many bytes: absolute figures depend on the machine and on
what else it does, the ratios do less.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.benches import browsing, dashboard_city, dashboard_house
from deploy.benches.dashboard_figures import Found, share, since_commits
from deploy.benches.dashboard_house import Program
from deploy.benches.dashboard_requests import screen_over_http, year_over_http
from deploy.benches.ingest import listening, subscriber
from deploy.benches.own_mosquitto import OwnMosquitto
from deploy.benches.subscribers import settings_of
from deploy.settings import Settings
from deploy.wiring.stores import Stores, open_stores
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch
from simulators.publisher import Broker, Publisher

PLAIN_PUSHES_PER_S = 2.5
STEP_S = 0.1
STILLS_WITHIN_S = 120.0
ENTERS_S = 0.03
"""The viewers come one after the other."""


@dataclass(frozen=True)
class Plan:
    """What is measured; ``danger`` stations stand above a threshold, and among them are all that change. Before each
    measurement of viewers they look for ``settles_s`` seconds. Without ``browser`` none is asked."""

    stations: int = 1_000
    gauges: int = 1_500
    cameras: int = 300
    danger: int = 60
    viewers: int = 100
    changes_per_s: float = 10.0
    seconds: float = 30.0
    published: int = 40
    year_minutes: int = dashboard_city.YEAR_MINUTES
    settles_s: float = 8.0
    browser: bool = True


Say = Callable[[str], object]


@dataclass
class Bench:
    """One measurement in its folder."""

    plan: Plan
    broker: OwnMosquitto
    folder: Path
    ports: Sequence[int]
    """Three: of the dashboard, of the public page and of the plain server."""
    found: Found = field(default_factory=Found)

    def run(self, say: Say) -> Found:
        """All of it."""
        settings = settings_of(self.data, self.broker.port)
        stores = open_stores(settings)
        try:
            say(f"a city of {self.plan.stations} stations, and {self.plan.year_minutes} readings of one of them …")
            self._fill(settings, stores)
            account = dashboard_house.add_viewer(settings, stores)
            with ExitStack() as stack:
                if self.plan.cameras or self.plan.browser:
                    port = stack.enter_context(listening(self.broker))
                    stack.enter_context(subscriber("whole", self.data, port))
                    self._take_stills(say, stores, port)
                core = dashboard_house.last_core()
                if core is None:
                    self.found.left_out.append("the dashboard is not kept to one core: this system cannot do that")
                server = stack.enter_context(dashboard_house.dashboard(self.data, list(self.ports[:2]), core))
                cookie = dashboard_house.sign_in(server, *account)
                self._measure(say, stores, server, cookie, core)
        finally:
            stores.close()
        return self.found

    @property
    def data(self) -> Path:
        """The data folder of what is measured."""
        return self.folder / "data"

    def _fill(self, settings: Settings, stores: Stores) -> None:
        plan, now = self.plan, datetime.now(UTC)
        registry = dashboard_city.large_city(plan.stations, plan.gauges, plan.cameras)
        stores.registry.apply(registry, now - timedelta(hours=2), "bench")
        for rows in dashboard_city.last_hour(plan.stations, plan.gauges, plan.danger, now):
            SqlAppender(stores.database).append(Batch(readings=rows))
        dashboard_city.fill_year(settings, stores, self._of_the_year, plan.year_minutes, now)

    @property
    def _of_the_year(self) -> str:
        """The gauge with a long past: of a calm station that has one gauge."""
        return dashboard_city.gauge_id(self.plan.stations - 1)

    def _take_stills(self, say: Say, stores: Stores, port: int) -> None:
        """One still of each camera, through the whole chain."""
        if not self.plan.cameras:
            return
        say(f"{self.plan.cameras} stills …")
        stock = self.folder / "stock"
        module = [sys.executable, "-m", "deploy.benches.camera_load"]
        subprocess.run([*module, "draw", str(stock), str(self.plan.cameras)], check=True)
        count = str(self.plan.cameras)
        subprocess.run([*module, "publish", str(stock), str(port), count, count, "0"], check=True)
        until_s = time.monotonic() + STILLS_WITHIN_S
        while len(stores.log.cameras()) < self.plan.cameras and time.monotonic() < until_s:
            time.sleep(0.2)

    def _measure(self, say: Say, stores: Stores, server: Program, cookie: str, core: int | None) -> None:
        say("the first screen without a browser …")
        first = self._viewers("overview", server.url, cookie, 1, self.plan.settles_s)
        self._http(server, cookie, first)
        say(f"{self.plan.viewers} viewers, {self.plan.changes_per_s:g} changed stations a second …")
        self._crowd(stores, server, cookie, core)
        say("a year of readings …")
        self._year(server, cookie)
        if not self.plan.browser:
            self.found.left_out.append("the screen in a browser: it was not asked for")
            return
        try:
            browsing.chromium()
        except browsing.NoBrowser as error:
            self.found.left_out.append(f"the screen in a browser: {error}")
            return
        say("the first screen and a changed screen in a browser …")
        try:
            self._browser(server, cookie, core)
        except browsing.NotShown as error:
            self.found.errors.append(str(error))

    def _viewers(self, kind: str, url: str, cookie: str, count: int, seconds: float) -> dict[str, Any]:
        """What so many viewers saw, in a process of their own."""
        return json.loads(self._start_viewers(kind, url, cookie, count, seconds).communicate()[0])  # type: ignore[no-any-return]

    @staticmethod
    def _start_viewers(kind: str, url: str, cookie: str, count: int, seconds: float) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "deploy.benches.viewers", kind, url, cookie, str(count), str(seconds)]
        return subprocess.Popen(command, stdout=subprocess.PIPE)

    def _http(self, server: Program, cookie: str, first: dict[str, Any]) -> None:
        """Everything that a browser asks for, without one: by its bytes and its time, and the sections after it."""
        got = screen_over_http(server, cookie)
        sections = self._viewers("overview", server.url, cookie, 1, self.plan.settles_s)
        self.found.errors += [*got.errors, *first["errors"], *sections["errors"]]
        self.found.add("screen_http_s", got.seconds, "s")
        self.found.add("screen_http_kb", got.wire_kb, "kB")
        self.found.add("screen_sections_s", max(sections["first_s"], default=float("nan")), "s")
        self.found.add("screen_sections_kb", sections["first_bytes"] / 1000, "kB")

    def _crowd(self, stores: Stores, server: Program, cookie: str, core: int | None) -> None:
        """Many viewers at once, and stations that change all the time."""
        plan, found = self.plan, self.found
        visits_s = plan.viewers * ENTERS_S + plan.settles_s
        crowd = self._start_viewers("overview", server.url, cookie, plan.viewers, visits_s + plan.seconds)
        time.sleep(visits_s)
        cpu_s, began_s = server.cpu_s(), time.time()
        commits = self._change(stores, plan.seconds)
        took_s, cpu_s = time.time() - began_s, server.cpu_s() - cpu_s
        seen = json.loads(crowd.communicate()[0])
        found.errors += seen["errors"]
        updates = [(at_s, after_s) for at_s, after_s in seen["updates"] if at_s >= began_s]
        delays_ms = [after_s * 1000 for _, after_s in updates]
        found.add("viewers_updates", len(updates), "")
        found.add("viewers_update_p50_ms", share(delays_ms, 50), "ms")
        found.add("viewers_update_p95_ms", share(delays_ms, 95), "ms", 300)
        found.add("viewers_durable_to_held_p95_ms", share(since_commits(commits, updates), 95), "ms")
        found.add("viewers_server_cpu", cpu_s / took_s, "of a core")
        found.add("viewers_client_cpu", seen["cpu_s"] / (visits_s + plan.seconds), "of a core")
        found.add(
            "viewers_received_kb_per_s", seen["received_bytes"] / plan.viewers / (visits_s + plan.seconds) / 1000, "kB"
        )
        found.add("server_peak_mb", server.peak_mb(), "MB")
        self._plain_crowd(core, max(1000, round(seen["received_bytes"] / max(1, seen["messages"]))))

    def _plain_crowd(self, core: int | None, push_bytes: int) -> None:
        """The same number of viewers of a server that does nothing but push as much."""
        command = ["deploy.benches.plain", str(self.ports[2]), "2000", str(push_bytes), str(PLAIN_PUSHES_PER_S)]
        with dashboard_house.serving(command, self.ports[2], core) as plain:
            cpu_s, began_s = plain.cpu_s(), time.time()
            seen = self._viewers("plain", plain.url, "-", self.plan.viewers, self.plan.settles_s)
            cpu_share = (plain.cpu_s() - cpu_s) / (time.time() - began_s)
        delays_ms = [after_s * 1000 for _, after_s in seen["updates"]]
        self.found.add("plain_push_p95_ms", share(delays_ms, 95), "ms")
        self.found.add("plain_push_cpu", cpu_share, "of a core")
        ratio = self.found.value("viewers_update_p95_ms") / self.found.value("plain_push_p95_ms")
        self.found.add("viewers_update_to_plain", ratio, "times")

    def _change(self, stores: Stores, seconds: float) -> list[float]:
        """Let stations in danger change; the moments at which each was durable."""
        plan, rng, appender = self.plan, random.Random(1), SqlAppender(stores.database)
        commits: list[float] = []
        began_s, count = time.monotonic(), 0
        while (elapsed_s := time.monotonic() - began_s) < seconds:
            due = int(elapsed_s * plan.changes_per_s) - count
            now = datetime.now(UTC)
            rows = [self._changed(count + each, now, rng) for each in range(due)]
            if rows:
                appender.append(Batch(readings=rows))
                commits += [time.time()] * len(rows)
            count += due
            time.sleep(STEP_S)
        return commits

    def _changed(self, number: int, now: datetime, rng: random.Random) -> Any:
        station = number % max(1, self.plan.danger)
        stage_m = dashboard_city.stage_m(station, self.plan.stations, self.plan.danger, rng.randrange(10))
        return dashboard_city.reading(dashboard_city.gauge_id(station), stage_m, now)

    def _year(self, server: Program, cookie: str) -> None:
        """A year over HTTP, each time another one by a minute, so that none is answered from memory."""
        station = dashboard_city.station_id(self.plan.stations - 1)
        got = year_over_http(server, cookie, station, self.plan.year_minutes)
        peaks = dashboard_city.year_peaks_m(self.plan.year_minutes)
        self.found.errors += got.errors
        self.found.add("year_readings", self.plan.year_minutes, "")
        self.found.add("year_peaks_lost", len(peaks - got.stages_m), "", 0)
        self.found.add("year_points", got.points, "")
        self.found.add("year_server_cpu_ms", got.cpu_ms, "ms", 200)
        self.found.add("year_wall_ms", got.wall_ms, "ms")

    def _browser(self, server: Program, cookie: str, core: int | None) -> None:
        found = self.found
        with browsing.browser(cookie, server.url) as context:
            command = ["deploy.benches.plain", str(self.ports[2]), "2000", "1000", "1"]
            with dashboard_house.serving(command, self.ports[2], core) as plain:
                nothing, page = browsing.visited(context, f"{plain.url}/", browsing.PLAIN)
                page.close()
            first, page = browsing.visited(context, f"{server.url}/")
            page.close()
            again, page = browsing.visited(context, f"{server.url}/")
            sections_kb = found.value("screen_sections_kb")
            found.add("screen_first_s", first.useful_s, "s", 2.0)
            found.add("screen_again_s", again.useful_s, "s")
            found.add("screen_empty_page_s", nothing.useful_s, "s")
            found.add("screen_first_cpu_s", first.cpu_s, "s")
            found.add("screen_wire_kb", first.wire_kb + sections_kb, "kB", 2_500)
            found.add("screen_elements", again.elements, "")
            self._published(page)
            # What the open page says while it changes counts as well.
            found.errors += [*first.errors, *again.errors]

    def _published(self, page: Any) -> None:
        """Readings that are published over the broker until the open page shows them."""
        publisher = Publisher(Broker(port=self.broker.port), max_in_flight=10, patience_s=30.0)
        publisher.connect()
        delays_s: list[float] = []
        station_id = dashboard_city.station_id(0)
        for number in range(self.plan.published):
            stage_m = 1.31 + number % 40 * 0.01
            at = datetime.now(UTC)
            text = f'{{"stage_m": {stage_m:.2f}, "observed_at": "{at.isoformat()}", "seq": {number}}}'

            def publish(text: str = text) -> float:
                # The row is that of the gauge of a station that rises fastest, so all of them rise alike.
                published_s = time.time()
                for gauge in range(0, self.plan.gauges, self.plan.stations):
                    name = f"mizumori/v1/{station_id}/gauge/{dashboard_city.gauge_id(gauge)}/reading"
                    publisher.send(name, text.encode())
                return published_s

            try:
                delays_s.append(browsing.shown_after_s(page, station_id, f"{stage_m:.2f}", publish))
            except browsing.NotShown as error:
                delays_s.append(browsing.SHOWN_WITHIN_S)
                self.found.errors.append(f"{stage_m:.2f} m was published and not shown: {error}")
            page.wait_for_timeout(random.Random(number).randrange(400, 900))
        publisher.close()
        self.found.add("published_to_screen_p50_s", share(delays_s, 50), "s")
        self.found.add("published_to_screen_p95_s", share(delays_s, 95), "s", 1.5)
