"""What cameras cost: stills per second and per CPU second through the whole chain, memory, disk, and whether the levels
notice.

Cameras and gauges publish to a real broker; ``mizumori ingest`` with its eyes runs as a process of its own, kept to one
core where the system can do that, while broker and devices have the others. First the levels alone, then the same
levels beside the cameras, in turns; then stills as fast as they are taken.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import Engine, func, select

from deploy.benches.camera_load import cameras_of
from deploy.benches.family import Usage, family
from deploy.benches.ingest import WITHIN_S, Child, delays_ms, listening, subscriber
from deploy.benches.load import city_of
from deploy.benches.own_mosquitto import OwnMosquitto
from deploy.benches.subscribers import settings_of
from deploy.wiring.clockwork import machine_time
from deploy.wiring.stores import open_stores
from ingest.store.tables import dead_letters, looks, stills

LOOK_EVERY_S = 0.1


@dataclass(frozen=True)
class Plan:
    """``rounds`` times ``seconds`` of levels alone and of levels with cameras, then ``burst`` stills at full speed."""

    cameras: int = 300
    per_minute: float = 1.0
    gauges: int = 3_000
    rate_per_s: float = 500.0
    seconds: float = 60.0
    rounds: int = 2
    burst: int = 300

    @property
    def stills_per_s(self) -> float:
        """How many stills come each second in all."""
        return self.cameras * self.per_minute / 60

    @property
    def stills(self) -> int:
        """How many stills come in a round."""
        return round(self.stills_per_s * self.seconds)


@dataclass(frozen=True)
class Found:
    """The figures. ``lost`` are stills that were neither looked at nor refused, ``levels_lost`` readings that never
    became durable; ``one_core`` says whether ingest and its eyes were kept to one. Sizes are means of a still."""

    cameras: int
    stills: int
    lost: int
    refused: int
    levels_lost: int
    alone_p50_ms: float
    alone_p99_ms: float
    beside_p50_ms: float
    beside_p99_ms: float
    p99_ratio: float
    cpu_share: float
    burst_per_s: float
    burst_per_cpu_s: float
    ingest_peak_mb: float
    eyes_peak_mb: float
    still_kb: float
    copies_kb: float
    one_core: bool

    @property
    def as_json(self) -> dict[str, float]:
        """The figures by name."""
        return asdict(self)


@dataclass
class Bench:
    """One measurement in its folder."""

    plan: Plan
    broker: OwnMosquitto
    folder: Path

    def run(self, say: Callable[[str], None]) -> Found:
        """All of it."""
        say("drawing the stills …")
        _program("deploy.benches.camera_load", "draw", self.stock, self.plan.cameras).wait()
        self._import()
        alone: list[list[float]] = []
        beside: list[list[float]] = []
        cpu_s = 0.0
        with listening(self.broker) as port, subscriber("whole", self.data, port) as child:
            one_core = keep_to_one_core(child.pid)
            for number in range(self.plan.rounds):
                say(f"round {number + 1} of {self.plan.rounds}: levels alone …")
                alone.append(self._levels(port))
                say(f"round {number + 1} of {self.plan.rounds}: levels and {self.plan.cameras} cameras …")
                before_s = _cpu_s(child)
                beside.append(self._both(port))
                cpu_s += _cpu_s(child) - before_s
            say(f"{self.plan.burst} stills at full speed …")
            burst_s, burst_cpu_s = self._burst(port, child)
            used, kept = family(child.pid), child.used().readings
        return self._found(alone, beside, cpu_s, (burst_s, burst_cpu_s), used, kept, one_core=one_core)

    @property
    def data(self) -> Path:
        """The data folder of what is measured."""
        return self.folder / "data"

    @property
    def stock(self) -> Path:
        """The drawn stills."""
        return self.folder / "stock"

    @cached_property
    def database(self) -> Engine:
        """Its database, opened once: it is asked while the measurement runs."""
        return open_stores(settings_of(self.data, self.broker.port)).database

    def _import(self) -> None:
        registry = city_of(self.plan.gauges)
        cameras = {each.id: each for each in cameras_of(self.plan.cameras)}
        stores = open_stores(settings_of(self.data, self.broker.port))
        stores.registry.apply(registry.model_copy(update={"cameras": cameras}), machine_time(), "bench")
        stores.close()

    def _levels(self, port: int) -> list[float]:
        return delays_ms(self.data, port, self.plan.gauges, self.plan.rate_per_s, self.plan.seconds)

    def _both(self, port: int) -> list[float]:
        before = self._looked()
        pictures = self._publish(port, self.plan.stills, self.plan.stills_per_s)
        delays = self._levels(port)
        pictures.wait()
        self._wait_for(before + self.plan.stills)
        return delays

    def _burst(self, port: int, child: Child) -> tuple[float, float]:
        before, cpu_s, began_s = self._looked(), _cpu_s(child), time.monotonic()
        self._publish(port, self.plan.burst, 0).wait()
        self._wait_for(before + self.plan.burst)
        return time.monotonic() - began_s, _cpu_s(child) - cpu_s

    def _publish(self, port: int, count: int, per_s: float) -> subprocess.Popen[bytes]:
        return _program("deploy.benches.camera_load", "publish", self.stock, port, self.plan.cameras, count, per_s)

    def _looked(self) -> int:
        """Stills that were looked at or refused."""
        return _count(self.database, looks) + _count(self.database, dead_letters)

    def _wait_for(self, stills_in_all: int) -> None:
        until_s = time.monotonic() + WITHIN_S
        while self._looked() < stills_in_all and time.monotonic() < until_s:
            time.sleep(LOOK_EVERY_S)

    def _found(
        self,
        alone: Sequence[Sequence[float]],
        beside: Sequence[Sequence[float]],
        cpu_s: float,
        burst: tuple[float, float],
        used: Sequence[Usage],
        kept: int,
        *,
        one_core: bool,
    ) -> Found:
        plan = self.plan
        sent = plan.rounds * plan.stills + plan.burst
        levels = 2 * plan.rounds * round(plan.rate_per_s * plan.seconds)
        looked, refused = _count(self.database, looks), _count(self.database, dead_letters)
        whole_kb = _mean_kb(self.database)
        self.database.dispose()
        alone_p99_ms, beside_p99_ms = _of_rounds(alone, 98), _of_rounds(beside, 98)
        on_disk_kb = sum(file.stat().st_size for file in (self.data / "stills").rglob("*.*") if file.is_file()) / 1000
        return Found(
            cameras=plan.cameras,
            stills=looked,
            lost=sent - looked - refused,
            refused=refused,
            levels_lost=levels - kept,
            alone_p50_ms=_of_rounds(alone, 49),
            alone_p99_ms=alone_p99_ms,
            beside_p50_ms=_of_rounds(beside, 49),
            beside_p99_ms=beside_p99_ms,
            p99_ratio=beside_p99_ms / alone_p99_ms,
            cpu_share=cpu_s / (plan.rounds * plan.seconds),
            burst_per_s=plan.burst / burst[0],
            burst_per_cpu_s=plan.burst / burst[1],
            ingest_peak_mb=used[0].peak_mb,
            eyes_peak_mb=max((each.peak_mb for each in used[1:]), default=0.0),
            still_kb=whole_kb,
            copies_kb=on_disk_kb / max(1, looked) - whole_kb,
            one_core=one_core,
        )


def keep_to_one_core(pid: int) -> bool:
    """Let a process with all its threads, and what it starts from now on, run on the last core only; whether that is
    possible here. What it has started already is moved as well."""
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        return False
    last = max(os.sched_getaffinity(0))
    for each in family(pid):
        for thread in (Path("/proc") / str(each.pid) / "task").iterdir():
            os.sched_setaffinity(int(thread.name), {last})
    return True


def table(found: Found) -> list[str]:
    """The figures for the screen."""
    core = "one core" if found.one_core else "all cores"
    return [
        f"  {found.cameras} cameras on {core}: {found.stills} stills looked at, {found.refused} refused,"
        f" {found.lost} lost; {found.levels_lost} readings lost",
        f"  levels alone         p50 {found.alone_p50_ms:>6,.0f} ms  p99 {found.alone_p99_ms:>6,.0f} ms",
        f"  levels and cameras   p50 {found.beside_p50_ms:>6,.0f} ms  p99 {found.beside_p99_ms:>6,.0f} ms"
        f"  ratio of p99 {found.p99_ratio:.2f}  CPU {found.cpu_share:.2f} of a core",
        f"  at full speed        {found.burst_per_s:.1f} stills/s  {found.burst_per_cpu_s:.1f} stills/CPU s",
        f"  memory               ingest {found.ingest_peak_mb:.0f} MB, eyes {found.eyes_peak_mb:.0f} MB at most",
        f"  disk                 {found.still_kb:.0f} kB a still, {found.copies_kb:.0f} kB its copies",
    ]


def _program(module: str, *arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", module, *map(str, arguments)])


def _cpu_s(child: Child) -> float:
    return sum(each.cpu_s for each in family(child.pid))


def _count(database: Engine, table: object) -> int:
    with database.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


def _mean_kb(database: Engine) -> float:
    with database.connect() as connection:
        return (connection.scalar(select(func.avg(stills.c.size_bytes))) or 0.0) / 1000


def _of_rounds(rounds: Sequence[Sequence[float]], hundredth: int) -> float:
    """The median over the rounds of a hundredth of their delays, in milliseconds."""
    return median(quantiles(each, n=100)[hundredth] for each in rounds)
