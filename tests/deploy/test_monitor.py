"""What /metrics and /health say of services that run, and of what goes wrong with them."""

from __future__ import annotations

import json
import logging
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.monitor.outward_probes import PastProbe
from deploy.monitor.server import Monitor
from deploy.monitor.service_probes import Beat, Commits, IngestProbe, ScheduleProbe
from deploy.monitor.signs import Check, Probe, Sample, State, worst
from deploy.monitor.store_probes import ClockProbe, StoreProbe, check_database, check_disk
from deploy.schedule import Job
from deploy.services import House
from deploy.settings import read_settings
from deploy.web import WebServer
from deploy.wiring.clockwork import schedule
from deploy.wiring.monitor import common_probes, probes_of
from deploy.wiring.stores import open_stores
from ingest.pulse import Fault
from ingest.receiver import Counts
from ingest.store.past.forwarder import Condition, ForwarderState
from ingest.store.protocol import Appended, Batch, Unavailable
from tests.brokers import free_port
from tests.deploy.houses import city_house, eventually
from tests.deploy.ingests import TOPIC, Ingest, running_ingest
from tests.ingest.cities import small_city
from tests.parts import PROJECT

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@contextmanager
def monitor_of(ingest: Ingest) -> Iterator[str]:
    """The monitor of a running ingest; its address."""
    port = free_port()
    probes = [*common_probes(ingest.settings, ingest.stores), *probes_of(ingest.services)]
    with House([Monitor("ingest", "0.1.0", probes, "127.0.0.1", port)]):
        yield f"http://127.0.0.1:{port}"


def metrics(url: str) -> dict[tuple[str, str], float]:
    """All samples by name and the values of their labels."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    return {
        (sample.name, " ".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def health(url: str) -> tuple[int, dict[str, str], dict[str, str]]:
    """The status code, and by check its status and its sentence."""
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
            status, document = answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        status, document = error.code, json.load(error)
        error.close()
    checks: list[dict[str, Any]] = document["checks"]
    return (
        status,
        {each["name"]: each["status"] for each in checks},
        {each["name"]: each["sentence"] for each in checks},
    )


def test_the_numbers_of_a_running_ingest_are_those_of_what_was_sent(tmp_path: Path) -> None:
    with running_ingest(tmp_path) as ingest, monitor_of(ingest) as url:
        for number in range(30):
            ingest.publish(1 + number / 1000, number)
        ingest.publish(1.029, 29)
        ingest.device.send(TOPIC, b'{"stage_m": 1.2, "observed_at": "2031-01-01T00:00:00Z"}')
        ingest.device.send(TOPIC, b"{")
        assert eventually(lambda: metrics(url)[("mizumori_messages_total", "")] == 33)
        found = metrics(url)
        status, checks, sentences = health(url)
    assert found[("mizumori_readings_total", "good")] == 30
    assert found[("mizumori_readings_total", "suspect")] == 1
    assert found[("mizumori_duplicates_total", "")] == 1
    assert found[("mizumori_dead_letters_total", "malformed")] == 1
    assert found[("mizumori_broker_connected", "")] == 1
    assert found[("mizumori_last_message_age_seconds", "")] < 10
    assert 0 < found[("mizumori_last_commit_duration_seconds", "")] < 5
    assert found[("mizumori_log_end", "")] == 31
    assert found[("mizumori_build_info", "ingest 0.1.0")] == 1
    assert found[("mizumori_disk_free_bytes", str(ingest.settings.data_folder))] > 0
    assert found[("mizumori_job_turns_total", "housekeeping")] == 1
    assert found[("process_resident_memory_bytes", "")] > 1_000_000
    assert status == 200, sentences
    assert {name for name, each in checks.items() if each != "ok"} <= {"disk"}, sentences


def test_a_broker_that_goes_away_is_degraded_and_after_a_minute_a_failure() -> None:
    now_s = [0.0]
    line = Connection()
    probe = ingest_probe(line, now_s)
    assert states(probe)["broker"] is State.OK
    line.connected = False
    now_s[0] = 59
    assert states(probe)["broker"] is State.DEGRADED
    now_s[0] = 61
    assert states(probe)["broker"] is State.FAILED
    line.connected = True
    assert states(probe)["broker"] is State.OK
    line.connected, line.standing_by = False, True
    now_s[0] = 100_000
    assert worst(probe.checks()) is State.OK, "a standby is well although it hears nothing"


def test_a_real_broker_that_is_stopped_is_seen_at_once(tmp_path: Path) -> None:
    with running_ingest(tmp_path) as ingest, monitor_of(ingest) as url:
        assert health(url)[1]["broker"] == "ok"
        ingest.broker.stop()
        assert eventually(lambda: health(url)[1]["broker"] == "degraded")
        _, _, sentences = health(url)
        assert f"no connection to 127.0.0.1:{ingest.broker.port}" in sentences["broker"]
        assert metrics(url)[("mizumori_broker_connected", "")] == 0
        ingest.broker.start()
        assert eventually(lambda: health(url)[1]["broker"] == "ok")


def test_silence_is_measured_by_the_fastest_gauge() -> None:
    now_s = [0.0]
    probe = ingest_probe(Connection(), now_s, interval_s=600)
    now_s[0] = 1800
    assert states(probe)["messages"] is State.OK
    now_s[0] = 1801
    assert states(probe)["messages"] is State.DEGRADED
    now_s[0] = 7201
    assert states(probe)["messages"] is State.FAILED


def test_a_store_that_takes_nothing_is_a_failure_until_it_does() -> None:
    now_s = [0.0]
    disk = Disk()
    commits = Commits(lambda: now_s[0])
    watched = commits.of(disk)
    probe = ingest_probe(Connection(), now_s, commits)
    disk.full = True
    for _ in range(2):
        now_s[0] += 5
        with pytest.raises(Unavailable):
            watched.append(Batch())
    (check,) = [each for each in probe.checks() if each.name == "writing"]
    assert check.state is State.FAILED
    assert "nothing can be written for 5 s (the disk is full)" in check.sentence
    disk.full = False
    watched.append(Batch())
    assert states(probe)["writing"] is State.OK
    assert (commits.done, commits.failed) == (1, 2)


def test_a_job_that_hangs_or_fails_is_named() -> None:
    beats = {"rules": Beat(0.5, 61), "outbox": Beat(0.5, 1, 9, 2, "no server"), "tidy": Beat(3600, 3000)}
    found = {each.name: each for each in ScheduleProbe(lambda: beats).checks()}
    assert {name: each.state for name, each in found.items()} == {
        "job rules": State.FAILED,
        "job outbox": State.DEGRADED,
        "job tidy": State.OK,
    }
    assert "has not ended for 61 s" in found["job rules"].sentence
    assert "no server" in found["job outbox"].sentence


def test_the_heartbeats_of_a_real_schedule_count_turns_and_failures(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    jobs = schedule([Job("good", 0.1, lambda: None), Job("bad", 0.1, lambda: 1 // 0)])
    with House([jobs]):
        assert eventually(lambda: min(each.turns for each in jobs.beats().values()) >= 3)
        beats = jobs.beats()
    assert (beats["good"].failures, beats["good"].failing) == (0, "")
    assert beats["bad"].failures >= 2
    assert "division" in beats["bad"].failing
    assert beats["good"].since_s < 5


def test_a_database_that_is_locked_damaged_or_gone_is_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE a (b)")
        assert check_database("present", file).state is State.OK
        database.execute("BEGIN IMMEDIATE")
        locked = check_database("present", file)
        assert (locked.state, "has been locked by another program" in locked.sentence) == (State.DEGRADED, True)
    file.write_bytes(b"SQLite" + file.read_bytes()[6:16] + b"\xff" * 4096)
    damaged = check_database("present", file)
    assert (damaged.state, "is damaged" in damaged.sentence) == (State.FAILED, True)
    assert check_database("present", tmp_path / "gone.db").state is State.FAILED


@pytest.mark.parametrize(
    ("free", "state"),
    [(200, State.OK), (99, State.DEGRADED), (19, State.FAILED)],
)
def test_a_disk_is_judged_by_what_is_free(monkeypatch: pytest.MonkeyPatch, free: int, state: State) -> None:
    gb = 1_000_000_000
    usage = type("Usage", (), {"total": 1000 * gb, "free": free * gb})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    assert check_disk(Path("/")).state is state


def test_each_disk_that_carries_something_is_judged_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two file systems that any machine has; that of the database is full."""
    elsewhere = Path("/dev")
    assert elsewhere.stat().st_dev != tmp_path.stat().st_dev
    usage = type("Usage", (), {"total": 10**12, "free": 5 * 10**11})
    full = type("Usage", (), {"total": 10**12, "free": 10**8})
    monkeypatch.setattr("shutil.disk_usage", lambda folder: full if Path(folder) == elsewhere else usage)
    carried = {"data": tmp_path, "public": tmp_path, "database": elsewhere, "stills": tmp_path / "gone"}
    probe = StoreProbe(tmp_path, {}, carried)
    disks = {each.name: each for each in probe.checks() if each.name.startswith("disk")}
    assert {name: each.state for name, each in disks.items()} == {"disk": State.OK, "disk database": State.FAILED}
    assert disks["disk database"].figures["folder"] == str(elsewhere)
    free = {each.labels["folder"]: each.value for each in probe.samples() if each.name == "disk_free_bytes"}
    assert free == {str(tmp_path): 5 * 10**11, str(elsewhere): 10**8}


def test_a_data_folder_that_is_gone_is_said_in_its_own_words(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    checks = list(StoreProbe(gone, {"past": gone / "past.db"}, {"data": gone}).checks())
    assert [each.fault for each in checks] == [Fault.FOLDER_CLOSED, Fault.DATABASE_CLOSED]


def test_a_server_whose_loop_hangs_does_not_count_as_serving() -> None:
    async def hang(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        if scope["type"] == "http":
            time.sleep(1.2)  # what no application may do

    port = free_port()
    server = WebServer(hang, "127.0.0.1", port)
    with House([server]):
        probe = replace(server.probe, hangs_after_s=0.8)
        assert worst(probe.checks()) is State.OK
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert eventually(lambda: worst(probe.checks()) is State.FAILED, 3)
            assert next(iter(probe.checks())).fault is Fault.SERVER_HANGS
            assert eventually(lambda: worst(probe.checks()) is State.OK, 3)


def test_a_clock_that_is_set_is_said_for_an_hour_and_a_slow_one_is_not() -> None:
    wall, passed = [NOON], [0.0]
    probe = ClockProbe(lambda: wall[0], lambda: passed[0])

    def go(real_s: float, clock_s: float) -> State:
        passed[0] += real_s
        wall[0] += timedelta(seconds=clock_s)
        return worst(probe.checks())

    assert go(3600, 3601.5) is State.OK
    assert go(60, 60 - 3600) is State.DEGRADED
    assert "set by -3600 s" in next(iter(probe.checks())).sentence
    assert go(3700, 3700) is State.OK
    assert next(iter(probe.samples())).value == 1


def test_the_past_being_away_is_no_failure_because_nothing_waits_for_it() -> None:
    probe = PastProbe(lambda: ForwarderState(Condition.AWAY, "refused", backlog=7))
    (check,) = probe.checks()
    assert (check.state, "7 readings wait and none is lost" in check.sentence) == (State.DEGRADED, True)


def test_a_probe_that_cannot_look_is_a_failure_and_hides_no_other() -> None:
    port = free_port()
    with House([Monitor("test", "1", [Broken(), ScheduleProbe(dict)], "127.0.0.1", port)]):
        status, checks, sentences = health(f"http://127.0.0.1:{port}")
        found = metrics(f"http://127.0.0.1:{port}")
    assert (status, checks["broken"]) == (503, "failed")
    assert "cannot be looked at: no such thing" in sentences["broken"]
    assert found[("mizumori_check_state", "broken")] == 2


def test_the_monitor_answers_others_while_somebody_says_nothing_and_knows_two_pages() -> None:
    port = free_port()
    with House([Monitor("test", "1", [], "127.0.0.1", port)]), socket.create_connection(("127.0.0.1", port)):
        assert health(f"http://127.0.0.1:{port}")[0] == 200
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/etc/passwd", timeout=5)
        refused.value.close()


def test_a_taken_port_takes_the_health_and_not_the_service(caplog: pytest.LogCaptureFixture) -> None:
    """A standby on the same host needs no setting of its own to be there when it is needed."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with House([Monitor("ingest", "1", [], "127.0.0.1", port)]):
            pass
    assert f"no metrics and health of ingest: port {port}" in caplog.text


def test_the_house_of_one_host_brings_a_probe_for_everything(tmp_path: Path) -> None:
    settings, stores, house = city_house(tmp_path)
    with house:
        probes = [*common_probes(settings, stores), *probes_of(house.services)]
        found = [each for probe in probes for each in probe.checks()]
    assert {each.name for each in probes} == {
        *("store", "stills", "log", "alerts", "alerts lease", "clock", "past", "ingest", "eyes", "schedule"),
        *("dashboard server", "publisher server", "public page"),
    }
    assert {each.name for each in found if each.state is not State.OK} <= {"disk"}, found
    stores.close()


@pytest.mark.parametrize(
    ("command", "variable", "named"),
    [
        ("alerts", "ALERTS_PORT", {"alerts lease", "alerts turning"}),
        ("dashboard", "DASHBOARD_PORT", {"job public-page", "public page"}),
    ],
)
def test_each_service_alone_serves_its_own_health(tmp_path: Path, command: str, variable: str, named: set[str]) -> None:
    stores = open_stores(read_settings(None, {"MIZUMORI_DATA_FOLDER": str(tmp_path)}))
    stores.registry.apply(small_city(), NOON, "test")
    stores.close()
    port = free_port()
    environment = {
        "MIZUMORI_DATA_FOLDER": str(tmp_path),
        f"MIZUMORI_MONITOR__{variable}": str(port),
        "MIZUMORI_DASHBOARD__PORT": str(free_port()),
        "MIZUMORI_PUBLIC__PORT": str(free_port()),
    }
    service = subprocess.Popen(
        [sys.executable, "-m", "deploy", command], cwd=PROJECT, env=environment, stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert eventually(lambda: answers(port), within_s=30)
        status, checks, _ = health(f"http://127.0.0.1:{port}")
    finally:
        service.terminate()
        service.wait(20)
    assert status == 200
    assert named <= checks.keys()


def answers(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


class Connection:
    """An ingest whose connection stands until it is told not to."""

    connected = True
    standing_by = False
    counts = Counts()
    line = None
    waiting = 0


class Disk:
    """An appender whose disk may be full."""

    full = False

    def append(self, batch: Batch) -> Appended:
        del batch
        if self.full:
            raise Unavailable("the disk is full")
        return Appended()


class Broken:
    """A probe that cannot look."""

    name = "broken"

    def samples(self) -> list[Sample]:
        raise OSError("no such thing")

    def checks(self) -> list[Check]:
        raise OSError("no such thing")


def ingest_probe(
    ingest: Connection, now_s: list[float], commits: Commits | None = None, interval_s: float = 60
) -> IngestProbe:
    """The probe of an ingest."""
    watched = commits or Commits(lambda: now_s[0])
    return IngestProbe("broker:1883", ingest, watched, lambda: interval_s, lambda: now_s[0])


def states(probe: Probe) -> dict[str, State]:
    """The state of each check."""
    return {each.name: each.state for each in probe.checks()}
