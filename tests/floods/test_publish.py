"""``mizumori publish``: a recorded flood moved to now, into a house that is running at true speed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.engine.ledger import NAME as READINGS
from deploy.services import House
from deploy.settings import Settings
from deploy.wiring.alerts import alert_services
from deploy.wiring.ingest import broker_services, ingest_service
from deploy.wiring.stores import Stores, open_stores
from ingest.clock import TrueClock
from tests.brokers import free_port
from tests.floods import house, kotogawa
from tests.floods.kotogawa import GAUGE, at
from tests.floods.recording import Recording
from tests.parts import PROJECT, data_folder

BACKLOG = 6
"""So many readings of the rising river arrive together; the next one is due ten minutes later."""


@pytest.fixture(scope="module")
def cut() -> Recording:
    """00:20 to 01:40 of the flood; what was observed until 01:10 arrives at 01:10 together."""
    whole = kotogawa.recording(data_folder())
    rows = [row for row in whole.rows if at("07/01 00:20") <= row.observed_at <= at("07/01 01:40")]
    together = [replace(row, received_at=at("07/01 01:10")) for row in rows[:BACKLOG]]
    return replace(whole, rows=(*together, *rows[BACKLOG:]))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate({"data_folder": tmp_path / "data", "broker": {"port": free_port()}})


@pytest.fixture
def running(cut: Recording, settings: Settings) -> Iterator[Stores]:
    """Broker, ingest and alerts of a house at true speed."""
    clock = TrueClock(_now)
    stores = open_stores(settings)
    stores.registry.apply(cut.registry, clock.now(), "test")
    alerts = alert_services(settings, stores, clock)
    with House([*broker_services(settings), ingest_service(settings, stores, clock), *alerts]):
        yield stores
    stores.close()


def _now() -> datetime:
    return datetime.now(UTC)


def wait_until(true: Callable[[], bool], within_s: float = 20.0) -> None:
    until = time.monotonic() + within_s
    while not true() and time.monotonic() < until:
        time.sleep(0.05)
    assert true()


def test_what_is_due_first_arrives_with_its_times_moved_to_now(
    cut: Recording, settings: Settings, running: Stores, tmp_path: Path
) -> None:
    began = _now()
    publishing = publish(cut, settings, tmp_path)
    wait_until(lambda: running.log.marks().reading_seq >= BACKLOG)
    wait_until(lambda: running.alerts.cursor(READINGS) >= BACKLOG)
    publishing.send_signal(signal.SIGINT)
    said, _ = publishing.communicate(timeout=20)
    readings = running.log.readings_after(0)
    moved_by = readings[0].observed_at - cut.rows[0].observed_at
    assert [each.stage_m for each in readings] == [row.stage_m for row in cut.rows[:BACKLOG]]
    assert [each.observed_at - moved_by for each in readings] == [row.observed_at for row in cut.rows[:BACKLOG]]
    assert began <= at("07/01 01:10") + moved_by <= _now()
    assert {each.quality for each in readings} == {"good"}
    assert f"{BACKLOG} of {len(cut.rows)} readings of the recording are sent" in said
    assert publishing.returncode == 1


def test_the_alert_follows_the_moved_flood(cut: Recording, settings: Settings, running: Stores, tmp_path: Path) -> None:
    publishing = publish(cut, settings, tmp_path)
    wait_until(lambda: running.alerts.cursor(READINGS) >= BACKLOG)
    publishing.send_signal(signal.SIGINT)
    publishing.communicate(timeout=20)
    found = house.steps_of(house.by_gauge(running.alerts.transitions_after(0)))[GAUGE]
    assert [(each.before, each.after, each.stage_m) for each in found] == [(0, 1, 4.35), (1, 2, 5.02), (2, 3, 5.27)]
    assert found[2].observed_at - found[1].observed_at == timedelta(minutes=10)


def publish(cut: Recording, settings: Settings, folder: Path) -> subprocess.Popen[str]:
    """The command against the broker of the settings, in a process of its own."""
    table, city = cut.write(folder)
    return subprocess.Popen(
        [sys.executable, "-m", "deploy", "publish", str(table), "--registry", str(city)],
        cwd=PROJECT,
        env=house.own_environment(MIZUMORI_BROKER__PORT=str(settings.broker.port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
