"""How much ingest makes durable, beside a subscriber that does nothing: messages per second and per CPU second, the
time from publication to durable, and peak memory.

Devices publish to a real broker; ingest and the other subscriber take turns, each as a process of its own, and each
tells what it used. Durable is what another process can read from the database. Delays and memory are those of all that
``mizumori ingest`` runs, while its forwarder hands on to the past what the rounds before have brought.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

from deploy.benches.own_mosquitto import OwnMosquitto
from deploy.benches.subscribers import Used, settings_of
from deploy.wiring.clockwork import machine_time
from deploy.wiring.stores import open_stores

WITHIN_S = 300.0
LOOK_EVERY_S = 0.05
SEEN_EVERY_S = 0.005
SETTLES_S = 2.0


@dataclass(frozen=True)
class Plan:
    """What is measured: for each number of gauges so many ``rounds`` of ``messages`` at full speed, then
    ``latency_s`` seconds at ``rate_per_s``."""

    gauges: tuple[int, ...] = (100, 3_000, 30_000)
    messages: int = 60_000
    rounds: int = 3
    rate_per_s: float = 500.0
    latency_s: float = 20.0


@dataclass(frozen=True)
class Speed:
    """What one subscriber managed in one round."""

    per_s: float
    per_cpu_s: float


@dataclass(frozen=True)
class Row:
    """One line of the table: medians of the rounds; ``ratio`` is that of the messages per CPU second.

    ``lost`` are the published readings that never became durable.
    """

    gauges: int
    nothing_per_s: float
    nothing_per_cpu_s: float
    ingest_per_s: float
    ingest_per_cpu_s: float
    ratio: float
    p50_ms: float
    p99_ms: float
    peak_mb: float
    lost: int

    @property
    def as_json(self) -> dict[str, float]:
        """The figures by name."""
        return asdict(self)


HEAD = (
    "          subscriber that does nothing        ingest, durable                 published to durable    peak\n"
    "  gauges    msg/s    msg/CPU s             msg/s    msg/CPU s   ratio        p50 ms    p99 ms         MB    lost"
)


def table(rows: Sequence[Row]) -> list[str]:
    """The figures for the screen."""
    lines = [
        f"  {each.gauges:>6}  {each.nothing_per_s:>7,.0f}  {each.nothing_per_cpu_s:>11,.0f}"
        f"  {each.ingest_per_s:>16,.0f}  {each.ingest_per_cpu_s:>11,.0f}  {each.ratio:>6.2f}"
        f"  {each.p50_ms:>12,.0f}  {each.p99_ms:>8,.0f}  {each.peak_mb:>9,.0f}  {each.lost:>6}"
        for each in rows
    ]
    return [*HEAD.splitlines(), *lines]


class Child:
    """A subscriber in a process of its own."""

    def __init__(self, kind: str, folder: Path, port: int) -> None:
        command = [sys.executable, "-m", "deploy.benches.subscribers", kind, str(folder), str(port)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def used(self) -> Used:
        """What it has received and used until now; the first answer comes when it is ready."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the subscriber has no input")
        stdin.write("\n")
        stdin.flush()
        return Used(**json.loads(stdout.readline()))

    def until(self, messages: int) -> Used:
        """Wait until it has received so many; TimeoutError where that takes too long."""
        until_s = time.monotonic() + WITHIN_S
        while time.monotonic() < until_s:
            figures = self.used()
            if figures.messages >= messages:
                return figures
            time.sleep(LOOK_EVERY_S)
        raise TimeoutError(f"{figures.messages} of {messages} messages came within {WITHIN_S:g} s")

    def stop(self) -> None:
        """End it."""
        self._process.communicate(timeout=WITHIN_S)


@contextmanager
def subscriber(kind: str, folder: Path, port: int) -> Iterator[Child]:
    """A subscriber that is subscribed."""
    child = Child(kind, folder, port)
    try:
        child.used()
        time.sleep(SETTLES_S)
        yield child
    finally:
        child.stop()


def measure(plan: Plan, broker: OwnMosquitto, folder: Path, say: Callable[[str], None]) -> list[Row]:
    """All rows of the table, one after the other."""
    rows = []
    for gauges in plan.gauges:
        say(f"{gauges} gauges …")
        rows.append(_row(plan, gauges, broker, folder / str(gauges)))
    return rows


@contextmanager
def listening(broker: OwnMosquitto) -> Iterator[int]:
    """A broker without memory of the one before, whose sessions would go on to fill."""
    broker.start()
    try:
        yield broker.port
    finally:
        broker.stop()


def _row(plan: Plan, gauges: int, broker: OwnMosquitto, folder: Path) -> Row:
    _load("registry", folder, broker.port, gauges).wait()
    idle: list[Speed] = []
    busy: list[Speed] = []
    with listening(broker) as port, subscriber("ingest", folder, port) as ingest:
        for _ in range(plan.rounds):
            busy.append(_round(plan, gauges, ingest, folder, port))
        kept = ingest.used().readings
    with listening(broker) as port, subscriber("whole", folder, port) as whole:
        delays = delays_ms(folder, port, gauges, plan.rate_per_s, plan.latency_s)
        peak_mb, kept = whole.used().peak_mb, kept + whole.used().readings
    with listening(broker) as port, subscriber("nothing", folder, port) as nothing:
        for _ in range(plan.rounds):
            idle.append(_round(plan, gauges, nothing, folder, port))
    sent = plan.rounds * plan.messages + round(plan.latency_s * plan.rate_per_s)
    hundredths = quantiles(delays, n=100)
    return Row(
        gauges=gauges,
        nothing_per_s=median(each.per_s for each in idle),
        nothing_per_cpu_s=median(each.per_cpu_s for each in idle),
        ingest_per_s=median(each.per_s for each in busy),
        ingest_per_cpu_s=median(each.per_cpu_s for each in busy),
        ratio=median(each.per_cpu_s for each in busy) / median(each.per_cpu_s for each in idle),
        p50_ms=hundredths[49],
        p99_ms=hundredths[98],
        peak_mb=peak_mb,
        lost=sent - kept,
    )


def _round(plan: Plan, gauges: int, child: Child, folder: Path, port: int) -> Speed:
    before, began_s = child.used(), time.monotonic()
    load = _load("publish", folder, port, gauges, plan.messages, 0)
    after = child.until(before.messages + plan.messages)
    took_s = time.monotonic() - began_s
    load.wait()
    return Speed(plan.messages / took_s, plan.messages / (after.cpu_s - before.cpu_s))


def delays_ms(folder: Path, port: int, gauges: int, rate_per_s: float, seconds: float) -> list[float]:
    """From publication to durable, as another process sees it."""
    count = round(seconds * rate_per_s)
    stores = open_stores(settings_of(folder, port))
    seq = stores.log.marks().reading_seq
    delays: list[float] = []
    load = _load("publish", folder, port, gauges, count, rate_per_s)
    until_s = time.monotonic() + seconds + WITHIN_S
    while len(delays) < count and time.monotonic() < until_s:
        found = stores.log.readings_after(seq)
        now = machine_time()
        delays += [(now - each.observed_at).total_seconds() * 1000 for each in found]
        seq = found[-1].seq if found else seq
        time.sleep(SEEN_EVERY_S)
    load.wait()
    stores.close()
    return delays


def _load(what: str, folder: Path, port: int, gauges: int, *more: float) -> subprocess.Popen[bytes]:
    arguments = [what, str(folder), str(port), str(gauges), *map(str, more)]
    return subprocess.Popen([sys.executable, "-m", "deploy.benches.load", *arguments])
