"""What the registry remembers of stations without a gauge in service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from ingest.stations import City, Gauge, Registry, Station, StationKind
from ingest.store.discontinued import SqlDiscontinued
from ingest.store.protocol import Discontinued
from ingest.store.registry import SqlRegistry, registry_items
from ingest.store.tables import metadata, open_database

NOW = datetime(2026, 7, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
CITY = City(id="x", name={"ja": "市"})
BRIDGE, WEIR = (
    Station(id=each, kind=StationKind.RIVER, name={"ja": each}, lat=34.4, lon=133.2) for each in ("bridge", "weir")
)
LEFT, RIGHT = (Gauge(id=f"bridge-{each}", station_id="bridge") for each in ("left", "right"))
AT_WEIR = Gauge(id="weir-1", station_id="weir")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'present.db'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def test_before_the_first_import_there_are_none(engine: Engine) -> None:
    assert SqlDiscontinued(engine)() == ()


def test_a_station_is_discontinued_when_the_last_of_its_gauges_goes(engine: Engine) -> None:
    store, discontinued = SqlRegistry(engine), SqlDiscontinued(engine)
    store.apply(Registry.of(CITY, [BRIDGE, WEIR, LEFT, RIGHT, AT_WEIR]), NOW, "test")
    assert discontinued() == ()
    store.apply(Registry.of(CITY, [BRIDGE, WEIR, LEFT, AT_WEIR]), NOW + HOUR, "test")
    assert discontinued() == ()
    store.apply(Registry.of(CITY, [BRIDGE, WEIR, AT_WEIR]), NOW + 2 * HOUR, "test")
    told = Discontinued(BRIDGE, ("bridge-left", "bridge-right"))
    assert discontinued() == (told,)
    store.apply(Registry.of(CITY, [WEIR, AT_WEIR]), NOW + 3 * HOUR, "test")
    assert discontinued() == (told,), "that the station itself goes too is no news"


def test_one_that_comes_back_is_discontinued_no_more(engine: Engine) -> None:
    store, discontinued = SqlRegistry(engine), SqlDiscontinued(engine)
    store.apply(Registry.of(CITY, [BRIDGE, LEFT]), NOW, "test")
    store.apply(Registry.of(CITY, [WEIR, AT_WEIR]), NOW + HOUR, "test")
    assert [each.station.id for each in discontinued()] == ["bridge"]
    store.apply(Registry.of(CITY, [BRIDGE, LEFT, WEIR, AT_WEIR]), NOW + 2 * HOUR, "test")
    assert discontinued() == ()


def test_what_cannot_be_read_any_more_holds_up_no_other(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    store = SqlRegistry(engine)
    store.apply(Registry.of(CITY, [BRIDGE, WEIR, LEFT, AT_WEIR]), NOW, "test")
    store.apply(Registry.of(CITY, [Station(**{**BRIDGE.model_dump(), "id": "new"})]), NOW + HOUR, "test")
    with engine.begin() as connection:
        of_bridge = registry_items.c.id == "bridge"
        connection.execute(update(registry_items).where(of_bridge).values(document={"id": "bridge", "lat": "north"}))
        of_gauge = registry_items.c.id == "weir-1"
        connection.execute(
            update(registry_items).where(of_gauge).values(document={"station_id": "weir", "interval_s": -1})
        )
    assert [each.station.id for each in SqlDiscontinued(engine)()] == ["weir"]
    assert "the retired station bridge cannot be read" in caplog.text


def test_a_station_that_never_had_a_gauge_is_none(engine: Engine) -> None:
    store = SqlRegistry(engine)
    store.apply(Registry.of(CITY, [BRIDGE, WEIR, AT_WEIR]), NOW, "test")
    store.apply(Registry.of(CITY, [WEIR, AT_WEIR]), NOW + HOUR, "test")
    assert SqlDiscontinued(engine)() == ()
