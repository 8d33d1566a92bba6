"""The faults, one function each: what is broken under load, and the count of what became of every message.

The tests run them small, ``python -m tests.ingest.faults_report`` at full size.
"""

from __future__ import annotations

import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from ingest.store.log import SqlLog
from ingest.store.tables import open_database
from tests.ingest.faults import (
    Child,
    Load,
    Place,
    Tally,
    a_while,
    dated,
    ingest,
    mixed,
    newest_row,
    place,
    settled,
    tally,
)
from tests.ingest.faulty import COUNTED_BY_MESSAGE, POINTS, WITNESS
from tests.parts import absent

Protocol = Literal["5", "3.1.1"]
LOAD_PER_S = 1000.0


@dataclass(frozen=True)
class Outcome:
    """What a fault left: the tally, and where the broker lost something by itself, how much."""

    fault: str
    tally: Tally
    lost_by_the_broker: int = 0
    note: str = ""

    def __str__(self) -> str:
        window = f"  lost by the broker before delivery {self.lost_by_the_broker}" if self.lost_by_the_broker else ""
        return f"{self.fault:58s} {self.tally}{window}{'  ' + self.note if self.note else ''}"


def of_protocol(protocol: Protocol) -> dict[str, str]:
    """Settings for a version of MQTT."""
    return {"MIZUMORI_MQTT__PROTOCOL": protocol}


def crash_points(folder: Path, protocol: Protocol, dice: random.Random) -> Outcome:
    """Ended at each point between receipt and PUBACK in turn, under one load."""
    with place(folder, of_protocol(protocol)) as where:
        with ingest(where) as first:  # makes the session
            first.stop()
        with Load(where.broker.port, LOAD_PER_S) as load:
            for point in POINTS:
                nth = dice.randrange(1, 400) if point in COUNTED_BY_MESSAGE else dice.randrange(1, 4)
                with ingest(where, point.replace(" ", "_"), str(nth)) as child:
                    code = child.died()
                    assert code == -signal.SIGKILL, f"{point}: the process was not ended there, it gave {code}"
            found = _after(where, load)
    return Outcome(f"{len(POINTS)} crash points, MQTT {protocol}", found)


def kills(folder: Path, protocol: Protocol, times: int, dice: random.Random) -> Outcome:
    """kill -9 at random moments under load."""
    with place(folder, of_protocol(protocol)) as where:
        with ingest(where) as first:
            first.stop()
        with Load(where.broker.port, LOAD_PER_S) as load:
            for _ in range(times):
                with ingest(where) as child:
                    a_while(dice, 0.0, 1.0)
                    child.kill()
            found = _after(where, load)
    return Outcome(f"{times} kill -9 at random moments, MQTT {protocol}", found)


ROUND = 70_000
"""More messages than a broker has packet numbers."""


def alike(folder: Path, times: int, dice: random.Random) -> tuple[str, int]:
    """Readings of one gauge without time, counter or any difference, after the packet numbers have come round: only
    the packet number tells them apart. What is said of it, and by how many rows the log differs from what was sent."""
    with place(folder) as where:
        with ingest(where) as first, Load(where.broker.port, 5000.0, _always_the_same) as load:
            while len(load.confirmed) < ROUND:
                time.sleep(0.1)
            sent = len(load.finish())
            while newest_row(where) < sent:
                time.sleep(0.2)
            first.stop()
        with Load(where.broker.port, LOAD_PER_S, _always_the_same) as load:
            for _ in range(times):
                with ingest(where) as child:
                    a_while(dice, 0.0, 1.0)
                    child.kill()
            with ingest(where) as last:
                settled(where, load.finish())
                last.stop()
            sent += len(load.confirmed)
        rows = tally(where, set()).rows
    return f"{times} kill -9, readings that do not differ: published {sent}, rows {rows}", rows - sent


def _always_the_same(_: int, __: datetime) -> tuple[str, str]:
    return "mizumori/v1/under/gauge/under-01/reading", '{"stage_m": 1.0}'


def _after(where: Place, load: Load) -> Tally:
    """The tally once an ingest without faults has worked off what is left."""
    with ingest(where) as last:
        found = settled(where, load.finish())
        last.stop()
        return tally(where, load.confirmed) if found.whole else found


def broker_restarts(folder: Path, dice: random.Random, hows: Sequence[signal.Signals]) -> Outcome:
    """The broker ended under load and started again, while ingest goes on."""
    with place(folder) as where, _witnessed(where) as child_environment:
        with ingest(where, more=child_environment), Load(where.broker.port, LOAD_PER_S / 2, dated) as load:
            for how in hows:
                a_while(dice, 1.0, 2.0)
                where.broker.process.send_signal(how)
                where.broker.process.wait(20)
                where.broker.start()
            load.finish()
            _quiet(where, load)
        return _with_witness(where, load, f"the broker restarted by {', '.join(each.name for each in hows)}")


def broker_killed_while_ingest_is_away(folder: Path) -> Outcome:
    """What the broker took while nobody fetched it, and had not saved when it was killed: its own window."""
    with place(folder) as where, _witnessed(where) as child_environment:
        with ingest(where, more=child_environment) as first:
            first.stop()
        with Load(where.broker.port, LOAD_PER_S / 2, dated) as load:
            time.sleep(4.0)
            where.broker.process.kill()
            where.broker.process.wait(10)
            where.broker.start()
            time.sleep(2.0)
            with ingest(where, more=child_environment) as child:
                load.finish()
                _quiet(where, load)
                child.stop()
        return _with_witness(where, load, "broker killed while ingest is away, autosave 1 s")


def session_lost(folder: Path) -> Outcome:
    """The broker's memory deleted: packet numbers begin anew while ingest still holds unacknowledged messages."""
    with place(folder) as where, _witnessed(where) as child_environment:
        with ingest(where, more=child_environment), Load(where.broker.port, LOAD_PER_S / 2, dated) as load:
            for _ in range(3):
                time.sleep(1.5)
                where.broker.process.kill()
                where.broker.process.wait(10)
                for file in (where.folder / "broker").glob("*.db*"):
                    file.unlink()
                where.broker.start()
            load.finish()
            _quiet(where, load)
        return _with_witness(where, load, "3 times the broker's session deleted")


@contextmanager
def _witnessed(where: Place) -> Iterator[Mapping[str, str]]:
    yield {WITNESS: str(where.folder / "witness")}


def _with_witness(where: Place, load: Load, fault: str) -> Outcome:
    """What never reached ingest was lost by the broker; what reached it must be there."""
    noted = [line.split() for line in (where.folder / "witness").read_text(encoding="ascii").splitlines()]
    received = {int(number) for word, number in noted if word == "received"}
    acknowledged = {int(number) for word, number in noted if word == "acknowledged"}
    assert acknowledged <= received
    found = tally(where, received)
    note = f"received {len(received)}  acknowledged {len(acknowledged)}"
    return Outcome(fault, found, len(load.confirmed - received), note)


def _quiet(where: Place, load: Load) -> None:
    """Wait until everything is there, or nothing has come any more for longer than ingest ever pauses."""
    before, since_s = -1, time.monotonic()
    while (now := len(tally(where, load.confirmed).lost)) and time.monotonic() < since_s + 8.0:
        if now != before:
            before, since_s = now, time.monotonic()
        time.sleep(0.5)


def disk_full_of_a_limit(folder: Path, times: int = 2) -> Outcome:
    """No file may grow for a while, as when a quota is used up; then it may again."""
    with place(folder) as where:
        with ingest(where) as child, Load(where.broker.port, LOAD_PER_S) as load:
            time.sleep(1.0)
            for _ in range(times):
                none, all_of_it = (64 * 1024, resource.RLIM_INFINITY), (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
                resource.prlimit(child.process.pid, resource.RLIMIT_FSIZE, none)
                time.sleep(3.0)
                resource.prlimit(child.process.pid, resource.RLIMIT_FSIZE, all_of_it)
                time.sleep(2.0)
            found = settled(where, load.finish())
            child.stop()
        assert "the store cannot write" in (where.folder / "ingest.log").read_text(encoding="utf-8")
        return Outcome(f"disk full (a limit of the file size) and freed, {times} times", found)


def disk_full(folder: Path) -> Outcome:
    """A disk of 12 MB filled to the last byte for longer than the lease lasts, and freed. Needs the right to mount."""
    disk = folder / "data"
    disk.mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)], check=False).returncode:
        absent("a small disk cannot be mounted here; run this as root")
    try:
        with place(folder) as where:
            with ingest(where) as child, Load(where.broker.port, LOAD_PER_S / 2) as load:
                time.sleep(1.0)
                for hold_s in (3.0, 12.0):
                    _fill(disk / "filler")
                    time.sleep(hold_s)
                    (disk / "filler").unlink()
                    time.sleep(3.0)
                found = settled(where, load.finish())
                child.stop()
            assert "the store cannot write" in (where.folder / "ingest.log").read_text(encoding="utf-8")
            return Outcome("disk full (12 MB file system, 3 s and 12 s) and freed", found)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as out:
        try:
            while out.write(b"x" * 4096):
                pass
        except OSError:
            return


COMMITTED = ("committed,_nothing_acknowledged",)
STEPS = (timedelta(minutes=20), timedelta(hours=-3), timedelta(hours=20), timedelta(days=-5), timedelta(0))


def clock_steps(folder: Path, dice: random.Random, steps: Sequence[timedelta] = STEPS) -> Outcome:
    """The machine's clock set back and forth by minutes to days under load, around ends between commit and PUBACK."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None or shutil.which("faketime") is None:
        absent("libfaketime is not installed here; install faketime to run this test")
    with place(folder) as where:
        file = where.folder / "clock"
        file.write_text("+0\n", encoding="ascii")
        faked = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        with ingest(where) as first:
            first.stop()
        with Load(where.broker.port, LOAD_PER_S / 2, mixed) as load:
            for step, then in zip(steps, [*steps[1:], steps[0]], strict=True):
                with ingest(where, *COMMITTED, str(dice.randrange(4, 8)), more=faked) as child:
                    time.sleep(0.3)
                    file.write_text(f"{step.total_seconds():+.0f}\n", encoding="ascii")
                    # libfaketime stretches timed waits, so that a batch is taken when it is full and not before.
                    child.died(within_s=100.0)
                # What was committed and not acknowledged comes again under yet another clock.
                file.write_text(f"{then.total_seconds():+.0f}\n", encoding="ascii")
            with ingest(where, more=faked) as last:
                found = settled(where, load.finish())
                last.stop()
        return Outcome(f"clock stepped {2 * len(steps)} times, around {len(steps)} ends after a commit", found)


def takeovers(folder: Path, times: int, dice: random.Random) -> tuple[Outcome, float, float]:
    """Active and standby: the active one killed and the next one standing by, again and again, and at last one stopped
    as an administrator does it. The longest waits after a kill and after the stop."""
    waits = []
    with place(folder) as where, ExitStack() as children:
        active = children.enter_context(ingest(where))
        with Load(where.broker.port, LOAD_PER_S) as load:
            for _ in range(times):
                standby = children.enter_context(ingest(where))
                assert (active.said, standby.said) in {("ready", "standing by"), ("standing by", "standing by")}
                a_while(dice, 0.3, 0.8)
                active.kill()
                waits.append(_until_it_grows(where))
                active = standby
            last = children.enter_context(ingest(where))
            active.stop()
            stopped_s = _until_it_grows(where)
            found = settled(where, load.finish())
            last.stop()
    note = f"longest wait {max(waits):.1f} s after a kill, {stopped_s:.1f} s after the stop"
    return Outcome(f"{times} takeovers after kill -9 and one after a stop", found, note=note), max(waits), stopped_s


def frozen_holder(folder: Path, protocol: Protocol, more: Mapping[str, str] | None = None) -> tuple[Outcome, float]:
    """The active one frozen at its work, replaced, and woken: it must neither write nor claim the session."""
    settings = {**of_protocol(protocol), **(more or {})}
    with place(folder, settings) as where, ingest(where) as active, ingest(where) as standby:
        with Load(where.broker.port, LOAD_PER_S / 2) as load:
            time.sleep(1.0)
            _freeze(active, where)
            wait_s = _until_it_grows(where, within_s=20.0)
            time.sleep(1.0)
            active.process.send_signal(signal.SIGCONT)
            time.sleep(4.0)
            found = settled(where, load.finish())
        log = (where.folder / "ingest.log").read_text(encoding="utf-8")
        assert "lost the lease" in log
        assert log.count("takes over the session") == 0
        standby.stop()
        active.stop()
    note = f"wait {wait_s:.1f} s, connections lost {log.count('connection to the broker is lost')}"
    return Outcome(f"the active one frozen, replaced and woken, MQTT {protocol}", found, note=note), wait_s


def _freeze(child: Child, where: Place) -> None:
    """Stop it where it stands, but not in the middle of a write: there it would keep SQLite's lock, and nobody could
    write to that file until it is woken (docs/deliveries.md)."""
    child.process.send_signal(signal.SIGSTOP)
    while not _takes_writes(where):
        child.process.send_signal(signal.SIGCONT)
        time.sleep(0.05)
        child.process.send_signal(signal.SIGSTOP)


def _takes_writes(where: Place) -> bool:
    with closing(sqlite3.connect(where.database, timeout=0.5, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
        return True


def _until_it_grows(where: Place, within_s: float = 30.0) -> float:
    """Seconds until the log grows again."""
    begun = time.monotonic()
    time.sleep(0.1)  # what the last one had begun to commit
    before = newest_row(where)
    while newest_row(where) == before:
        assert time.monotonic() - begun < within_s, "nobody took over"
        time.sleep(0.05)
    return time.monotonic() - begun


def split(folder: Path, seconds: float, dice: random.Random) -> tuple[Outcome, list[int]]:
    """Two ingesters that share the topics and the database, each killed once, and what a reader of the log saw."""
    parts = ("mizumori/v1/fujii/#", "mizumori/v1/under/#")
    seen: list[int] = []
    with place(folder) as where, ExitStack() as children:
        environments = [
            {"MIZUMORI_MQTT__TOPICS": part, "MIZUMORI_MQTT__CLIENT_ID": f"ingest-{number}"}
            for number, part in enumerate(parts)
        ]
        running = [children.enter_context(ingest(where, more=each)) for each in environments]
        engine = open_database(f"sqlite:///{where.database}")
        log, ended = SqlLog(engine), threading.Event()
        tail = threading.Thread(target=_tail, args=(log, seen, ended), daemon=True)
        tail.start()
        with Load(where.broker.port, LOAD_PER_S, halves) as load:
            for number, environment in enumerate(environments):
                time.sleep(seconds / 2)
                a_while(dice, 0.0, 0.3)
                running[number].kill()
                running[number] = children.enter_context(ingest(where, more=environment))
            found = settled(where, load.finish())
        time.sleep(0.5)
        ended.set()
        tail.join(5)
        engine.dispose()
        for child in running:
            child.stop()
    return Outcome("split by topic, each part killed once", found, note=f"seen by a reader {len(seen)}"), seen


def _tail(log: SqlLog, seen: list[int], ended: threading.Event) -> None:
    """What the alert engine does: always what came after the last number."""
    while not ended.wait(0.02):
        seen += [each.seq for each in log.readings_after(seen[-1] if seen else 0)]


def halves(number: int, begun: datetime) -> tuple[str, str]:
    """As ``mixed``, half of it for the second station."""
    topic, payload = mixed(number, begun)
    return (topic, payload) if number % 2 else ("mizumori/v1/under/gauge/under-01/reading", payload)


def memory(folder: Path, stills: int, picture: bytes) -> tuple[int, int]:
    """Resident megabytes of an ingest before and after large stills came while the database could not be written."""
    with place(folder) as where, ingest(where) as child, Load(where.broker.port, 1.0) as load:
        time.sleep(1.0)
        before = child.resident_mb()
        resource.prlimit(child.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        sender = Client(CallbackAPIVersion.VERSION2)
        sender.connect("127.0.0.1", where.broker.port)
        sender.loop_start()
        for number in range(stills):  # each with other bytes behind its end, so that none is a repeat
            sent = sender.publish("mizumori/v1/fujii/camera/fujii-cam/still", picture + bytes([number]), qos=1)
            sent.wait_for_publish(20)
        most = before
        for _ in range(30):
            time.sleep(0.1)
            most = max(most, child.resident_mb())
        sender.disconnect()
        sender.loop_stop()
        load.finish()
    return before, most
