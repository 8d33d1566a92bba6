"""What a first visit of the overview costs in a large city: bytes over the wire, and the time to a useful screen.

``python -m tests.dashboard.overview_report [STATIONS] [DANGER]`` prints it for a city of so many stations (1,000), so
many of them at hazard 1 or more (60). Bytes are those that the browser received, compressed; what is pushed over the
WebSocket is counted before its compression, so that the sum is rather too high. The screen is useful when list, map
and alerts are drawn. The first browser has nothing, a warm one was there before.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from playwright.sync_api import BrowserContext, sync_playwright
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.staff.app import create_app
from ingest.readings import Still
from ingest.stations import Camera, Gauge, Registry, Station, StationKind, ThresholdSet
from tests.dashboard import fake_city
from tests.dashboard.fake_city import reading
from tests.dashboard.staff_fakes import Desk, desk, served
from tests.parts import CHROMIUM_ARGS, chromium

LEVELS_M = {1: 1.0, 2: 1.5, 3: 2.0, 4: 2.5, 5: 3.0}
ALL_DRAWN = """() => document.querySelector("a.row") && document.querySelector("#map .map-mark")
    && document.querySelector("#waiting").children.length"""


@dataclass(frozen=True)
class Visit:
    """What a visit took."""

    seconds: float
    kilobytes: float
    socket_kilobytes: float


def large_city(stations: int, at: datetime) -> Registry:
    """Every second station has a second gauge, three in ten a camera."""
    thresholds = (ThresholdSet(valid_from=at - timedelta(days=400), levels=LEVELS_M),)
    kinds = list(StationKind)
    items: list[Station | Gauge | Camera] = []
    for number in range(stations):
        station_id = f"s{number:04}"
        items.append(
            Station(
                id=station_id,
                kind=kinds[number % len(kinds)],
                name={"ja": f"第{number}観測地点", "en": f"Station number {number}"},
                lat=34.56 + number // 40 * 0.004,
                lon=133.51 + number % 40 * 0.0035,
                area={"ja": f"区域{number % 20}", "en": f"Area {number % 20}"},
            )
        )
        gauges = [f"{station_id}-a", f"{station_id}-b"][: 1 + number % 2]
        items += [Gauge(id=each, station_id=station_id, thresholds=thresholds) for each in gauges]
        items += [Camera(id=f"{station_id}-cam", station_id=station_id)] if number % 10 < 3 else []
    return Registry.of(fake_city.city(), items)


def large_desk(stations: int, danger: int) -> Desk:
    """Calm water everywhere but at the first stations."""
    made = desk()
    registry = large_city(stations, made.now)
    made.registry.current = registry
    made.log.readings.clear()
    made.log.stills.clear()
    made.log.reports.clear()
    for number, gauge in enumerate(registry.gauges.values()):
        in_danger = int(gauge.station_id[1:]) < danger
        for minutes in (40, 30, 20, 10, 1):
            stage_m = 1.1 + number % 9 * 0.2 - minutes * 0.002 if in_danger else 0.4
            made.log.add(reading(gauge.id, round(stage_m, 3), made.now - timedelta(minutes=minutes)))
    for number, camera in enumerate(registry.cameras.values()):
        made.log.add(Still(camera.id, made.now, made.now, f"{camera.id}/{number:04d}.jpg", 640, 360))
    return made


class Counted:
    """Counts what is sent over WebSockets, which tabs of a browser share behind the page's back."""

    def __init__(self, app: ASGIApp, pushed: list[int]) -> None:
        self._app, self._pushed = app, pushed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""

        async def counted(message: Message) -> None:
            if message["type"] == "websocket.send":
                self._pushed.append(len(message.get("text") or message.get("bytes") or ""))
            await send(message)

        await self._app(scope, receive, counted)


def visited(context: BrowserContext, address: str, pushed: list[int]) -> Visit:
    """One visit of the page, until everything is drawn."""
    page = context.new_page()
    wire = context.new_cdp_session(page)
    received: list[float] = []
    before = sum(pushed)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    began_s = time.monotonic()
    page.goto(address, wait_until="commit")
    while not page.evaluate(ALL_DRAWN):
        time.sleep(0.02)
    took_s = time.monotonic() - began_s
    page.wait_for_timeout(1500)
    page.close()
    return Visit(took_s, sum(received) / 1000, (sum(pushed) - before) / 1000)


def main(stations: int = 1000, danger: int = 60) -> None:
    """Print the visits."""
    made = large_desk(stations, danger)
    pushed: list[int] = []
    sys.stdout.write(f"{stations} stations, {danger} of hazard 1 or more\n")
    app = create_app(made.services).server
    app.add_middleware(Counted, pushed=pushed)
    with served(app) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(CHROMIUM_ARGS))
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        for name in ("first", "warm", "warm", "warm"):
            visit = visited(context, f"{base}/", pushed)
            sys.stdout.write(
                f"{name}: {visit.seconds:.2f} s, {visit.kilobytes:.0f} kB + {visit.socket_kilobytes:.0f} kB pushed\n"
            )
        browser.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
