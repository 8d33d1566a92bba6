"""How long the past takes to catch up after it was away, and how far behind live readings are meanwhile.

A backlog is loaded into a log of its own, as if the past had been away while it came in. Then the forwarder tries
in vain, the past returns, and live readings go on coming all the time. At the end both are compared reading by
reading.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select

from ingest.clock import TrueClock
from ingest.readings import Reading
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.past.forwarder import Forwarder
from ingest.store.past.instants import own_key
from ingest.store.past.lanes import LIVE, SqlLanes
from ingest.store.past.protocol import Past
from ingest.store.protocol import Batch
from ingest.store.tables import microseconds, readings

PER_COMMIT = 5_000
LIVE_EVERY_S = 0.05
LOOK_EVERY_S = 0.1
WAKE_S = 0.5
IN_VAIN_S = 2.0
GIVE_UP_S = 1_800.0


@dataclass(frozen=True)
class Report:
    """What was measured. ``lost`` and ``doubled`` are found by comparing the log with the past, reading by reading.

    ``live_lag_s`` is the largest age of a live reading that the past did not have yet, of those that came after its
    return; ``live_caught_up_s`` is how long it took until none that came before was missing from the live lane.
    """

    past: str
    backlog: int
    live_per_s: float
    gauges: int
    drained_s: float
    rows_per_s: float
    live_lag_s: float
    live_caught_up_s: float
    live: int
    lost: int
    doubled: int
    cpu_s: float

    @property
    def as_json(self) -> dict[str, object]:
        """The figures by name."""
        return asdict(self)


@dataclass
class Live:
    """Appends live readings at a rate, and remembers when which sequence number was there."""

    engine: Engine
    per_s: float
    gauges: int
    stop: threading.Event = field(default_factory=threading.Event)
    appended: list[tuple[int, float]] = field(default_factory=list)
    count: int = 0

    def run(self) -> None:
        """Append until stopped."""
        appender, log, rng = SqlAppender(self.engine), SqlLog(self.engine), random.Random(1)
        began_s = time.monotonic()
        while not self.stop.wait(LIVE_EVERY_S):
            due = int((time.monotonic() - began_s) * self.per_s) - self.count
            now = datetime.now(UTC)
            rows = [_reading(self.count + number, self.gauges, now, rng) for number in range(due)]
            if rows:
                appender.append(Batch(readings=rows))
                self.count += due
                self.appended.append((log.marks().reading_seq, time.monotonic()))

    def lag_s(self, handed_on: int, since_s: float) -> float:
        """The age of the oldest batch after ``since_s`` that is not handed on up to its end."""
        waiting = (at_s for seq, at_s in self.appended if seq > handed_on and at_s >= since_s)
        return time.monotonic() - next(waiting, time.monotonic())


def load(engine: Engine, backlog: int, per_s: float, gauges: int) -> None:
    """Put a backlog into the log, received at a rate up to now."""
    appender, rng = SqlAppender(engine), random.Random(0)
    begin = datetime.now(UTC) - timedelta(seconds=backlog / per_s)
    for first in range(0, backlog, PER_COMMIT):
        numbers = range(first, min(first + PER_COMMIT, backlog))
        rows = [_reading(each, gauges, begin + timedelta(seconds=each / per_s), rng) for each in numbers]
        appender.append(Batch(readings=rows))


def measure(engine: Engine, past: Past, returns: Callable[[], None] | None, gauges: int, per_s: float) -> Report:
    """Let the past return and everything be handed on; ``returns`` comes back when the past answers.

    Without it the past is there from the beginning.
    """
    backlog = SqlLog(engine).marks().reading_seq
    live = Live(engine, per_s, gauges)
    forwarder = Forwarder(
        SqlLog(engine),
        SqlLanes(engine, past.name),
        past,
        TrueClock(lambda: datetime.now(UTC)),
        time.monotonic,
        random.Random(2),
        past.best_batch,
    )
    threads = [threading.Thread(target=each, daemon=True) for each in (live.run, lambda: _work(forwarder, live.stop))]
    for each in threads:
        each.start()
    if returns is not None:
        time.sleep(IN_VAIN_S)
        returns()
    began_s, cpu_s = time.monotonic(), time.process_time()
    lag_s, caught_up_s = _watch(forwarder.lanes, live, began_s)
    drained_s, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
    live.stop.set()
    forwarder.stop()
    for each in threads:
        each.join(60)
    _finish(forwarder)
    lost, doubled = compare(engine, past)
    done = backlog + live.count
    figures = (drained_s, done / drained_s, lag_s, caught_up_s, live.count, lost, doubled, cpu_s)
    return Report(past.name, backlog, per_s, gauges, *figures)


def compare(engine: Engine, past: Past) -> tuple[int, int]:
    """How many readings of the log the past lacks, and how many it has more than once."""
    lost = doubled = 0
    always = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    for gauge_id in _gauges(engine):
        has = [(each.key, each.revision, each.value) for each in past.rows(gauge_id, [always])]
        wanted = {(each.key, each.revision, each.value) for each in SqlLog(engine).history(gauge_id, *always)}
        lost += len(wanted - set(has))
        doubled += len(has) - len(set(has))
    return lost, doubled


def _watch(lanes: SqlLanes, live: Live, began_s: float) -> tuple[float, float]:
    """Until no backlog is left: the largest lag of what came since, and when what came before was caught up with."""
    worst_s, caught_up_s = 0.0, -1.0
    while time.monotonic() - began_s < GIVE_UP_S:
        known = lanes.lanes()
        handed_on = next(each.after_seq for each in known if each.lane == LIVE)
        worst_s = max(worst_s, live.lag_s(handed_on, began_s))
        if caught_up_s < 0 and handed_on and live.lag_s(handed_on, 0.0) < LIVE_EVERY_S + WAKE_S * 2:
            caught_up_s = time.monotonic() - began_s
        if len(known) == 1 and known[0].after_seq:
            return worst_s, caught_up_s
        time.sleep(LOOK_EVERY_S)
    raise TimeoutError(f"the past has not caught up within {GIVE_UP_S:.0f} s")


def _work(forwarder: Forwarder, stop: threading.Event) -> None:
    while not stop.wait(WAKE_S):
        forwarder.turn()


def _finish(forwarder: Forwarder) -> None:
    rest = Forwarder(
        forwarder.source, forwarder.lanes, forwarder.past, forwarder.clock, forwarder.monotonic, forwarder.rng
    )
    rest.turn()


def _gauges(engine: Engine) -> Iterator[str]:
    with engine.connect() as connection:
        yield from connection.scalars(select(readings.c.gauge_id).group_by(readings.c.gauge_id)).all()


def _reading(number: int, gauges: int, at: datetime, rng: random.Random) -> Reading:
    gauge_id, value = f"gauge-{number % gauges:05d}", round(1 + rng.random(), 3)
    observed_at = at - timedelta(seconds=1, microseconds=number % 1_000)
    key = own_key(microseconds(observed_at))
    return Reading(gauge_id, value, observed_at, at, key, device_at=observed_at, device_seq=number % 65_536)
