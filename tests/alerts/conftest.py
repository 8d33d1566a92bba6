from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.store import tables
from ingest.store.tables import metadata, open_database
from tests.alerts.crew_desk import CrewDesk


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables and nothing in them: making these takes longer than most tests."""
    file = tmp_path_factory.mktemp("alerts") / "present.db"
    engine = open_database(f"sqlite:///{file}")
    assert tables.transitions.metadata is metadata
    metadata.create_all(engine)
    engine.dispose()
    assert [each.name for each in file.parent.iterdir()] == [file.name]
    return file


@pytest.fixture
def database(new_database: Path, tmp_path: Path) -> Iterator[Engine]:
    file = tmp_path / "present.db"
    shutil.copyfile(new_database, file)
    engine = open_database(f"sqlite:///{file}")
    yield engine
    engine.dispose()


@pytest.fixture
def crew(database: Engine) -> CrewDesk:
    return CrewDesk(database)
