"""The keeper of the health on a real database."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ingest.clock import TrueClock
from ingest.health.fold import Device, GaugeState
from ingest.health.judge import judge
from ingest.health.limits import HealthSettings
from ingest.health_keeper import HealthKeeper, devices
from ingest.readings import Reading, Vitals
from ingest.rhythm import Rhythm
from ingest.stations import Gauge, Quantity, Registry
from ingest.store import health as store
from ingest.store.appender import SqlAppender
from ingest.store.health import Progress, SqlHealth
from ingest.store.log import SqlLog
from ingest.store.protocol import Batch
from ingest.store.tables import writing
from ingest.store.vitals import insert_vitals
from tests.ingest.cities import NOON, small_city
from tests.ingest.stores import database, reading
from tests.ingest.test_health_fold import LIMITS, folded
from tests.parts import PROJECT

GAUGES = ("fujii-01", "fujii-02", "under-01")


class Cut(Exception):
    """The process ends here."""


def keeper(engine: Engine, registry: Registry | None = None, at: datetime = NOON) -> HealthKeeper:
    """A keeper on this database; a new one is what a restart makes."""
    city = registry or small_city()
    return HealthKeeper(SqlLog(engine), SqlHealth(engine), lambda: city, LIMITS, TrueClock(lambda: at))


def a_day(engine: Engine, seed: int = 1) -> tuple[list[Reading], list[Vitals]]:
    """A day of readings and vitals of all gauges, in the log."""
    chance = random.Random(seed)
    log = [
        reading(chance.uniform(0, 4), minute, gauge=gauge)
        for minute in range(0, 1440, 10)
        for gauge in GAUGES
        if chance.random() < 0.9
    ]
    chance.shuffle(log)
    said = [Vitals(each.gauge_id, each.received_at, battery_v=chance.uniform(2, 4), gateways=("hill",)) for each in log]
    append(engine, log, said)
    return log, said


def append(engine: Engine, log: Sequence[Reading], said: Sequence[Vitals] = ()) -> None:
    """Write as ingest does."""
    SqlAppender(engine).append(Batch(readings=log))
    with writing(engine) as connection:
        insert_vitals(connection, said)


def expected(log: Sequence[Reading], said: Sequence[Vitals]) -> dict[str, GaugeState]:
    """What folding at once gives."""
    known = devices(small_city())
    rows: list[Reading | Vitals] = [*log, *said]
    return {gauge: folded(known[gauge], *[each for each in rows if each.gauge_id == gauge]) for gauge in GAUGES}


def test_the_keeper_folds_what_came_and_tells_what_changed(tmp_path: Path) -> None:
    engine = database(tmp_path)
    log, said = a_day(engine)
    assert keeper(engine).turn() == len(log) + len(said)
    found = SqlHealth(engine).changed_after(0)
    assert dict(found.states) == expected(log, said)
    assert (found.reading_seq, found.turned_at) == (len(log), NOON)
    append(engine, [reading(1.0, 1450)])
    assert keeper(engine, at=NOON + timedelta(seconds=5)).turn() == 1
    later = SqlHealth(engine).changed_after(found.revision)
    assert set(later.states) == {"fujii-01"}
    assert later.turned_at == NOON + timedelta(seconds=5)
    assert keeper(engine).turn() == 0
    assert SqlHealth(engine).changed_after(later.revision).states == {}


def cut_by_chance(whole: Callable[..., object], chance: random.Random) -> Callable[..., object]:
    """The function, cut off before or after its work now and then."""

    def maybe(*arguments: object) -> object:
        if chance.random() < 0.2:
            raise Cut
        done = whole(*arguments)
        if chance.random() < 0.2:
            raise Cut
        return done

    return maybe


def is_cut_off(engine: Engine) -> bool:
    """Whether a new keeper's turn was cut off."""
    try:
        keeper(engine).turn()
    except Cut:
        return True
    return False


@pytest.mark.parametrize("seed", range(4))
def test_a_keeper_that_is_cut_off_anywhere_and_goes_on_ends_with_the_same_states(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    engine, chance = database(tmp_path), random.Random(seed)
    log, said = a_day(engine, seed)
    monkeypatch.setattr("ingest.health_keeper.MOST_PER_STEP", 40)
    for name in ("_advanced", "put"):
        monkeypatch.setattr(store, name, cut_by_chance(getattr(store, name), chance))
    cuts = sum(is_cut_off(engine) for _ in range(200))
    assert cuts > 5
    assert dict(SqlHealth(engine).changed_after(0).states) == expected(log, said)


def test_a_keeper_killed_in_the_middle_goes_on_where_it_was(tmp_path: Path) -> None:
    engine = database(tmp_path)
    log, said = a_day(engine)
    program = (
        "import sys, ingest.health_keeper as k; from pathlib import Path; k.MOST_PER_STEP = 5\n"
        "from tests.ingest.test_health_keeper import keeper; from ingest.store.tables import open_database\n"
        "keeper(open_database(sys.argv[1])).turn()"
    )
    kills = 0
    while SqlHealth(engine).progress().reading_seq < len(log):
        child = subprocess.Popen([sys.executable, "-c", program, str(engine.url)], cwd=PROJECT)
        before, until = SqlHealth(engine).progress().reading_seq, time.monotonic() + 30
        while SqlHealth(engine).progress().reading_seq < min(before + 150, len(log)) and time.monotonic() < until:
            time.sleep(0.002)
        os.kill(child.pid, signal.SIGKILL)
        kills += child.wait(10) == -signal.SIGKILL
        assert kills < 20
    keeper(engine).turn()
    assert kills >= 2
    assert dict(SqlHealth(engine).changed_after(0).states) == expected(log, said)


def test_of_two_keepers_only_one_writes(tmp_path: Path) -> None:
    engine = database(tmp_path)
    log, said = a_day(engine)
    health = SqlHealth(engine)
    stale = health.progress()
    keeper(engine).turn()
    assert not health.keep(stale, Progress(1, 1, turned_at=NOON), {"fujii-01": GaugeState()})
    assert not health.keep(replace(stale, turned_at=NOON), Progress(1, 1, turned_at=NOON), {"fujii-01": GaugeState()})
    assert dict(health.changed_after(0).states) == expected(log, said)


def test_a_retired_gauge_vanishes(tmp_path: Path) -> None:
    engine = database(tmp_path)
    a_day(engine)
    keeper(engine).turn()
    city = small_city()
    left = {gauge.id: gauge for gauge in city.gauges.values() if gauge.id != "under-01"}
    append(engine, [reading(1.0, 2000, gauge="under-01")])
    keeper(engine, city.model_copy(update={"gauges": left})).turn()
    assert set(SqlHealth(engine).changed_after(0).states) == {"fujii-01", "fujii-02"}


def test_a_state_that_cannot_be_read_begins_anew_and_stops_nobody(tmp_path: Path) -> None:
    engine = database(tmp_path)
    a_day(engine)
    keeper(engine).turn()
    with writing(engine) as connection:
        connection.execute(store.gauge_health.update().values(state='{"told": 1}'))
    append(engine, [reading(1.0, 1450)])
    assert keeper(engine).turn() == 1
    assert set(SqlHealth(engine).changed_after(0).states) == {"fujii-01"}


def many(count: int) -> Registry:
    """A city of many gauges at one station."""
    city = small_city()
    gauge = city.gauges["fujii-01"]
    gauges: Mapping[str, Gauge] = {
        each: gauge.model_copy(update={"id": each, "dry_interval_s": 86400.0})
        for each in (f"g{number:05}" for number in range(count))
    }
    return city.model_copy(update={"gauges": gauges})


def test_a_turn_among_thirty_thousand_gauges_stays_light(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """500 messages a second for five seconds, of which every one is another gauge's: only those are touched."""
    engine, city = database(tmp_path), many(30_000)
    ids = list(city.gauges)
    state = folded(Device(Rhythm(600)), *[reading(1.0, minute) for minute in range(0, 1440, 60)])
    SqlHealth(engine).keep(Progress(), Progress(turned_at=NOON), dict.fromkeys(ids, state))
    at_work = keeper(engine, city)
    at_work.turn()
    log = [reading(1.0, 1450, gauge=each) for each in random.Random(3).sample(ids, 2500)]
    append(engine, log, [Vitals(each.gauge_id, each.received_at, 80.0, None, -99.0, 5.0, ("hill",)) for each in log])
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    assert at_work.turn() == 5000
    cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - wall_s
    begun_s = time.perf_counter()
    states = SqlHealth(engine).changed_after(0).states
    read_s, begun_s = time.perf_counter() - begun_s, time.perf_counter()
    judge(devices(city), states, NOON, HealthSettings())
    with capsys.disabled():
        sys.stdout.write(
            f"\n5,000 rows of 2,500 among 30,000 gauges: {cpu_s:.2f} s CPU, {wall_s:.2f} s; "
            f"reading all states {read_s:.2f} s, judging them {time.perf_counter() - begun_s:.2f} s\n"
        )
    assert cpu_s < 2.5


def test_what_pumps_say_is_passed_over_and_not_read_again(tmp_path: Path) -> None:
    engine = database(tmp_path)
    running = replace(reading(1.0, 0, gauge="minato-p1"), quantity=Quantity.RUNNING)
    of_a_gauges_name = replace(reading(17.0, 1), quantity=Quantity.FAULT)
    append(engine, [running, of_a_gauges_name])
    assert keeper(engine).turn() == 2
    assert SqlHealth(engine).states({"minato-p1", "fujii-01"}) == {}
    assert keeper(engine).turn() == 0
