"""Both stores of the past: the SQLite file and a real InfluxDB server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ingest.store.past.influx import InfluxPast
from ingest.store.past.sqlite import SqlitePast
from ingest.store.protocol import Past
from tests.ingest.past.influxd import Influxd
from tests.ingest.past.pasts import sqlite_past
from tests.ingest.stores import database


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    """One server for all tests: each begins with an empty database."""
    influxd = Influxd(tmp_path_factory.mktemp("influxdb"))
    yield influxd
    influxd.kill()


@pytest.fixture
def influx(server: Influxd) -> Iterator[InfluxPast]:
    server.query("DROP DATABASE mizumori; CREATE DATABASE mizumori")
    past = server.past()
    yield past
    past.close()


@pytest.fixture
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlitePast]:
    past = sqlite_past(tmp_path_factory.mktemp("past"))
    yield past
    past.close()


@pytest.fixture(params=["sqlite", "influx"])
def past(request: pytest.FixtureRequest) -> Past:
    """Each of the two in turn."""
    found: Past = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A fresh present."""
    made = database(tmp_path)
    yield made
    made.dispose()
