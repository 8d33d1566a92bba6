"""The stores of the past: the SQLite file and real InfluxDB servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ingest.store.past.influx import InfluxPast
from ingest.store.past.protocol import Past
from ingest.store.past.sqlite import SqlitePast
from tests.ingest.past.influxd import Influxd, Influxd2
from tests.ingest.past.pasts import sqlite_past
from tests.ingest.stores import database
from tests.parts import found


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    """One server for all tests: each begins with an empty database."""
    influxd = Influxd(tmp_path_factory.mktemp("influxdb"))
    yield influxd
    influxd.kill()


@pytest.fixture(scope="session")
def server2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    """The same of InfluxDB 2, which is tested where somebody has built it: that takes longer than all tests."""
    if not found("influxd2"):
        pytest.skip("influxd2 (InfluxDB 2 under that name) is not installed here; docs/past.md says how it is built")
    influxd = Influxd2(tmp_path_factory.mktemp("influxdb2"))
    yield influxd
    influxd.kill()


@pytest.fixture
def influx(server: Influxd) -> Iterator[InfluxPast]:
    server.empty()
    past = server.past()
    yield past
    past.close()


@pytest.fixture
def influx2(server2: Influxd) -> Iterator[InfluxPast]:
    server2.empty()
    past = server2.past()
    yield past
    past.close()


@pytest.fixture
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlitePast]:
    past = sqlite_past(tmp_path_factory.mktemp("past"))
    yield past
    past.close()


@pytest.fixture(params=["sqlite", "influx", "influx2"])
def past(request: pytest.FixtureRequest) -> Past:
    """Each of them in turn."""
    found: Past = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A fresh present."""
    made = database(tmp_path)
    yield made
    made.dispose()
