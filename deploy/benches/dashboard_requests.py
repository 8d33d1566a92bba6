"""What a browser asks the dashboard for, asked without one: the pieces of a first screen, and a year of readings."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import time
import urllib.parse
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median

from deploy.benches.dashboard_house import Program, answer

ROUNDS = 6
YEAR_POINTS = 1_000


@dataclass
class Fetched:
    """The pieces of a page: seconds for all of them one after the other, and kilobytes as they were sent."""

    seconds: float = 0.0
    wire_kb: float = 0.0
    pieces: int = 0
    errors: list[str] = field(default_factory=list)


def screen_over_http(server: Program, cookie: str) -> Fetched:
    """The page, its scripts and styles, its frame and its list of callbacks, over one connection that is kept."""
    fetched = Fetched()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    began_s = time.monotonic()
    page = _piece(server, cookie, connection, "/", fetched).decode("utf-8")
    for path in [*re.findall(r'(?:src|href)="(/[^"]+)"', page), "/_dash-layout", "/_dash-dependencies"]:
        _piece(server, cookie, connection, path, fetched)
    fetched.seconds = time.monotonic() - began_s
    connection.close()
    return fetched


def _piece(server: Program, cookie: str, connection: http.client.HTTPConnection, path: str, fetched: Fetched) -> bytes:
    got = answer(server, path, cookie, connection)
    fetched.wire_kb += got.wire_bytes / 1000
    fetched.pieces += 1
    if got.status != 200:
        fetched.errors.append(f"{path} answered {got.status}")
    return gzip.decompress(got.body) if got.headers.get("content-encoding") == "gzip" else got.body


@dataclass
class Year:
    """A year of readings: medians of the rounds. ``cpu_ms`` is what the server's process used meanwhile, ``stages_m``
    what it answered, to be compared with the peaks there are."""

    cpu_ms: float
    wall_ms: float
    points: int
    stages_m: set[float]
    errors: list[str]


def year_over_http(server: Program, cookie: str, station: str, minutes: int) -> Year:
    """Ask ``/api/v1/stations/{id}/readings`` for so many minutes up to now."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    walls_ms: list[float] = []
    readings: list[dict[str, object]] = []
    errors: list[str] = []
    cpu_s = server.cpu_s()
    for number in range(ROUNDS):
        until = now - timedelta(minutes=number)
        span = {"from": (until - timedelta(minutes=minutes)).isoformat(), "to": until.isoformat()}
        asked = urllib.parse.urlencode({**span, "points": YEAR_POINTS})
        began_s = time.monotonic()
        got = answer(server, f"/api/v1/stations/{station}/readings?{asked}", cookie)
        walls_ms.append((time.monotonic() - began_s) * 1000)
        body = gzip.decompress(got.body) if got.headers.get("content-encoding") == "gzip" else got.body
        if got.status != 200:
            errors.append(f"a year answered {got.status}: {body[:200]!r}")
            continue
        readings = readings or json.loads(body)["readings"]
    cpu_ms = (server.cpu_s() - cpu_s) / ROUNDS * 1000
    stages = {float(str(each["stage_m"])) for each in readings}
    return Year(cpu_ms, median(walls_ms), len(readings), stages, errors)
