"""How soon people are told: the real service of the alerts beside a log that grows, and a web server that is told.

Readings are appended as ingest appends them; ``mizumori alerts`` runs as a process of its own on the same database;
every message goes over a real webhook to a listener that notes when it came. Both clocks are the machine's.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from alerts.people import Address, Contact, Group, GroupKind, People, Route
from deploy.benches.load import BASE_M, LEVELS_M, city_of
from deploy.settings import Settings
from deploy.wiring.stores import Stores, open_stores
from ingest.readings import Reading
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch

STEP_S = 0.1
SETTLE_S = 15.0
PATIENCE_S = 120.0
LISTENER_S = 0.05
"""How long the listener takes over a message in the storm: about what a provider over the internet takes."""
MINUTE_S = 60.0

Say = Callable[[str], object]


@dataclass(frozen=True)
class Delay:
    """From a durable reading at hazard 4 to its message at the listener, while other readings go on coming."""

    gauges: int
    readings_per_s: float
    told: int
    lost: int
    twice: int
    p50_s: float
    p99_s: float
    longest_s: float
    service_cpu_share: float


@dataclass(frozen=True)
class Storm:
    """All gauges crossing at once. ``first_s`` and ``last_s`` are when the first and the last recipient had a message;
    ``most_in_a_minute`` is the most that one recipient got in any minute."""

    gauges: int
    recipients: int
    level: int
    messages: int
    first_s: float
    last_s: float
    most_in_a_minute: int
    unserved: int


@dataclass(frozen=True)
class Plan:
    """What is measured."""

    gauges: int = 20_000
    per_s: float = 500.0
    seconds: float = 60.0
    crossings_per_s: float = 5.0
    storm: int = 3_000
    recipients: int = 1_000


def measure(plan: Plan, folder: Path, say: Say) -> list[Delay | Storm]:
    """The delay, then a storm at hazard 3, which may wait for a digest, and one at hazard 4, which may not."""
    found: list[Delay | Storm] = []
    with listening(0.0) as listener, serving(folder / "delay", plan.gauges, 1, listener.port) as house:
        say(f"{plan.per_s:g} readings a second of {plan.gauges} gauges for {plan.seconds:g} s …")
        found.append(delay(house, listener, plan))
    for level in (3, 4):
        with (
            listening(LISTENER_S) as listener,
            serving(folder / f"storm-{level}", plan.storm, plan.recipients, listener.port) as house,
        ):
            say(f"{plan.storm} gauges reach hazard {level} at once, {plan.recipients} recipients …")
            found.append(storm(house, listener, plan, level))
    return found


@dataclass
class ListenerProcess:
    """The program that takes the messages."""

    port: int

    def taken(self) -> list[tuple[float, str, list[str]]]:
        """What came since the last asking."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/taken", timeout=30) as answer:
            return [(at_s, recipient, gauges) for at_s, recipient, gauges in json.load(answer)]


@dataclass
class House:
    """The log that grows, and the process of the alerts."""

    stores: Stores
    process: subprocess.Popen[bytes]

    def cpu_s(self) -> float:
        """What the process has used so far; 0 where the system does not say."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def listening(delay_s: float) -> Iterator[ListenerProcess]:
    """A listener that ends with the block."""
    command = [sys.executable, "-m", "deploy.benches.listener", str(delay_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield ListenerProcess(int(process.stdout.readline()))
        finally:
            process.terminate()


@contextmanager
def serving(folder: Path, gauges: int, recipients: int, port: int) -> Iterator[House]:
    """A city with people and ``mizumori alerts`` over it, past its start, and ended with the block."""
    stores = open_stores(Settings(data_folder=folder))
    now = datetime.now(UTC)
    stores.registry.apply(city_of(gauges), now, "bench")
    stores.people.apply(people(recipients, port), "bench", now)
    append(stores, [reading(each, BASE_M, datetime.now(UTC), 0) for each in range(gauges)])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MIZUMORI_")}
    environment |= {"MIZUMORI_DATA_FOLDER": str(folder), "MIZUMORI_MONITOR__ALERTS_PORT": "0"}
    with subprocess.Popen([sys.executable, "-m", "deploy", "alerts"], env=environment) as process:
        try:
            _wait(lambda: stores.alerts.cursor("readings") >= gauges, process)
            time.sleep(SETTLE_S)  # the devices are looked at for the first time
            yield House(stores, process)
        finally:
            process.terminate()
            stores.close()


def people(recipients: int, port: int) -> People:
    """So many, each with a webhook; the first hears of everything from hazard 2 on."""
    name = {"ja": "計測"}
    ids = [f"r{number:04}" for number in range(recipients)]
    contacts = tuple(
        Contact(
            id=each, name=name, addresses=(Address(channel="webhook", address=f"http://127.0.0.1:{port}/r/{each}"),)
        )
        for each in ids
    )
    group = Group(id="staff", name=name, kind=GroupKind.STAFF, members=tuple(ids))
    return People(contacts=contacts, groups=(group,), routes=(Route(id="all", groups=("staff",), min_level=3),))


def reading(gauge: int, stage_m: float, at: datetime, turn: int) -> Reading:
    """A good reading, as quality control leaves it."""
    return Reading(f"g{gauge:05}", stage_m, at, at, key=f"{turn}")


def append(stores: Stores, rows: Sequence[Reading]) -> float:
    """Make readings durable; the second since 1970 at which they were."""
    SqlAppender(stores.database).append(Batch(readings=rows))
    return time.time()


def delay(house: House, listener: ListenerProcess, plan: Plan) -> Delay:
    """Quiet readings at a rate, and among them gauges that reach hazard 4 for the first time."""
    rng, durable_at = random.Random(1), dict[str, float]()
    fresh = iter(rng.sample(range(plan.gauges), plan.gauges))
    began_s, cpu_s, count, crossed = time.monotonic(), house.cpu_s(), 0, 0
    while (elapsed_s := time.monotonic() - began_s) < plan.seconds:
        now = datetime.now(UTC)
        due = int(elapsed_s * plan.per_s) - count
        raised = [f"g{next(fresh):05}" for _ in range(int(elapsed_s * plan.crossings_per_s) - crossed)]
        rows = [_quiet(rng, plan.gauges, now, count + number, durable_at) for number in range(due)]
        rows += [Reading(each, LEVELS_M[4] + 0.1, now, now, key=f"x{each}") for each in raised]
        at_s = append(house.stores, rows) if rows else time.time()
        durable_at |= dict.fromkeys(raised, at_s)
        count, crossed = count + due, crossed + len(raised)
        time.sleep(STEP_S)
    cpu_share = (house.cpu_s() - cpu_s) / (time.monotonic() - began_s)
    time.sleep(SETTLE_S)
    return _delay(plan, durable_at, listener.taken(), cpu_share)


def _quiet(rng: random.Random, gauges: int, now: datetime, turn: int, raised: dict[str, float]) -> Reading:
    gauge = rng.randrange(gauges)
    stage_m = LEVELS_M[4] + 0.1 if f"g{gauge:05}" in raised else BASE_M + rng.random() / 100
    return reading(gauge, round(stage_m, 3), now, turn + 1)


def _delay(
    plan: Plan, durable_at: dict[str, float], taken: Sequence[tuple[float, str, list[str]]], cpu_share: float
) -> Delay:
    told = Counter(gauge for _, _, gauges in taken for gauge in gauges)
    first: dict[str, float] = {}
    for at_s, _, gauges in taken:
        for gauge in gauges:
            first[gauge] = min(at_s, first.get(gauge, at_s))
    delays = sorted(first[gauge] - at_s for gauge, at_s in durable_at.items() if gauge in first)
    return Delay(
        gauges=plan.gauges,
        readings_per_s=plan.per_s,
        told=len(delays),
        lost=len(durable_at) - len(delays),
        twice=sum(number > 1 for number in told.values()),
        p50_s=_share(delays, 0.50),
        p99_s=_share(delays, 0.99),
        longest_s=_share(delays, 1.0),
        service_cpu_share=cpu_share,
    )


def storm(house: House, listener: ListenerProcess, plan: Plan, level: int) -> Storm:
    """Every gauge reaches a level in one commit; listens until a minute after everybody was served."""
    now = datetime.now(UTC)
    began_s = append(house.stores, [reading(each, LEVELS_M[level] + 0.1, now, 1) for each in range(plan.storm)])
    taken: list[tuple[float, str, list[str]]] = []
    until_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s and len({each[1] for each in taken}) < plan.recipients:
        time.sleep(0.5)
        taken += listener.taken()
    served_s = max((each[0] for each in taken), default=began_s)
    time.sleep(MINUTE_S + SETTLE_S)
    taken += listener.taken()
    first: dict[str, float] = {}
    for at_s, recipient, _ in taken:
        first[recipient] = min(at_s, first.get(recipient, at_s))
    return Storm(
        gauges=plan.storm,
        recipients=plan.recipients,
        level=level,
        messages=len(taken),
        first_s=min(first.values(), default=served_s) - began_s,
        last_s=max(first.values(), default=served_s) - began_s,
        most_in_a_minute=_most_in_a_minute(taken),
        unserved=plan.recipients - len(first),
    )


def _most_in_a_minute(taken: Sequence[tuple[float, str, list[str]]]) -> int:
    """The most messages that any recipient got within sixty seconds."""
    by_recipient: dict[str, list[float]] = defaultdict(list)
    for at_s, recipient, _ in taken:
        by_recipient[recipient].append(at_s)
    return max(
        (sum(0 <= other - at_s < MINUTE_S for other in times) for times in by_recipient.values() for at_s in times),
        default=0,
    )


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def _wait(true: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while not true():
        if process.poll() is not None:
            raise RuntimeError(f"mizumori alerts ended with {process.returncode} before it was measured")
        if time.monotonic() > until_s:
            raise RuntimeError("mizumori alerts did not take in the first readings in time")
        time.sleep(0.1)


def table(found: Sequence[Delay | Storm]) -> Iterator[str]:
    """The figures for a screen."""
    for each in found:
        yield type(each).__name__.lower()
        for name, value in asdict(each).items():
            yield f"  {name:<18} {value:,.3f}" if isinstance(value, float) else f"  {name:<18} {value:,}"
