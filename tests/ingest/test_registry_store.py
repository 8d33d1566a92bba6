from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine, event, select

from ingest.registry_files.changes import Action
from ingest.registry_files.mistakes import RegistryConflict
from ingest.sensors import Reads, Sensor
from ingest.stations import Camera, City, Gauge, Pump, Registry, Station, StationKind, ThresholdSet
from ingest.store.registry import SqlRegistry, registry_items
from ingest.store.tables import metadata, open_database
from tests.ingest.registries import registries

NOW = datetime(2026, 7, 1, tzinfo=UTC)
CITY = City(id="x", name={"ja": "市"})
STATION = Station(id="a", kind=StationKind.RIVER, name={"ja": "川"}, lat=34.4, lon=133.2)
CAMERA = Camera(id="a-c", station_id="a")


def gauge(valid_from: datetime = NOW, danger_m: float = 2.0) -> Gauge:
    levels = ThresholdSet(valid_from=valid_from, levels={4: danger_m})
    return Gauge(id="a-g", station_id="a", thresholds=(levels,))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'present.db'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def test_before_the_first_import_there_is_no_registry(engine: Engine) -> None:
    store = SqlRegistry(engine)
    assert store.registry() is None
    assert store.revisions() == []


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(registry=registries())
def test_what_is_applied_is_what_is_in_service(engine: Engine, registry: Registry) -> None:
    with engine.begin() as connection:
        connection.execute(registry_items.delete())
    store = SqlRegistry(engine)
    store.apply(registry, NOW, "test")
    found = store.registry()
    assert found == registry
    assert found is not None
    assert list(found.stations) == list(registry.stations)


def test_what_a_new_file_leaves_out_is_retired_and_not_deleted(engine: Engine) -> None:
    store = SqlRegistry(engine)
    store.apply(Registry.of(CITY, [STATION, gauge(), CAMERA]), NOW, "test")
    changes = store.apply(Registry.of(CITY, [STATION, gauge()]), NOW + timedelta(days=1), "test")
    assert [(change.action, change.id) for change in changes] == [(Action.RETIRED, "a-c")]
    assert store.registry() == Registry.of(CITY, [STATION, gauge()])
    with engine.connect() as connection:
        row = connection.execute(select(registry_items).where(registry_items.c.id == "a-c")).one()
    assert row.retired_at == NOW + timedelta(days=1)


def test_a_retired_gauge_that_comes_back_has_kept_its_past_thresholds(engine: Engine) -> None:
    store = SqlRegistry(engine)
    store.apply(Registry.of(CITY, [STATION, gauge(NOW, 2.0)]), NOW, "test")
    store.apply(Registry.of(CITY, [STATION, CAMERA]), NOW, "test")
    changes = store.apply(Registry.of(CITY, [STATION, gauge(NOW + timedelta(days=9), 1.5)]), NOW, "test")
    assert (Action.ADDED, "a-g") in [(change.action, change.id) for change in changes]
    found = store.registry()
    assert found is not None
    assert [each.levels for each in found.gauges["a-g"].thresholds] == [{4: 2.0}, {4: 1.5}]


def test_the_same_file_again_changes_nothing_and_is_on_record(engine: Engine) -> None:
    store = SqlRegistry(engine)
    store.apply(Registry.of(CITY, [STATION, gauge()]), NOW, "first")
    assert store.apply(Registry.of(CITY, [STATION, gauge()]), NOW, "second") == []
    assert [(each.author, bool(each.summary)) for each in store.revisions()] == [("second", False), ("first", True)]
    assert [each.revision for each in store.revisions()] == [2, 1]


def test_a_preview_says_what_an_import_would_do_and_writes_nothing(engine: Engine) -> None:
    store = SqlRegistry(engine)
    new = Registry.of(CITY, [STATION, gauge()])
    assert [change.action for change in store.preview(new, NOW)] == [Action.ADDED] * 3
    assert store.registry() is None
    assert store.preview(new, NOW) == store.apply(new, NOW, "test")
    assert store.preview(new, NOW) == []


def test_a_failed_import_leaves_the_registry_as_it_was(engine: Engine) -> None:
    store = SqlRegistry(engine)
    store.apply(Registry.of(CITY, [STATION, gauge()]), NOW, "test")
    with pytest.raises(Exception, match="offset"):
        store.apply(Registry.of(CITY, [STATION, CAMERA]), NOW.replace(tzinfo=None), "test")
    assert store.registry() == Registry.of(CITY, [STATION, gauge()])
    assert [each.revision for each in store.revisions()] == [1]


def test_an_import_by_another_process_is_seen_without_a_restart(engine: Engine) -> None:
    here, there = SqlRegistry(engine), SqlRegistry(engine)
    here.apply(Registry.of(CITY, [STATION, gauge()]), NOW, "test")
    assert there.registry() == here.registry()
    here.apply(Registry.of(CITY, [STATION, CAMERA]), NOW, "test")
    assert there.registry() == Registry.of(CITY, [STATION, CAMERA])


def test_asking_often_reads_the_items_once(engine: Engine) -> None:
    store = SqlRegistry(engine)
    store.apply(Registry.of(CITY, [STATION, gauge()]), NOW, "test")
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    threads = [threading.Thread(target=store.registry) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("FROM registry_items" in statement for statement in statements) == 1


def with_sensors(*sensors: Sensor, name: str = "a-g", datum_m: float | None = None) -> Gauge:
    return gauge().model_copy(update={"id": name, "sensors": sensors, "datum_m": datum_m})


def test_the_sensor_of_the_past_outlives_a_file_that_lists_only_the_newest(engine: Engine) -> None:
    first, second = (
        Sensor(valid_from=NOW + timedelta(days=day), device=f"d-{day}", reads=Reads.DEPTH, height_m=-day)
        for day in (0, 10)
    )
    store = SqlRegistry(engine)
    store.apply(Registry.of(CITY, [STATION, with_sensors(first)]), NOW, "test")
    store.apply(Registry.of(CITY, [STATION, with_sensors(second)]), NOW + timedelta(days=10), "test")
    found = store.registry()
    assert found is not None
    assert found.gauges["a-g"].sensors == (first, second)


def test_an_import_that_does_not_agree_with_what_stays_is_refused_and_writes_nothing(engine: Engine) -> None:
    store = SqlRegistry(engine)
    before = Registry.of(CITY, [STATION, with_sensors(Sensor(valid_from=NOW, reads=Reads.ELEVATION), datum_m=3.0)])
    store.apply(before, NOW, "test")
    without_datum = Registry.of(CITY, [STATION, with_sensors()])
    for attempt in (store.preview, lambda new, at: store.apply(new, at, "test")):
        with pytest.raises(RegistryConflict, match=r"gauge a-g: .*needs datum_m.*begin on 2026-07-01"):
            attempt(without_datum, NOW)
    assert store.registry() == before


def test_a_gauge_cannot_come_to_another_station_not_even_after_it_was_retired(engine: Engine) -> None:
    store = SqlRegistry(engine)
    other = STATION.model_copy(update={"id": "b"})
    before = Registry.of(CITY, [STATION, other, gauge()])
    store.apply(before, NOW, "test")
    moved = Registry.of(CITY, [STATION, other, gauge().model_copy(update={"station_id": "b"})])
    said = "gauge a-g: it is at the station a and cannot come to b, .* give the gauge at b an id .* and leave a-g out"
    for attempt in (store.preview, lambda new, at: store.apply(new, at, "test")):
        with pytest.raises(RegistryConflict, match=said):
            attempt(moved, NOW)
    assert store.registry() == before
    store.apply(
        Registry.of(CITY, [STATION, other, gauge().model_copy(update={"id": "b-g", "station_id": "b"})]), NOW, "x"
    )
    with pytest.raises(RegistryConflict, match=said):
        store.apply(moved, NOW, "test")
    store.apply(before, NOW, "test")


def test_a_pump_may_move_to_another_station(engine: Engine) -> None:
    store = SqlRegistry(engine)
    other = STATION.model_copy(update={"id": "b"})
    pump = Pump(id="p", station_id="a")
    for each in (pump, pump.model_copy(update={"station_id": "b"})):
        city = Registry.of(CITY, [STATION, other, gauge(), each])
        store.apply(city, NOW, "test")
        assert store.registry() == city


def test_a_device_that_stays_at_a_gauge_cannot_come_to_another(engine: Engine) -> None:
    store = SqlRegistry(engine)
    here = Sensor(valid_from=NOW, device="d-1")
    later = Sensor(valid_from=NOW + timedelta(days=1), device="d-1")
    store.apply(Registry.of(CITY, [STATION, with_sensors(here)]), NOW, "test")
    moved = Registry.of(CITY, [STATION, with_sensors(), with_sensors(later, name="b-g")])
    with pytest.raises(RegistryConflict, match="gauge b-g: the device d-1 is at a-g at the same time"):
        store.apply(moved, NOW, "test")
    emptied = with_sensors(Sensor(valid_from=later.valid_from))
    store.apply(Registry.of(CITY, [STATION, emptied, with_sensors(later, name="b-g")]), NOW, "test")
