"""The past as the house wires it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.engine.ledger import NAME as READINGS
from alerts.store.record import move_cursor
from deploy.__main__ import main
from deploy.settings import Settings, SettingsError, read_settings
from deploy.wiring.past import OpenPast, forwarder_of, open_past, past_jobs
from deploy.wiring.stores import Stores, open_stores
from ingest.clock import TrueClock
from ingest.readings import Reading
from ingest.store.appender import SqlAppender
from ingest.store.past.influx import InfluxPast
from ingest.store.past.locks import SqlLocks
from ingest.store.past.settings import PastSettings
from ingest.store.protocol import Batch
from ingest.store.tables import writing
from tests.ingest.past.pasts import dated
from tests.parts import program

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ALWAYS = (NOON - 4000 * DAY, NOON + 4000 * DAY)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, past=PastSettings(kept_days=100))


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    opened = open_stores(settings)
    yield opened
    opened.close()


@pytest.fixture
def opened(settings: Settings, stores: Stores) -> Iterator[OpenPast]:
    past = open_past(settings, stores)
    past.start()
    yield past
    past.stop()


def days_ago(count: int) -> Reading:
    return dated(float(count), NOON - count * DAY)


def test_the_house_hands_on_and_forgets_but_not_the_evidence(
    settings: Settings, stores: Stores, opened: OpenPast
) -> None:
    clock = TrueClock(lambda: NOON)
    SqlAppender(stores.database).append(Batch(readings=[days_ago(count) for count in (300, 200, 150, 50, 20, 1)]))
    SqlLocks(stores.database).lock(["fujii-01"], NOON - 160 * DAY, NOON - 140 * DAY, "duty", "flood", NOON)
    jobs = {job.name: job for job in past_jobs(settings, stores, forwarder_of(stores, opened.past, clock), clock)}
    for name in ("forwarder", "prune-present", "retain-past", "retain-past"):
        jobs[name].work()
    assert [each.value for each in opened.past.rows("fujii-01", [ALWAYS])] == [150.0, 50.0, 20.0, 1.0]
    assert [each.value for each in opened.history.history("fujii-01", *ALWAYS)][-3:] == [50.0, 20.0, 1.0]


def test_a_clock_that_leaps_ahead_for_a_while_does_not_cost_the_past(
    settings: Settings, stores: Stores, opened: OpenPast
) -> None:
    """Everything is woken when the clock is set, the retention too."""
    said = [NOON]
    clock = TrueClock(lambda: said[-1])
    SqlAppender(stores.database).append(Batch(readings=[days_ago(count) for count in (300, 20, 1)]))
    jobs = {job.name: job for job in past_jobs(settings, stores, forwarder_of(stores, opened.past, clock), clock)}
    jobs["forwarder"].work()
    for now in (NOON + 4000 * DAY, NOON, NOON + 4000 * DAY, NOON):
        said.append(now)
        jobs["retain-past"].work()
    assert [each.value for each in opened.past.rows("fujii-01", [ALWAYS])] == [300.0, 20.0, 1.0]
    jobs["retain-past"].work()
    assert [each.value for each in opened.past.rows("fujii-01", [ALWAYS])] == [20.0, 1.0]


def test_the_present_is_not_pruned_before_alerts_and_health_have_seen_it(
    settings: Settings, stores: Stores, opened: OpenPast
) -> None:
    clock = TrueClock(lambda: NOON)
    SqlAppender(stores.database).append(Batch(readings=[days_ago(count) for count in (50, 40, 30, 1)]))
    for job in past_jobs(settings, stores, forwarder_of(stores, opened.past, clock), clock):
        job.work()
    assert len(stores.log.history("fujii-01", *ALWAYS)) == 4
    with writing(stores.database) as connection:
        move_cursor(connection, READINGS, 4)
    for job in past_jobs(settings, stores, forwarder_of(stores, opened.past, clock), clock):
        job.work()
    assert len(stores.log.history("fujii-01", *ALWAYS)) == 4


def test_a_house_starts_while_influxdb_is_away(settings: Settings, stores: Stores) -> None:
    away = PastSettings.model_validate({"kind": "influxdb", "influxdb": {"url": "http://127.0.0.1:9"}})
    past = open_past(settings.model_copy(update={"past": away}), stores)
    assert isinstance(past.past, InfluxPast)
    past.stop()


def test_a_token_is_not_repeated_in_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[past.influxdb]\ntoken = 271828\nurl = 'influx.example'\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_settings(file, {})
    assert "271828" not in str(caught.value)
    assert "past.influxdb.token" in str(caught.value)
    assert "influx.example" in str(caught.value)


@pytest.mark.parametrize("kind", ["sqlite", "influxdb"])
def test_the_measurement_of_the_past_loses_nothing_and_writes_its_figures(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    server = ["--influxd", program("influxd")] if kind == "influxdb" else []
    arguments = ["bench", "past", "--backlog", "12000", "--gauges", "20", "--json", str(file), *server]
    assert main(arguments, {"MIZUMORI_DATA_FOLDER": str(tmp_path)}) == 0
    figures = json.loads(file.read_text(encoding="utf-8"))
    assert (figures["past"], figures["backlog"], figures["lost"], figures["doubled"]) == (kind, 12_000, 0, 0)
    assert figures["drained_s"] > 0


def test_a_measurement_with_a_program_that_is_not_there_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "past", "--influxd", "no-such-program"], {"MIZUMORI_DATA_FOLDER": str(tmp_path)}) == 1
    assert "there is no program no-such-program" in capsys.readouterr().err
